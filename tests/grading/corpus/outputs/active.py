"""Outputs that would run or load something in a reader's browser."""

from ..entry import Entry, answer, before_right, right


def shows(name: str, why: str, mime: str, text: str, **more) -> Entry:
    """A right answer whose cell displays data of some type."""
    code = f"""
from IPython.display import display
display({{{mime!r}: {text!r}}}, raw=True)
"""
    return before_right(name, why, code, **more)


SCRIPT = "<script>corpus_active()</script>"


ENTRIES = [
    shows(
        "html_script", "a script in HTML", "text/html", f"<b>hi</b>{SCRIPT}", quick=True
    ),
    shows(
        "html_handler",
        "an event handler",
        "text/html",
        "<img src=x onerror=corpus_active()>",
    ),
    shows(
        "html_frame",
        "a page within the page",
        "text/html",
        "<iframe src='javascript:corpus_active()'></iframe>",
    ),
    shows(
        "html_unclosed",
        "tags that break out of where they stand",
        "text/html",
        f"</pre></div></textarea>--></style></title>{SCRIPT}",
    ),
    shows(
        "html_mixed_case",
        "upper and lower case, and a slash for a space",
        "text/html",
        "<ScRiPt/x>corpus_active()</sCrIpT>",
    ),
    shows(
        "html_refresh",
        "a page that leads elsewhere",
        "text/html",
        "<meta http-equiv=refresh content='0;url=https://corpus_active.example'>",
    ),
    shows(
        "html_form",
        "a form that asks for a password",
        "text/html",
        "<form action='https://corpus_active.example'><input type=password></form>",
    ),
    shows(
        "html_style",
        "a style that changes the score on the page",
        "text/html",
        "<style>.score::after{content:'corpus_active'}</style>",
    ),
    shows(
        "javascript",
        "a type of its own",
        "application/javascript",
        "corpus_active()",
        quick=True,
    ),
    shows(
        "svg",
        "a picture that acts",
        "image/svg+xml",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='corpus_active()'>"
        f"{SCRIPT}</svg>",
    ),
    shows(
        "latex",
        "a link in a formula",
        "text/latex",
        "$\\href{javascript:corpus_active()}{x}$",
    ),
    shows(
        "markdown_output",
        "a script in Markdown",
        "text/markdown",
        f"[x](javascript:corpus_active()) {SCRIPT}",
    ),
    shows(
        "widget",
        "a view of a widget that does not exist",
        "application/vnd.jupyter.widget-view+json",
        "corpus_active",
    ),
    shows(
        "unknown_type",
        "a type with HTML in its name",
        "text/<script>corpus_active()</script>",
        "x",
    ),
    shows(
        "picture_that_is_html",
        "PNG by name, HTML by content",
        "image/png",
        f'"><{SCRIPT}',
    ),
    right(
        "repr_html",
        "a value whose repr is a script",
        """
        def leaky(x, decay):
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return torch.stack(sums, dim=1)
        class Page:
            def _repr_html_(self):
                return "<script>corpus_active()</script>"
            def __repr__(self):
                return "<script>corpus_active()</script>"
        Page()
        """,
    ),
    before_right(
        "printed_html",
        "a script that is printed",
        "print('<script>corpus_active()</script></pre><script>"
        "corpus_active()</script>')\n",
        quick=True,
    ),
    answer(
        "error_html",
        "a script in the text and in the name of an error",
        """
        Bad = type("<img src=x onerror=corpus_active()>", (Exception,), {})
        def leaky(x, decay):
            raise Bad("<script>corpus_active()</script>")
        """,
        quick=True,
    ),
    answer(
        "error_ansi",
        "colours that become HTML",
        """
        def leaky(x, decay):
            raise ValueError("\\x1b[31m<script>corpus_active()</script>\\x1b[0m")
        """,
    ),
    answer(
        "traceback_of_its_own",
        "an error that renders its own traceback",
        """
        class Bad(Exception):
            def _render_traceback_(self):
                return ["<script>corpus_active()</script>", 3, None, b"x"]
        def leaky(x, decay):
            raise Bad
        raise Bad
        """,
    ),
    right(
        "docstring_html",
        "a script in the source, which the page shows",
        """
        def leaky(x, decay):
            '''</pre></code></textarea><script>corpus_active()</script>'''
            sums = [x[:, 0]]
            for t in range(1, x.shape[1]):
                sums.append(decay * sums[-1] + x[:, t])
            return torch.stack(sums, dim=1)
        """,
    ),
    right(
        "keys_html",
        "a dict with scripts for keys, which a message may quote",
        """
        def tally(symbols):
            return {"<script>corpus_active()</script>": 1}
        """,
        task="tally",
        golden={"tally": 0},
    ),
    Entry(
        "markdown_cell",
        "scripts and links in the learner's own text",
        extra=(("leaky", "%%markdown\n[x](javascript:corpus_active())\n" + SCRIPT),),
    ),
    before_right(
        "escapes",
        "a million escape sequences",
        "print('\\x1b[31m' * 300_000 + '\\x1b]8;;https://corpus_active.example"
        "\\x07x\\x1b]8;;\\x07\\x1b[2J')\n",
    ),
    before_right(
        "overdrawn",
        "a progress bar drawn fifty thousand times",
        "import sys\nfor i in range(50_000):\n"
        "    sys.stdout.write('\\r' + '#' * (i % 70))\n",
    ),
    before_right(
        "strange_characters",
        "null bytes, direction marks, stacked accents",
        "print('\\x00\\x08\\u202e\\u2066' + 'a' + '\\u0301' * 10_000 + "
        "'\\ufffe\\U0010ffff')\n",
    ),
]
