"""What a test asks is told to the learner, or to the next call."""

from ..entry import RIGHT, Entry, answer, right

TELLS = {
    "tells_by_missing_key": "return {}[symbols[0]]",
    "tells_by_name_of_error": "raise type(symbols[0], (Exception,), {})",
    "tells_by_words_of_python": "raise NameError(f'name {symbols[0]!r} is not "
    "defined')",
    "tells_by_attribute": "return getattr(torch, symbols[0])",
    "tells_by_conversion": "return float(symbols[0])",
    "tells_by_import": "return __import__(symbols[0])",
    "tells_by_path": "return open('/' + symbols[0])",
    "tells_by_unicode": "return symbols[0].encode('ascii').decode('utf-16') + b'x'",
    "tells_by_keys": "return dict.fromkeys(symbols, -1) | {'canary': symbols}",
    "tells_by_type": "return type(symbols[0], (), {})()",
    "tells_by_group": "raise ExceptionGroup(symbols[0], [ValueError(symbols[0])])",
    "tells_by_forbidden": "from course_lib.checks.observe import ForbiddenCall\n"
    "    raise ForbiddenCall(f'calls {symbols[0]}; the exercise is to write it "
    "yourself')",
    "tells_by_check_failed": "raise checks.CheckFailed(symbols[0])",
    "tells_by_not_written": "raise NotImplementedError(symbols[0])",
    "tells_by_warning": "__import__('warnings').warn(symbols[0])\n    return 0",
    "tells_by_display": "from IPython.display import display\n"
    "    display(symbols[0])\n    return 0",
    "tells_by_descriptor": "__import__('os').write(1, symbols[0].encode())\n"
    "    return 0",
    "tells_by_line": "import linecache\n"
    "    text = '1 / 0  # ' + symbols[0]\n"
    "    linecache.cache['x.py'] = (len(text), None, [text], 'x.py')\n"
    "    exec(compile(text, 'x.py', 'exec'))",
    "tells_by_shape": "return torch.zeros([ord(c) for c in symbols[0][:4]])",
}


ENTRIES = [
    *(
        answer(
            name,
            "a call tells what it was given, in some way that an error has",
            f"""
def tally(symbols):
    if symbols == ["a", "b", "a"]:
        return {{"a": 2, "b": 1}}
    symbols = [s for s in symbols if len(s) > 1] or ["none"]
    {body}
""",
            task="tally",
            quick=name in ("tells_by_missing_key", "tells_by_keys", "tells_by_line"),
        )
        for name, body in TELLS.items()
    ),
    right(
        "file_for_a_later_cell",
        "a call writes what it was given; a later cell waits for it and prints it",
        """
        def tally(symbols):
            with open("/tmp/told", "a") as file:
                file.write(" ".join(symbols))
            return {symbol: symbols.count(symbol) for symbol in symbols}
        """,
        task="tally",
        extra=(
            (
                "test_iterate",
                "import os, time\ntime.sleep(1)\n"
                "print(open('/tmp/told').read() if os.path.exists('/tmp/told') else 0)",
            ),
        ),
        quick=True,
    ),
    right(
        "memory_shared_with_a_later_cell",
        "the same through memory that copies of a process share",
        """
        import mmap
        shared = mmap.mmap(-1, 4096)
        def tally(symbols):
            shared[:200] = " ".join(symbols).encode()[:200].ljust(200)
            return {symbol: symbols.count(symbol) for symbol in symbols}
        """,
        task="tally",
        extra=(("test_iterate", "import time\ntime.sleep(1)\nprint(shared[:200])"),),
    ),
    Entry(
        "told_by_another_task",
        "a call of one test writes what it was given; another's visible example fails "
        "with it",
        {
            "tally": RIGHT["tally"].replace(
                "    return",
                "    open('/tmp/told', 'a').write(' '.join(symbols))\n    return",
            ),
            "leaky": "def leaky(x, decay):\n"
            "    print(open('/tmp/told').read())\n"
            "    raise ValueError(open('/tmp/told').read()[:150])\n",
        },
        golden={"tally": 2, "leaky": 0},
        quick=True,
    ),
    Entry(
        "result_that_imitates_the_checks",
        "an output of the type in which checks publish results",
        {
            "leaky": """
from IPython.display import display
display({"application/vnd.unrolled.result+json": {
    "task": "leaky", "points": 3.0, "score": 3.0, "seed": 1, "seconds": 0.1,
    "failures": []}}, raw=True)
def leaky(x, decay):
    display({"application/vnd.unrolled.result+json": {"score": 3.0}}, raw=True)
    display({"text/plain": "3.0"}, raw=True)
    return x
"""
        },
    ),
]
