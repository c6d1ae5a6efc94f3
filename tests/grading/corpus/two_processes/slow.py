"""Calls that take all the time or memory there is; texts that cannot be written."""

from ..entry import RIGHT, answer, before_right, right

ENTRIES = [
    answer(
        "keys_that_collide",
        "a dict whose keys have one hash, so that building it takes minutes",
        """
        class Key(int):
            __hash__ = object.__hash__
        made = {Key(k * (2 ** 61 - 1)): 1 for k in range(200_000)}
        def tally(symbols):
            return made
        """,
        task="tally",
        quick=True,
    ),
    answer(
        "name_with_colliding_keys",
        "the same where a function is expected",
        """
        class Key(int):
            __hash__ = object.__hash__
        tally = {Key(k * (2 ** 61 - 1)): 1 for k in range(200_000)}
        """,
        task="tally",
        quick=True,
    ),
    answer(
        "name_of_hundred_megabytes",
        "a large tensor where a function is expected",
        "leaky = torch.zeros(30_000_000)",
    ),
    right(
        "surrogate_printed",
        "half a character on standard output, which UTF-8 cannot write",
        RIGHT["leaky"] + "print('half: \\ud83d')\n",
        quick=True,
    ),
    right(
        "surrogate_printed_in_call",
        "the same while the test calls",
        RIGHT["leaky"].replace(
            "    sums =", "    print('half: \\ud83d')\n    sums =", 1
        ),
        quick=True,
    ),
    answer(
        "surrogate_raised",
        "the same in the text of an error",
        """
        def leaky(x, decay):
            raise ValueError("half: \ud83d")
        """,
        quick=True,
    ),
    before_right(
        "memory_in_files",
        "six gigabytes in files that exist in memory only, and are not mapped",
        """
        import os
        kept = []
        try:
            for number in range(100):
                kept.append(os.memfd_create(str(number)))
                os.write(kept[-1], b"x" * (60 << 20))
        except OSError as error:
            print(error.errno)
        """,
        golden={"leaky": (0, 3)},
        heavy=True,
    ),
]
