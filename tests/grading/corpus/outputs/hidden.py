"""Hidden text on its way into an output."""

from ..entry import Entry, answer, right

ENTRIES = [
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
