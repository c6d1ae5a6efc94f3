"""Figures, tables and equations carry their chapter's number: Figure 3.1, (3.1).

Chapters have their numbers in their titles and file names, so that chapter 5 is 5 while
chapter 4 is still to be written. Sphinx would count figures through the whole book.
"""

import re

CHAPTER = re.compile(r"(?:.*/)?(\d\d)_[^/]*")


def number_by_chapter(app, env) -> list[str]:
    """Replace Sphinx's running numbers by (chapter, position in the chapter)."""
    changed = []
    for docname, kinds in env.toc_fignumbers.items():
        if found := CHAPTER.fullmatch(docname):
            env.toc_fignumbers[docname] = {
                kind: _in_order(numbers, int(found[1]))
                for kind, numbers in kinds.items()
            }
            changed.append(docname)
    return changed


def _in_order(numbers: dict[str, tuple], chapter: int) -> dict[str, tuple]:
    ids = sorted(numbers, key=numbers.get)
    return {name: (chapter, place) for place, name in enumerate(ids, start=1)}
