"""What stands in a page that a learner gets: hidden text, active content, a reason."""

import base64
import html
import html.parser
import re

from .entry import Entry

CANARY = re.compile(r"canary-([a-z]+)-[a-z@.]+")


def entry_text(entry: Entry) -> str:
    """Return what the learner wrote, who may see it again."""
    return "\n".join(
        [*filter(None, entry.cells.values()), *(t for _, t in entry.extra)]
    )


def leaks(text: str) -> set[str]:
    """Return the kinds of canary in a text, plain, backwards, in Base64 or in hex."""
    forms = [text, text[::-1]]
    for word in re.findall(r"[A-Za-z0-9+/]{40,}={0,2}", text):
        if re.fullmatch(r"[0-9a-f]+", word):
            forms.append(bytes.fromhex(word[: len(word) // 2 * 2]).decode("latin-1"))
        for start in range(4):
            part = word[start:].rstrip("=")
            part = part[: len(part) // 4 * 4]
            forms.append(base64.b64decode(part).decode("latin-1"))
    return {kind for form in forms for kind in CANARY.findall(form)}


class _Active(html.parser.HTMLParser):
    """Collects what would act, if it carries the corpus's mark."""

    MARK = "corpus_active"

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open = ""

    def handle_starttag(self, tag, attrs):
        self.open = tag
        for name, value in attrs:
            acts = name.startswith("on") or name in ("href", "src", "action", "srcdoc")
            acts = acts or (tag == "meta" and name == "content")
            if acts and self._acts(name, value or ""):
                self.found.append(f"<{tag} {name}>")

    def _acts(self, name: str, value: str) -> bool:
        if self.MARK not in value:
            return False
        scheme = value.strip().lower().startswith(("javascript:", "data:"))
        return (
            scheme or name in ("srcdoc", "action", "content") or name.startswith("on")
        )

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        if self.open in ("script", "style") and self.MARK in data:
            self.found.append(f"<{self.open}>")


def active(text: str) -> list[str]:
    """Return the elements of a page that would do what an entry wants."""
    parser = _Active()
    parser.feed(text)
    return parser.found


def visible(page: str) -> str:
    """Return the text of a page without its elements."""
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page)
    return html.unescape(re.sub(r"<[^>]*>", " ", body))
