"""The one exception of the checks: a message, and no traceback that only frightens."""


class CheckFailed(AssertionError):
    """An answer that is not right yet; the message says what to look at."""

    def _render_traceback_(self) -> list[str]:
        """Show the message alone; IPython asks for this before it draws frames."""
        return [f"✗ {self}"]
