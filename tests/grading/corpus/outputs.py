"""What a learner receives: active content, and hidden text in outputs.

Active content carries the word corpus_active, hidden text the word canary; the runner
looks for both in every page that a learner would get, plain and in simple codes.
"""

from .entry import Entry, answer, before_right, right


def shows(name: str, why: str, mime: str, text: str, **more) -> Entry:
    """A right answer whose cell displays data of some type."""
    code = f"""
from IPython.display import display
display({{{mime!r}: {text!r}}}, raw=True)
"""
    return before_right(name, why, code, **more)


SCRIPT = "<script>corpus_active()</script>"

ACTIVE = [
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

LEAKS = [
    Entry(
        "prints_the_bank",
        "a cell after the tests prints what it finds in `check`",
        extra=(
            (
                "test_iterate",
                """
try:
    print(check.diagnosis.bank.text)
except Exception as error:
    print(type(error))
""",
            ),
        ),
        quick=True,
    ),
    Entry(
        "prints_the_history",
        "or the text of all cells that have run",
        extra=(("test_iterate", "print('\\n'.join(map(str, In)))\n%history"),),
        quick=True,
    ),
    Entry(
        "prints_linecache",
        "or what linecache kept",
        extra=(
            (
                "test_iterate",
                """
import linecache
for lines in list(linecache.cache.values()):
    if len(lines) > 2:
        text = "".join(lines[2])
        place = text.find("canary-" + "hidden")
        if place >= 0:
            print(text[place:place + 60])
""",
            ),
        ),
    ),
    Entry(
        "prints_globals",
        "or all names there are",
        extra=(
            (
                "test_iterate",
                """
import inspect
for name, value in list(globals().items()):
    try:
        print(name, repr(value)[:200])
        print(inspect.getsource(value)[:2000])
    except Exception:
        pass
""",
            ),
        ),
    ),
    Entry(
        "prints_all_objects",
        "or every string in the process",
        extra=(
            (
                "test_iterate",
                """
import gc
for found in gc.get_objects():
    if type(found) is dict:
        for value in list(found.values()):
            if type(value) is str and "canary-" + "hidden" in value:
                place = value.find("canary-" + "hidden")
                print(value[place:place + 60])
""",
            ),
        ),
    ),
    Entry(
        "prints_in_code",
        "the same in Base64 and backwards, where nobody looks for it",
        extra=(
            (
                "test_iterate",
                """
import base64
try:
    text = check.diagnosis.bank.text
    print(base64.b64encode(text.encode()).decode())
    print(text[::-1])
    print(text.encode().hex())
except Exception as error:
    print(type(error))
""",
            ),
        ),
    ),
    right(
        "remembers_arguments",
        "the answer keeps its arguments, and a later cell prints them",
        """
        seen = []
        def tally(symbols):
            seen.extend(symbols)
            return {symbol: symbols.count(symbol) for symbol in symbols}
        """,
        task="tally",
        extra=(("test_iterate", "print(sorted(set(seen)))"),),
        quick=True,
    ),
    right(
        "prints_arguments",
        "the answer prints its arguments on the real standard output",
        """
        import sys
        def tally(symbols):
            print(symbols, file=sys.__stdout__)
            print(symbols, file=sys.stderr)
            return {symbol: symbols.count(symbol) for symbol in symbols}
        """,
        task="tally",
    ),
    answer(
        "raises_its_arguments",
        "the answer raises an error whose text holds its arguments",
        """
        def tally(symbols):
            if symbols == ["a", "b", "a"]:
                return {"a": 2, "b": 1}
            raise ValueError(" ".join(s for s in symbols if len(s) > 1) or "none")
        """,
        task="tally",
    ),
    answer(
        "raises_source_of_caller",
        "an error whose text is the source of the frame that called",
        """
        def leaky(x, decay):
            import inspect, sys
            frame, found = sys._getframe(), []
            while frame:
                try:
                    text = inspect.getsource(frame)
                    place = text.find("canary-" + "hidden")
                    if place >= 0:
                        found.append(text[place:place + 60])
                except OSError:
                    pass
                for value in frame.f_locals.values():
                    text = getattr(value, "text", "")
                    place = str(text).find("canary-" + "hidden")
                    if place >= 0:
                        found.append(text[place:place + 60])
                frame = frame.f_back
            raise ValueError(" ".join(found))
        """,
        quick=True,
    ),
    answer(
        "verbose_tracebacks",
        "tracebacks that show the values of all variables",
        """
        get_ipython().run_line_magic("xmode", "Verbose")
        import course_lib.checks.task as kit
        def loud(self):
            del checks.CheckFailed._render_traceback_
        try:
            loud(None)
        except AttributeError:
            pass
        def leaky(x, decay):
            raise KeyboardInterrupt
        """,
    ),
    answer(
        "handler_of_errors",
        "a handler of its own for every error of the test",
        """
        def handler(shell, kind, error, trace, tb_offset=None):
            while trace:
                for value in trace.tb_frame.f_locals.values():
                    bank = getattr(getattr(value, "diagnosis", None), "bank", None)
                    if bank:
                        print(bank.text)
                trace = trace.tb_next
        get_ipython().set_custom_exc((Exception,), handler)
        def leaky(x, decay):
            return x
        """,
    ),
    answer(
        "notes_on_errors",
        "notes and causes attached to the error",
        """
        def leaky(x, decay):
            error = ValueError("one")
            error.add_note("<script>corpus_active()</script>")
            raise error from RuntimeError("two" * 1000)
        """,
    ),
]

ENTRIES: list[Entry] = ACTIVE + LEAKS
