"""IPython without a Jupyter kernel: runs a cell, returns its outputs as a notebook has.

Magics, display, rich results and IPython's own tracebacks work as in a notebook. There
is no message queue, no thread and no history file, so the interpreter can be made once
in the warm server and forked; each fork costs milliseconds.
"""

import ast
import importlib
import re
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from course_lib.grading.engine.jobs import Output

EMPTY_LINES = re.compile(r"\A(?:[ \t]*\n)+")
MAX_OUTPUT = 2_000_000  # characters that one cell may leave behind


class Recorder:
    """The outputs of one cell, in order, up to a limit."""

    def __init__(self) -> None:
        """Begin without outputs."""
        self.outputs: list[Output] = []
        self.room = MAX_OUTPUT

    def add(self, **output: Any) -> None:
        """Append an output; one too many is dropped."""
        size = len(str(output))
        if size > self.room and output["output_type"] != "error":
            return
        self.room -= size
        self.outputs.append(output)

    def write(self, name: str, text: str) -> None:
        """Append to a stream."""
        text = text[: max(self.room, 0)]
        if not text:
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name and last["output_type"] == "stream":
            self.room -= len(text)
            last["text"].append(text)
        else:
            self.add(output_type="stream", name=name, text=[text])

    def finish(self) -> list[Output]:
        """Return the outputs as JSON holds them."""
        for output in self.outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        return self.outputs


class Stream:
    """What `sys.stdout` and `sys.stderr` are while a cell runs."""

    encoding, errors, newlines = "utf-8", "strict", None

    def __init__(self, recorder: Recorder, name: str):
        """Write to a recorder under a name."""
        self.recorder, self.name = recorder, name

    def write(self, text: str) -> int:
        """Record a text."""
        self.recorder.write(self.name, str(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Record several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def isatty(self) -> bool:
        """Return False: this is a record, not a terminal."""
        return False

    def readable(self) -> bool:
        """Return False: there is nothing to read."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True


class _Publisher(DisplayPublisher):
    shell: "Interpreter"

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.shell.recorder.add(
            output_type="display_data", data=_texts(data), metadata=_texts(metadata)
        )

    def clear_output(self, wait: bool = False) -> None:
        self.shell.recorder.outputs.clear()


class _Hook(DisplayHook):
    shell: "Interpreter"

    def quiet(self) -> bool:
        """Whether the cell ends in a semicolon; few do, and tokens take long."""
        history: Any = self.shell.history_manager
        cell = history.input_hist_parsed[-1:]
        lines = "".join(cell).rstrip().splitlines()
        code = (line for line in reversed(lines) if not _is_comment(line))
        return ";" in next(code, "") and bool(super().quiet())

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        self.shell.recorder.add(
            output_type="execute_result",
            data=_texts(format_dict),
            metadata=_texts(md_dict),
            execution_count=self.prompt_count,
        )


def _is_comment(line: str) -> bool:
    text = line.strip()
    return not text or text.startswith("#")


def _texts(data: dict[str, Any] | None) -> dict[str, Any]:
    """Return a bundle that JSON can hold."""
    if not data:
        return {}
    return {str(k): v if isinstance(v, dict) else str(v) for k, v in data.items()}


class Interpreter(InteractiveShell):
    """An IPython shell that records what a cell does."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    recorder = Recorder()

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no screen."""

    def transform_cell(self, raw_cell: str) -> str:
        """Return a cell as Python; one that is Python already needs no search."""
        raw_cell = EMPTY_LINES.sub("", raw_cell)  # as IPython does, and so counts lines
        try:
            compile(raw_cell, "<cell>", "exec", ast.PyCF_ONLY_AST)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return str(super().transform_cell(raw_cell))
        return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"

    def should_run_async(self, raw_cell: str, **options: Any) -> bool:
        """Whether a cell awaits; one without the words needs no search."""
        waits = "await" in raw_cell or "async" in raw_cell
        return waits and super().should_run_async(raw_cell, **options)

    def system_raw(self, cmd: str) -> None:
        """Run a shell command and record what it prints."""
        self.user_ns["_exit_code"] = self.system_piped(cmd)

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException, stb: list[str]
    ) -> None:
        text = str(evalue)
        self.recorder.add(
            output_type="error",
            ename=etype.__name__,
            evalue=text[:2000],
            traceback=[str(line)[:4000] for line in stb][:60],
        )

    def run(self, source: str) -> list[Output]:
        """Run a cell and return its outputs."""
        self.recorder = recorder = Recorder()
        importlib.invalidate_caches()  # a cell may have written a module just now
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = (Stream(recorder, n) for n in ("stdout", "stderr"))
        try:
            self.run_cell(source, store_history=True)
        except SystemExit as error:  # IPython only warns of it
            recorder.write("stderr", f"{error!r}\n")
        finally:
            sys.stdout, sys.stderr = streams
        return recorder.finish()


def new_interpreter() -> Interpreter:
    """Make the one interpreter of this process; its `__main__` is the notebook's."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    shell = Interpreter.instance(config=config)
    extensions: Any = shell.extension_manager
    extensions.load_extension("storemagic")  # as a kernel does
    return shell
