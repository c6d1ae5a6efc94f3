"""The book is built once per test run, while the tests that do not need it run."""

import json
import os
import subprocess
import uuid
from pathlib import Path
from threading import Thread

from book_kit import build_book, complaints
from filelock import FileLock

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex


class BookOnce:
    """The built book of a run; all workers of the run share it.

    Who holds the lock builds, and leaves a note for the others. If the builder is
    ended, there is no note, and the next who asks builds: pages that were run are not
    run again.
    """

    def __init__(self, root: Path, run: str = RUN, build=build_book):
        """Build nothing yet.

        Args:
            root: the folder of the book's configuration.
            run: a name of this test run, the same in all its workers.
            build: what builds a folder, as `book_kit.build_book` does.
        """
        self.root, self.run, self.build = root, run, build
        self.process: subprocess.Popen | None = None
        self.thread: Thread | None = None
        self.stopped = False

    def start(self, run: str) -> None:
        """Begin to build for a run in the background, unless that has begun."""
        if self.thread is None:
            self.run = run
            self.thread = Thread(target=self.complaints, daemon=True)
            self.thread.start()

    def stop(self) -> None:
        """End a build that still runs in the background."""
        self.stopped = True
        if self.process is not None:
            self.process.terminate()

    def complaints(self) -> str:
        """Return what is wrong with the book, built now or earlier in this run."""
        folder = self.root / "_build"
        folder.mkdir(exist_ok=True)
        note = folder / "built-by"
        with FileLock(folder / "book.lock"):
            try:
                left = json.loads(note.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                left = {}
            if left.get("run") != self.run:
                note.unlink(missing_ok=True)
                built = self.build(self.root, self._remember)
                left = {"run": self.run, "wrong": ""}
                if built.returncode:
                    left["wrong"] = complaints(built.stdout)
                if not self.stopped:
                    note.write_text(json.dumps(left), encoding="utf-8")
        return left["wrong"]

    def _remember(self, process: subprocess.Popen) -> None:
        self.process = process
        if self.stopped:
            process.terminate()
