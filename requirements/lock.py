"""Write a lock for each role of pyproject.toml; the versions are those of the whole.

    extras of pyproject.toml + pins of requirements.txt  ->  requirements/ROLE.txt

requirements.txt is the lock of everything, which is the role `dev`. To change a
version, edit it there, install it, pass the tests, run `python requirements/lock.py`.

It needs uv (`pip install uv`), which finds out what a role brings along. For torch it
takes a wheel without CUDA from the folder that UV_FIND_LINKS names.
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
WHOLE = HERE.parent / "requirements.txt"
OLDEST = "3.11.5"  # the Python that the pinned versions ask for
ROLES = "learn", "check", "teach", "book", "cluster", "postgresql"
HEAD = (
    "# Made by `python requirements/lock.py`; edit pyproject.toml, requirements.txt.\n"
    "# To install: `pip install -r` this file, then `pip install --no-deps .`\n"
)


def canonical(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    """Return the versions that a lock pins, by canonical name.

    Raises:
        ValueError: a line is no exact pin, or a name is pinned twice.
    """
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        match = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", text)
        if match is None or canonical(match[1]) in found:
            raise ValueError(f"{path.name}: {text!r} is no pin, or a second one")
        found[canonical(match[1])] = match[2]
    return found


def resolve(role: str) -> list[str]:
    """Return the canonical names of all that a role installs, as uv resolves it."""
    command = ["uv", "pip", "compile", "pyproject.toml", "--extra", role, "--quiet"]
    command += ["--constraint", str(WHOLE), "--python-version", OLDEST]
    command += ["--no-header", "--no-annotate", "--no-emit-package", "unrolled"]
    done = subprocess.run(
        command,
        cwd=HERE.parent,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=True,
    )
    lines = [line for line in done.stdout.splitlines() if "==" in line]
    return sorted(canonical(re.split(r"\[|==", line)[0]) for line in lines)


def main() -> int:
    """Write all locks; return 1 if a role needs what requirements.txt does not pin."""
    versions = pins(WHOLE)
    for role in ROLES:
        names = resolve(role)
        if missing := [name for name in names if name not in versions]:
            print(
                f"{role} needs {', '.join(missing)}: pin it in requirements.txt. If it "
                "belongs to CUDA, let UV_FIND_LINKS name a folder with a CPU wheel of "
                "torch",
                file=sys.stderr,
            )
            return 1
        text = "".join(f"{name}=={versions[name]}\n" for name in names)
        (HERE / f"{role}.txt").write_text(HEAD + text, encoding="utf-8")
        print(f"requirements/{role}.txt: {len(names)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
