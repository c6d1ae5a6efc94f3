"""A PostgreSQL of the tests' own: in a temporary folder, on a socket, then gone."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

PROGRAMS = ("initdb", "pg_ctl")


def programs() -> dict[str, str] | None:
    """Return where PostgreSQL's programs are; Debian keeps them off the path."""
    found = {name: shutil.which(name) for name in PROGRAMS}
    if not all(found.values()):
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not folders:
            return None
        found = {name: str(folders[-1] / name) for name in PROGRAMS}
    return found


def owner() -> dict:
    """Return as whom the server runs: it refuses to be root's."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            who = pwd.getpwnam(name)
            return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    raise LookupError("there is neither a user postgres nor nobody")


class Server:
    """A running server; `address` makes a new database."""

    def __init__(self, folder: Path, program: dict[str, str]):
        self.folder, self.program, self.made = folder, program, 0
        self.data = str(folder / "data")

    def run(self, name: str, *arguments: str) -> None:
        # its log goes to a file, not to a pipe that the server would keep open
        with open(self.folder / "said.txt", "ab") as said:
            done = subprocess.run(
                [self.program[name], "-D", self.data, *arguments],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdout=said,
                stderr=said,
                **owner(),
            )
        if done.returncode:
            text = (self.folder / "said.txt").read_text(encoding="utf-8")
            raise RuntimeError(f"{name} {arguments[-1]}: {text[-2000:]}")

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self.run("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")

    def address(self) -> str:
        """Return the URL of a new, empty database."""
        self.made += 1
        name = f"term{self.made}"
        with self.connection("postgres") as at:
            at.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        return f"postgresql+psycopg://teacher@/{name}?host={self.folder}"

    def connection(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), user="teacher", dbname=database, autocommit=True
        )


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server; where there is no PostgreSQL, the test is skipped.

    REQUIRE_POSTGRES=1 says that it must run.
    """
    if (program := programs()) is None:
        text = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(f"REQUIRE_POSTGRES=1, but {text}")
        pytest.skip(text)
    # not below pytest's folder, which others may not enter; a socket's path is short
    with tempfile.TemporaryDirectory(prefix="pg_", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        if who := owner():
            os.chown(folder, who["user"], who["group"])
        server = Server(folder, program)
        server.run("initdb", "-A", "trust", "-U", "teacher", "-E", "UTF8")
        server.start()
        try:
            yield server
        finally:
            server.stop()
