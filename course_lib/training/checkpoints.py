"""A training on disk: written whole or not at all, read back bit by bit.

A run that is stopped, by hand or by a power cut, goes on from its last checkpoint as if
nothing had happened. Files hold tensors, numbers and texts only, so that reading one
runs no code from it.
"""

import os
import pickle
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

FORMAT = 1


def save_checkpoint(path: str | os.PathLike[str], content: dict[str, Any]) -> None:
    """Write a checkpoint in place of the one that may be there.

    It is written beside it and then renamed: who reads `path` at any moment, also after
    a crash, finds the old one or the new one whole.

    Args:
        path: the file; its folder is made if it is not there.
        content: tensors, numbers, texts, None, and dicts, lists and tuples of them.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save({"format": FORMAT, **content}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load_checkpoint(
    path: str | os.PathLike[str], keys: Iterable[str] = ()
) -> dict[str, Any] | None:
    """Read a checkpoint; None if there is no such file.

    Tensors come to the CPU; loading them into a model puts them where it is.

    Args:
        path: the file.
        keys: what it must hold.

    Raises:
        ValueError: it is no checkpoint of this format, or holds less than `keys`.
    """
    path = Path(path)
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ValueError(
            f"{path} is no checkpoint ({type(error).__name__}); delete it or name "
            "another file"
        ) from None
    found = content.keys() if isinstance(content, dict) else set()
    missing = {"format", *keys} - found
    if missing or content["format"] != FORMAT:
        raise ValueError(
            f"{path} is no checkpoint of this format"
            + (f", {', '.join(sorted(missing))} is missing" if missing else "")
            + "; delete it or name another file"
        )
    return content


def random_states(generator: torch.Generator | None) -> dict[str, Any]:
    """Return the states of a generator and of PyTorch's own ones (dropout's)."""
    cuda = torch.cuda.is_available() and torch.cuda.is_initialized()
    return {
        "generator": None if generator is None else generator.get_state(),
        "global": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if cuda else [],
    }


def set_random_states(
    states: dict[str, Any], generator: torch.Generator | None
) -> None:
    """Put the generators where `random_states` found them.

    Raises:
        ValueError: there was a generator then and there is none now, or the other way.
    """
    kept: Tensor | None = states["generator"]
    if (kept is None) != (generator is None):
        raise ValueError(
            "the checkpoint was made "
            + ("with a generator, pass one" if generator is None else "without one")
        )
    if generator is not None and kept is not None:
        generator.set_state(kept)
    torch.set_rng_state(states["global"])
    if states["cuda"]:
        torch.cuda.set_rng_state_all(states["cuda"])
