"""Where to compute and from which seed: two decisions, made once and in the open.

Library code takes its device from its inputs (`x.new_zeros`, `torch.empty_like`);
only a chapter or a script chooses one, here.
"""

import torch


def choose_device(wanted: str | None = None) -> torch.device:
    """Return the device to compute on: CUDA where there is one, else the CPU.

    Args:
        wanted: "cpu", "cuda", "cuda:1" …; None takes the best there is.

    Raises:
        ValueError: CUDA is wanted and this machine has none.
    """
    cuda = torch.cuda.is_available()
    if wanted is None:
        return torch.device("cuda" if cuda else "cpu")
    device = torch.device(wanted)
    if device.type == "cuda" and not cuda:
        raise ValueError(
            f"{wanted!r} was asked for, but torch sees no CUDA device here. "
            "Use choose_device() to take what there is."
        )
    return device


def make_generator(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """Return a random generator of its own, so that no global state is touched."""
    return torch.Generator(device=device).manual_seed(seed)
