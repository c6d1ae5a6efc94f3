"""What a terminal cannot show is shown by signs that it can.

On Windows, Python writes to a pipe, a file or an editor's pane in the encoding of the
machine, which may have no ✓. A verdict must not be lost to that.
"""

import codecs
import sys
import unicodedata

SIGNS = {
    **{"✓": "+", "✗": "x", "…": "...", "·": "-", "×": "x", "−": "-", "→": "->"},
    **{"–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "√": "sqrt"},
}
HANDLER = "unrolled.signs"


def speak_plainly() -> None:
    """Let stdout and stderr replace what they cannot encode, and never fail at it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=HANDLER)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Return signs for what could not be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    rest = error.object[error.start : error.end]
    return "".join(map(_in_ascii, rest)), error.end


def _in_ascii(sign: str) -> str:
    """Return the nearest text of ASCII: é as e, an unknown sign as a question mark."""
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return SIGNS.get(sign) or plain or "?"


codecs.register_error(HANDLER, _replaced)
