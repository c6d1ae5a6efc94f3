"""The built site: every link leads somewhere, and nothing comes from elsewhere."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from book_kit import CHAPTERS, parse
from bs4 import BeautifulSoup

HEAVIEST = 2.2e6  # bytes of a page with mathematics, uncompressed
FONTS = ("Zero", "Main-Regular", "Main-Bold", "Math-Italic", "AMS-Regular")
FONTS += tuple(f"Size{size}-Regular" for size in (1, 2, 3, 4))
MATHJAX = {  # what a page with any formula of this book can ask for
    *("startup.js", "core.js", "input/tex.js", "output/chtml.js"),
    *("output/chtml/fonts/tex.js", "a11y/assistive-mml.js"),
    *(f"output/chtml/fonts/woff-v2/MathJax_{name}.woff" for name in FONTS),
}
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src"}
FETCHING_LINKS = {"stylesheet", "icon", "preload", "modulepreload"}


@pytest.fixture(scope="module")
def pages(built_book) -> dict[Path, BeautifulSoup]:
    """Every page of the site, parsed."""
    return {path: parse(path) for path in sorted(built_book.rglob("*.html"))}


def fetched(page: BeautifulSoup) -> list[str]:
    """Return the addresses that a browser asks for by itself."""
    found = [t[a] for tag, a in LOADS.items() for t in page.find_all(tag) if t.get(a)]
    for link in page.find_all("link"):
        if FETCHING_LINKS & set(link.get("rel", [])):
            found.append(link["href"])
    return found


def addresses(page: BeautifulSoup) -> list[str]:
    """Return every address on a page."""
    found = [tag[a] for a in ("href", "src") for tag in page.find_all(attrs={a: True})]
    refresh = page.find("meta", attrs={"http-equiv": re.compile("refresh", re.I)})
    return found + ([refresh["content"].partition("url=")[2]] if refresh else [])


def broken(site: Path, path: Path, address: str) -> str | None:
    """Return what is wrong with a local address, or None."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    base = site if parts.path.startswith("/") else path.parent
    target = path
    if parts.path:
        target = (base / unquote(parts.path).lstrip("/")).resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return f"{address}: no such file"
    name = unquote(parts.fragment)
    if name and target.suffix == ".html" and not parse(target).find(id=name):
        return f"{address}: no such place on the page"
    return None


def test_every_link_leads_somewhere(built_book, pages):
    bad = [
        f"{path.relative_to(built_book)}: {trouble}"
        for path, page in pages.items()
        for address in sorted(set(addresses(page)))
        if (trouble := broken(built_book.resolve(), path.resolve(), address))
    ]
    assert not bad, "\n".join(bad)
    assert sum(len(addresses(page)) for page in pages.values()) > 200


def test_nothing_is_fetched_from_elsewhere(built_book, pages):
    outside = [
        f"{path.relative_to(built_book)}: {address}"
        for path, page in pages.items()
        for address in fetched(page)
        if urlsplit(address).scheme not in ("", "data") or urlsplit(address).netloc
    ]
    for sheet in built_book.rglob("*.css"):
        for address in re.findall(
            r"(?:url\(|@import\s)['\"]?([^'\")\s]+)", sheet.read_text(encoding="utf-8")
        ):
            if re.match(r"(https?:)?//", address):
                outside.append(f"{sheet.relative_to(built_book)}: {address}")
    assert not outside, "\n".join(outside)


def test_every_image_says_what_it_shows(built_book, pages):
    silent = []
    for path, page in pages.items():
        for image in page.find_all("img"):
            alt = image.get("alt", "missing.png").strip()
            link = image.find_parent("a")
            if alt == "" and link is not None and link.get_text(strip=True):
                continue  # the logo, beside the words that say the same
            if len(alt) < 8 or re.search(r"\.(png|svg|jpe?g)$", alt):
                silent.append(
                    f"{path.relative_to(built_book)}: {image['src']}: {alt!r}"
                )
    assert not silent, "\n".join(silent)


def test_the_themes_slips_are_mended(built_book, pages):
    text = {path: path.read_text(encoding="utf-8") for path in pages}
    for pattern in (
        r"fontawesome\.js|fontawesome/[^\"]*/js/",
        r'role="doc-biblioentry"',
        r"<button[^>]*search-button-field[^>]* aria-label=",
        r"<button[^>]*theme-switch-button[^>]* aria-label=",
        r"<summary aria-label=",
        r'<div class="sidebar-primary-items__start',
        r'rel="preload"[^>]*fa-brands',
        r"thebe|require\.js|unpkg|jsdelivr|cdnjs",
    ):
        found = [path.name for path, html in text.items() if re.search(pattern, html)]
        assert not found, f"{pattern} is back on {found}: see book/_ext/course_book"
    # the patterns above still have something to mend: the theme is the one we know
    assert any("search-button-field" in html for html in text.values())
    assert any("theme-switch-button" in html for html in text.values())
    assert 'role="listitem"' in text[built_book / "book" / "bibliography.html"]
    assert not list((built_book / "_static").rglob("*.map"))


def test_the_front_door_leads_to_the_book(built_book, pages):
    door = pages[built_book / "index.html"]
    assert door.html["lang"] == "en"
    assert door.find("a")["href"] == "book/index.html"


def weight(site: Path, path: Path, page: BeautifulSoup) -> int:
    """Return the bytes of a page, everything it fetches, and its mathematics."""
    files = {path}
    for address in fetched(page):
        if not address.startswith("data:"):
            files.add((path.parent / unquote(urlsplit(address).path)).resolve())
    if page.find(class_="math"):
        files |= {site / "_static" / "mathjax" / part for part in MATHJAX}
    return sum(file.stat().st_size for file in files)


def test_no_page_is_heavy(built_book, pages):
    weights = {
        path.relative_to(built_book).as_posix(): weight(
            built_book.resolve(), path.resolve(), page
        )
        for path, page in pages.items()
    }
    heavy = {name: size for name, size in weights.items() if size > HEAVIEST}
    assert not heavy, f"heavier than {HEAVIEST / 1e6} MB: {heavy}"
    assert max(weights.values()) > 1e6, "mathematics alone weighs more: not measured"


def test_the_sidebar_shows_the_chapters_own_numbers(built_book, pages):
    nav = pages[built_book / "book" / "index.html"].find("nav", class_="bd-links")
    titles = [link.get_text(strip=True) for link in nav.find_all("a")]
    numbered = [title for title in titles if re.match(r"\d", title)]
    numbers = [path.name[:2].lstrip("0") for path in CHAPTERS]
    assert [title.partition(" · ")[0] for title in numbered] == numbers, titles
    for path in CHAPTERS:
        headings = pages[built_book / "book" / f"{path.stem}.html"].find_all(
            ["h1", "h2"]
        )
        assert not any("section-number" in str(heading) for heading in headings)
