"""Each chapter keeps the shape readers learn once: head, cells, figures, ending."""

import re
from pathlib import Path

import pytest
import yaml
from book_kit import CHAPTERS, ROOT, code_cells, files_in_toc, parse, sections


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request) -> Path:
    return request.param


def test_all_chapters_of_the_table_of_contents_exist():
    files = files_in_toc()
    missing = [
        name
        for name in files
        if not any((ROOT / f"{name}{suffix}").is_file() for suffix in (".md", ".ipynb"))
    ]
    assert not missing
    written = [f"book/{path.stem}" for path in CHAPTERS]
    assert [name for name in files if name in written] == written
    for name in written:
        slug = name.removeprefix("book/")
        exercise = f"exercises/{slug}/{slug}"
        assert files[files.index(name) + 1] == exercise, "a chapter, then its exercise"


def test_a_chapter_opens_with_label_title_and_three_lines(chapter):
    text = chapter.read_text(encoding="utf-8")
    number = int(chapter.name[:2])
    body = text.split("---\n", 2)[2]
    assert re.match(rf"\s*\(ch-[a-z0-9-]+\)=\n# {number} · \S", body), (
        f"{chapter.name}: after the front matter come (ch-…)= and # {number} · Title"
    )
    head = body.partition("```{code-cell}")[0]
    for name in ("You will", "You need", "Time"):
        assert re.search(rf"^{name}\n: \S", head, re.M), f"{chapter.name}: no {name!r}"
    front = yaml.safe_load(text.split("---\n", 2)[1])
    assert front.keys() == {"jupytext", "kernelspec"}
    assert front["jupytext"]["text_representation"].keys() == {
        "extension",
        "format_name",
    }


def test_a_chapters_cells_are_short(chapter):
    cells = code_cells(chapter)
    assert cells, "a chapter runs code"
    bad = []
    for place, (line, code) in enumerate(cells):
        limit = 15 if place else 6
        if len(code) > limit:
            bad.append(f"{chapter.name}:{line}: {len(code)} lines, at most {limit}")
        bad += [
            f"{chapter.name}:{line}: longer than 72 characters: {row}"
            for row in code
            if len(row) > 72
        ]
        if any(re.search(r"import \*|pip install|sys\.path", row) for row in code):
            bad.append(f"{chapter.name}:{line}: import *, an install or sys.path")
    assert not bad, "\n".join(bad)


def test_a_chapter_ends_with_summary_and_further_reading(chapter):
    found = sections(chapter)
    assert list(found)[-2:] == ["Summary", "Further reading"]
    assert 3 <= len(found) - 2 <= 7, "three to six sections, and an aside at most"
    count = len(re.findall(r"[.!?](?=\s|$)", found["Summary"].strip()))
    assert 3 <= count <= 5, f"{chapter.name}: the summary has {count} sentences"
    cited = re.findall(r"^- .*\{cite:t\}`(\w+)`", found["Further reading"], re.M)
    assert 2 <= len(set(cited)) <= 4, f"{chapter.name}: two to four works, one a line"


def test_a_chapters_asides_are_of_the_kinds_that_work(chapter):
    text = chapter.read_text(encoding="utf-8")
    assert ":class: dropdown" not in text, "a derivation is a {dropdown}: no script"
    kinds = set(re.findall(r"^(?:`{3,}|:{3,})\{([\w-]+)\}", text, re.M))
    assert kinds <= {
        *("code-cell", "note", "seealso", "dropdown", "admonition", "table"),
        *("list-table", "figure", "math", "glue:figure"),
    }


def test_every_formula_of_a_chapter_has_a_label(chapter):
    text = chapter.read_text(encoding="utf-8")
    # the intermediate lines of a derivation need none
    text = re.sub(r"^(`{3,}|:{3,})\{[^c].*?^\1$", "", text, flags=re.M | re.S)
    closing = re.findall(r"^\$\$(.*)$", text, re.M)[1::2]
    labels = [re.fullmatch(r" \(eq-[\w-]+\)", line) for line in closing]
    assert labels, f"{chapter.name}: no formula"
    assert all(labels), f"{chapter.name}: a formula without a label: {closing}"


def test_formulas_carry_the_chapters_number(built_book, chapter):
    page = parse(built_book / "book" / f"{chapter.stem}.html")
    shown = [number.get_text().rstrip("#") for number in page.select(".eqno")]
    number = int(chapter.name[:2])
    assert shown == [f"({number}.{place})" for place in range(1, len(shown) + 1)]


def test_every_figure_is_captioned_named_and_discussed(built_book, chapter):
    page = parse(built_book / "book" / f"{chapter.stem}.html")
    plots = [
        cell
        for cell in page.select("div.cell")
        if cell.select(".cell_output img, .cell_output unrolled-figure")
    ]
    assert plots, f"{chapter.name}: no figure"
    for cell in plots:
        what = cell.get_text()[:60].strip()
        figure, follower = cell.find("figure"), cell.find_next_sibling()
        assert figure, f"{chapter.name}: no figure around the output of {what!r}"
        assert figure.find("figcaption"), f"{chapter.name}: no caption: {what!r}"
        if cell.find("img"):
            assert (figure.get("id") or "").startswith("fig-"), (
                f"{chapter.name}: the figure of {what!r} needs a name, fig-…"
            )
            number = figure.find(class_="caption-number").get_text(strip=True)
            assert number.startswith(f"Figure {int(chapter.name[:2])}.")
        assert follower is not None, f"{chapter.name}: nothing follows {what!r}"
        assert follower.name == "p", f"{chapter.name}: no sentence says what to see"
        assert len(follower.get_text()) > 40


def test_a_chapters_button_offers_its_notebook(built_book, chapter):
    page = parse(built_book / "book" / f"{chapter.stem}.html")
    link = page.find("a", href=re.compile(rf"_sources/book/{chapter.stem}\.ipynb$"))
    assert link is not None
    assert link.has_attr("download")
    text = (built_book / "_sources" / "book" / f"{chapter.stem}.ipynb").read_text(
        encoding="utf-8"
    )
    assert '"output_type"' not in text, "the notebook comes without outputs"
