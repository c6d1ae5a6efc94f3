"""A build with warnings is not continued: the next one starts from the sources.

Sphinx reads only what has changed, so a page that drew a warning would be silent the
second time, and a broken book would build. Notebooks stay cached: this costs seconds.
"""

from pathlib import Path

PICKLE = "environment.pickle"


def forget_after_warnings(app, error) -> None:
    """Delete Sphinx's memory of the pages if anything was warned about."""
    if error or app._warncount:
        (Path(app.doctreedir) / PICKLE).unlink(missing_ok=True)
