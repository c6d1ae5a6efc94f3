"""Symbols and their numbers: what a network reads and writes is a row of ids.

Four ids are the same in every vocabulary: 0 is padding, 1 opens a sequence, 2 closes
it, and 3 stands for every symbol that the vocabulary does not know. A symbol is a
string: a character, or a word.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

PAD, START, STOP, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<start>", "<stop>", "<unknown>")


class Vocabulary:
    """A fixed list of symbols, each with its id.

        vocabulary = Vocabulary("早上好")
        vocabulary.encode("早好") == [4, 6]

    Iterable in the order of the ids; `len` counts the special symbols too.
    """

    def __init__(self, symbols: Iterable[str]):
        """Give ids to `symbols` in order, after the four special ones.

        Args:
            symbols: each symbol once or more; its first place counts.

        Raises:
            ValueError: a symbol is empty or has the name of a special one.
        """
        self.symbols = SPECIAL + tuple(dict.fromkeys(symbols))
        self._ids = {symbol: i for i, symbol in enumerate(self.symbols)}
        if "" in self._ids or len(self._ids) < len(self.symbols):
            raise ValueError(
                f"the symbols hold an empty one or one of {', '.join(SPECIAL)}; "
                "leave these out, they get their ids by themselves"
            )

    @classmethod
    def of(cls, text: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary of all symbols that occur in `text`, sorted."""
        return cls(sorted(set(text)))

    def __len__(self) -> int:
        return len(self.symbols)

    def __iter__(self):
        return iter(self.symbols)

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.symbols == other.symbols

    def __hash__(self) -> int:
        return hash(self.symbols)

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} symbols)"

    def id_of(self, symbol: str) -> int:
        """Return the id of a symbol, `UNKNOWN` if it has none."""
        return self._ids.get(symbol, UNKNOWN)

    def encode(self, symbols: Iterable[str]) -> list[int]:
        """Return the id of each symbol; nothing is added."""
        ids = self._ids
        return [ids.get(symbol, UNKNOWN) for symbol in symbols]

    def decode(self, ids: Iterable[int] | Tensor) -> list[str]:
        """Return the symbols of a sequence as one would read it.

        Reading ends before the first `STOP`; `PAD` and `START` are left out.

        Args:
            ids: (time,) one sequence, a tensor or a list.

        Raises:
            ValueError: an id is negative or not in the vocabulary, or `ids` is a batch.
        """
        ids = ids.tolist() if isinstance(ids, Tensor) else list(ids)
        symbols = []
        for i in ids:
            if not isinstance(i, int):
                raise ValueError(
                    f"ids holds {i!r}, expected (time,) integers. "
                    "A batch is decoded row by row."
                )
            if not 0 <= i < len(self.symbols):
                raise ValueError(f"id {i} is not in a vocabulary of {len(self)}")
            if i == STOP:
                break
            if i not in (PAD, START):
                symbols.append(self.symbols[i])
        return symbols

    def as_tensor(self, text: Iterable[str], device=None) -> Tensor:
        """Return a whole text as one (time,) tensor of ids, int64."""
        return torch.tensor(self.encode(text), dtype=torch.long, device=device)


def pad_sequences(
    sequences: Sequence[Sequence[int]], device: torch.device | str | None = None
) -> tuple[Tensor, Tensor]:
    """Put sequences of ids into one tensor, filled up with `PAD` at the end.

    Args:
        sequences: as many as the batch has; they may be of length 0.
        device: where the tensors are made.

    Returns:
        ids: (batch, time) int64; time is the length of the longest.
        lengths: (batch,) int64.

    Raises:
        TypeError: a sequence is a text or a single id.
    """
    sequences = list(sequences)  # read twice
    if any(isinstance(sequence, str | int) for sequence in sequences):
        raise TypeError(
            f"sequences holds {sequences[0]!r}, expected one list of ids for each "
            "sequence. Encode a text with vocabulary.encode(text)."
        )
    lengths = [len(sequence) for sequence in sequences]
    time = max(lengths, default=0)
    rows = [[*ids, *([PAD] * (time - len(ids)))] for ids in sequences]
    ids = torch.tensor(rows, dtype=torch.long, device=device).reshape(len(rows), time)
    return ids, torch.tensor(lengths, dtype=torch.long, device=device)


def real_tokens(ids: Tensor) -> Tensor:
    """Return the mask of a padded batch: True where a token is real.

    Args:
        ids: (batch, time) int64, padded with `PAD`.
    """
    return ids != PAD
