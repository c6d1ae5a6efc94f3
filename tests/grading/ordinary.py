"""Run a command as an ordinary user, also where the tests run as root."""

import os
import sys
from pathlib import Path

from places import ROOT

NOBODY = 65534


def closed_folders(path: str) -> list[str]:
    """Return the outermost folder above a path that only its owner can enter."""
    above = [*reversed(Path(path).parents), Path(path)]
    return [str(p) for p in above if not p.stat().st_mode & 0o001][:1]


def as_ordinary_user(words: list[str]) -> list[str]:
    """Return a command that runs `words` without root's rights.

    The user is one who owns nothing. If root's folders hold this Python or the course,
    that user could not reach them. So, in a space of mounts that ends with the command,
    an empty folder that all can enter covers theirs, and holds what is needed of it.
    """
    if os.geteuid() != 0:
        return words
    needed = {os.path.realpath(p) for p in (sys.base_prefix, sys.prefix, str(ROOT))}
    hidden = {place: closed for place in needed for closed in closed_folders(place)}
    kept = {place: f"$keep/{number}" for number, place in enumerate(sorted(hidden))}
    script = ["set -e", "keep=$(mktemp -d)", 'mount -t tmpfs tmpfs "$keep"']
    for place, at in kept.items():
        script += [f'mkdir "{at}"', f'mount --bind "{place}" "{at}"']
    for closed in sorted(set(hidden.values())):
        script.append(f'mount -t tmpfs -o mode=755 tmpfs "{closed}"')
    for place, at in kept.items():
        script += [f'mkdir -p "{place}"', f'mount --bind "{at}" "{place}"']
    script += ['umount -l "$keep"', 'rmdir "$keep"']
    script.append(f'exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups "$@"')
    lines = "\n".join(script)
    own = ["unshare", "--mount", "--propagation", "private"]
    return [*own, "sh", "-c", lines, "-", *words]
