"""Make what learners wrote in Markdown inert, in the file itself, whoever shows it.

A page that renders Markdown passes HTML on, and the formgrader's page is part of the
instructor's Jupyter session. So a graded notebook keeps no tag, link, picture or
formula that could act. Where code begins and ends is not asked, for each renderer
answers differently: what would act gets a space, which makes it plain text everywhere.
A reader sees `< img>` for `<img>`; `a < b`, mathematics, lists, tables and links stay
as they are.
"""

import html
import re
from collections import Counter
from collections.abc import Container

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from course_lib.grading.notebook.outputs import pictures
from course_lib.grading.notebook.resources import Resources, Stepped

# kept without attributes, and in pairs but for the first two
VOID = {"br", "hr"}
PAIRED = {"b", "strong", "i", "em", "u", "s", "del", "ins", "mark", "small"}
PAIRED |= {"sub", "sup", "kbd", "code", "details", "summary"}
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
ADDRESS = re.compile(r"<(https?://[^\s<>]+)>")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
BARE = re.compile(r"<(/?)([A-Za-z]+)[ \t\n]*(/?)>")
REFERENCE = re.compile(r"&(?=(#?\w+;?))")
INLINE = r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=]+\)"
PICTURE = re.compile(
    rf"!\[(?P<rest>[^][\\`<>!\n]*\]\((?:attachment:(?P<name>[\w.-]+)\)|{INLINE}))?",
    re.ASCII,
)
# where a link may lead: the scheme is spelt out, or there is none
TARGET = (
    rf"\s*(?:(?i:https?://|mailto:)|attachment:[\w.-]+\)|{INLINE}|"
    r"[\w.#?][\w./#?=~+,-]*(?:[\s)]|\Z)|\)|\Z)"
)
LINK = re.compile(rf"\](?=[(:](?!{TARGET}))")
FORMULA = re.compile(
    r"\\(?=(?:href|url|style|class|cssId|data|bbox|require|mmlToken|includegraphics|"
    r"html[A-Z][A-Za-z]*)(?![A-Za-z]))"
)
DIAGRAM = re.compile(r"((?:(?<!`)`{3,}+|(?<!~)~{3,}+)[ \t]*)(?=\{?mermaid)")


class InertText(NbGraderPreprocessor):
    """Runs last: nbgrader has compared the cells with what was released by then."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> Stepped:
        """Make a Markdown or raw cell inert; keep of its attachments the pictures."""
        if cell.cell_type != "code":
            kept = pictures(cell.pop("attachments", {}))
            if kept:
                cell["attachments"] = kept
            cell.source = inert(cell.source, kept)
        return cell, resources


def inert(text: str, attachments: Container[str] = ()) -> str:
    """Return Markdown that shows as before, as far as it does nothing.

    Args:
        text: what a learner wrote.
        attachments: the names of the pictures that come with it.
    """
    text = CONTROL.sub("\ufffd", re.sub(r"\r\n?", "\n", text))
    text = ADDRESS.sub(r"< \1 >", text)  # renderers make a link of it again
    kept = _kept_tags(text)
    text = TAG.sub(lambda found: "<" if found.start() in kept else "< ", text)
    text = REFERENCE.sub(_reference, text)
    text = PICTURE.sub(lambda found: _picture(found, attachments), text)
    text = LINK.sub("] ", text)
    text = FORMULA.sub(r"\\ ", text)
    return DIAGRAM.sub(r"\1text ", text)


def _kept_tags(text: str) -> set[int]:
    """Return where tags begin that may stay: harmless, bare, and closed in order."""
    kept: set[int] = set()
    opened: list[tuple[str, int]] = []
    count: Counter[str] = Counter()
    for found in BARE.finditer(text):
        name, place = found[2].lower(), found.start()
        if name in VOID and not found[1]:
            kept.add(place)
        elif name in PAIRED and not found[1] and not found[3]:
            opened.append((name, place))
            count[name] += 1
        elif found[1] and count[name]:
            while True:  # what was opened within and is not closed is not kept
                last, begin = opened.pop()
                count[last] -= 1
                if last == name:
                    break
            kept |= {begin, place}
    return kept


def _reference(found: re.Match[str]) -> str:
    """Break a reference that spells a letter or a sign, such as `&#106;avascript`."""
    if len(found[1]) > 40:
        return "& "  # so many zeros have one purpose
    spelt = html.unescape(f"&{found[1]}")
    hidden = spelt.isascii() and spelt[:1] not in "&<>\"'"
    return "& " if hidden else "&"


def _picture(found: re.Match[str], attachments: Container[str]) -> str:
    """Break a picture that comes from elsewhere, or is not there.

    nbconvert refuses a whole notebook for an attachment that is missing.
    """
    rest, name = found["rest"], found["name"]
    if rest and (name is None or name in attachments):
        return found[0]
    rest = rest or ""
    return f"! [{rest.replace('](', '] (') if name else rest}"
