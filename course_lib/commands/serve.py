"""Serve the built book and open JupyterLab on the exercises, until Ctrl-C.

JupyterLab's root is the folder of the course, since an exercise links to its chapter
and Lab opens nothing outside its root. What is no matter of learners, the solutions
among it, is left out of its list of files. A chapter opens as text, not as source.
"""

import functools
import http.server
import json
import secrets
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

# left out of the list of files; ContentsManager's own defaults among them
HIDDEN = (
    *("__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~", "*.egg-info"),
    *("_build", "benchmarks", "course_lib", "solutions", "tests", "gradebook.db*"),
    *("source", "release", "submitted", "autograded", "feedback"),
)
SETTINGS = {
    "@jupyterlab/docmanager-extension:plugin": {
        "defaultViewers": {"markdown": "Markdown Preview"}
    },
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that does not report every request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(root: Path, book_port: int = 8000, lab_port: int = 8888) -> int:
    """Serve until interrupted; a port that is taken is replaced by a free one.

    Args:
        root: the folder of the course.
        book_port: where the book should be.
        lab_port: where JupyterLab should be.
    """
    html = root / "_build" / "html"
    if not (html / "index.html").exists():
        print(f"There is no book in {html}; build it first: make")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    handler = functools.partial(Quiet, directory=str(html))
    address = ("127.0.0.1", _free(book_port))
    token = secrets.token_urlsafe(16)
    port = _free(lab_port)
    with http.server.ThreadingHTTPServer(address, handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        lab = subprocess.Popen(lab_command(root, port, token))
        print(f"Book       http://127.0.0.1:{address[1]}/")
        print(f"Exercises  http://127.0.0.1:{port}/lab/tree/exercises?token={token}")
        print("Ctrl-C stops both.", flush=True)
        try:
            return lab.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            server.shutdown()
            _stop(lab)


def lab_command(root: Path, port: int, token: str) -> list[str]:
    """Return the command that starts JupyterLab; its settings are written to `_build`.

    Args:
        root: the folder of the course; it becomes Lab's root.
        port: where Lab listens, on this machine only.
        token: what a browser must show.
    """
    settings = root / "_build" / "lab"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--log-level=ERROR"),
        *("--ip=127.0.0.1", f"--port={port}", "--port-retries=0", "--allow-root"),
        # nothing is asked of the network
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--LabApp.app_settings_dir={settings}",
        f"--ServerApp.root_dir={root}",
        *(f"--ContentsManager.hide_globs={name}" for name in HIDDEN),
        f"--IdentityProvider.token={token}",
    ]


def _free(port: int) -> int:
    """Return `port`, or a free one if it is taken."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
