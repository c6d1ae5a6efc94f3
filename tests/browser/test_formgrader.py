"""The formgrader opens on a graded class, and runs nothing that a learner wrote.

The same class is looked at by nbgrader without our parts, and with notebooks as they
were handed in: there it runs, so these tests can fail.
"""

import copy
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from browsing import Visit, watch
from grading.faults import CASES, cell, code, solved
from grading.hostile import HONEST, HOSTILE, PNG
from places import TINY

from course_lib.authoring import build
from course_lib.grading.course import Course, programs_on_path

NAME = "0_tiny"
STUDENTS = ("missing", "right", "syntax_error")
# names are those of folders, and what the gradebook holds
TAG = "<img src=x onerror=ran('NAME')>"
FOLDERS = (TAG.replace("NAME", "folder"), '" || ran("quote") || "', "back\\")
OUTPUTS = """
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
for kind in (HTML, SVG, Javascript, Latex, Markdown):
    display(kind("<svg onload=ran('output')></svg><script>ran('output')</script>"))
raise type("<img src=x onerror=ran('error')>", (Exception,), {})(
    "<img src=x onerror=ran('message')>")
"""
# some that do not keep the others from running
BEFORE = ("image", "script", "mermaid", "cdata", "outside", "link", "link_entity")
PAGE = "<script>ran('page')</script><img src=x onerror=ran('page_image')>"
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"
SECONDS_TO_START = 90
pytestmark = [
    pytest.mark.browser,
    # jupyter and nbgrader open sockets and files that they leave to the collector
    pytest.mark.filterwarnings(
        "ignore::ResourceWarning",
        "ignore::DeprecationWarning",
        "ignore::pytest.PytestUnraisableExceptionWarning",
    ),
]


def markdown(text: str, **more) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": text, **more}


def attachments() -> dict:
    svg = {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload=ran(1)/>"}
    return {
        "attachments": {
            "drawing.png": {"image/png": PNG},
            "x.svg": svg,
            "page": {"text/html": PAGE},
        }
    }


def hostile(release: dict) -> dict:
    """Return a notebook with each hostile text in a cell of its own."""
    notebook = solved(release)
    cell(notebook, "why")["source"] = "\n\n".join([HOSTILE["image"], HOSTILE["link"]])
    notebook["cells"][:0] = [
        markdown(text, **attachments()) for text in HOSTILE.values()
    ]
    raw = {"raw_mimetype": "text/html"}
    notebook["cells"] += [
        code(OUTPUTS),
        {"cell_type": "raw", "metadata": raw, "source": HOSTILE["image"]},
    ]
    notebook["metadata"]["title"] = notebook["metadata"]["kernelspec"] = PAGE
    return notebook


def honest(release: dict) -> dict:
    notebook = solved(release)
    cell(notebook, "why").update({"source": HONEST}, **attachments())
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A class of nine, graded."""
    root = tmp_path_factory.mktemp("formgrader")
    (root / "source" / "solutions").mkdir(parents=True)
    source = root / "source" / "solutions" / f"{NAME}.py"
    shutil.copy(TINY, source)
    course = Course(root / "class")
    course.add_exercise(build.write_source(source))
    course.generate(NAME)
    path = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    release = json.loads(path.read_text(encoding="utf-8"))

    def hand_in(student: str, notebook: dict, name: str = NAME) -> None:
        folder = course.submission(student, NAME)
        text = json.dumps(notebook)
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
        (folder / "page.html").write_text(PAGE, encoding="utf-8")

    for student in STUDENTS:
        CASES[student].make(course.submission(student, NAME), copy.deepcopy(release))
    hand_in("hostile", hostile(release))
    hand_in("before", hostile(release))
    hand_in("honest", honest(release))
    for student in FOLDERS:
        hand_in(student, release, TAG.replace("NAME", "file"))
    course.autograde(NAME)
    with course.gradebook() as gradebook:
        person = {key: TAG.replace("NAME", key) for key in ("first_name", "last_name")}
        gradebook.update_or_create_student("hostile", **person)
    # as nbgrader leaves it: graded before this course made such texts inert
    path = graded(course, "before")
    notebook = nbformat.read(path, as_version=4)
    texts = [own for own in notebook.cells if own.cell_type == "markdown"]
    for own, name in zip(texts, BEFORE, strict=False):
        own.source = HOSTILE[name]
    nbformat.write(notebook, path)
    return course


def graded(course: Course, student: str) -> Path:
    return course.root / "autograded" / student / NAME / f"{NAME}.ipynb"


@contextmanager
def served(folder: Path, log: Path) -> Iterator[str]:
    """The address of a JupyterLab in a folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        *("--no-browser", "--ip=127.0.0.1", f"--port={port}", "--port-retries=0"),
        *("--allow-root", "--IdentityProvider.token=", "--ServerApp.password="),
    ]
    with programs_on_path(), log.open("w", encoding="utf-8") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | {"JUPYTER_CONFIG_DIR": str(log.parent / "config")},
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:  # not yet
            time.sleep(0.3)
    said = log.read_text(encoding="utf-8")
    pytest.fail(f"JupyterLab did not start:\n{said[-3000:]}")


@pytest.fixture(scope="module")
def lab(browser, course, tmp_path_factory) -> Iterator[str]:
    """The address of a JupyterLab whose folder is the course."""
    with served(course.root, tmp_path_factory.mktemp("lab") / "log.txt") as address:
        yield address


@pytest.fixture(scope="module")
def bare(browser, course, tmp_path_factory) -> Iterator[str]:
    """The same class as nbgrader shows it by itself."""
    folder = tmp_path_factory.mktemp("bare")
    shutil.copytree(course.root, folder / "class")
    config = folder / "class" / "nbgrader_config.py"
    line = 'c = get_config()\nc.CourseDirectory.course_id = "unrolled"\n'
    config.write_text(line, encoding="utf-8")
    with served(folder / "class", folder / "log.txt") as address:
        yield address


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def look(browser):
    """Return a function that looks at an address and says what happened there."""
    contexts = []

    def looked(site: str, path: str) -> "Seen":
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        seen = Seen(context.new_page())
        context.expose_binding("ran", lambda source, name: seen.ran.append(name))
        watch(seen, context, site)
        # there is no network; nbgrader's script wants something of that name
        stub = "window.MathJax = { Hub: { Config() {}, Queue() {}, Startup: STARTUP } }"
        stub = stub.replace("STARTUP", "{ signal: { Interest() {} } }")
        context.route(f"{MATHJAX}**", lambda route: route.fulfill(body=stub))
        seen.page.on("dialog", lambda dialog: seen.ran.append(dialog.message))
        seen.page.goto(f"{site}/formgrader/{path}")
        seen.page.wait_for_load_state("networkidle")
        seen.page.wait_for_timeout(300)
        return seen

    yield looked
    for context in contexts:
        context.close()


class Seen(Visit):
    """A visit, and the names of what ran on the page."""

    def __init__(self, page):
        super().__init__(page)
        self.ran: list[str] = []

    def troubles(self) -> list[str]:
        """What ran, failed, was missing or was asked of others."""
        return [*self.ran, *self.outside, *self.errors, *self.missing]

    def click_what_runs(self) -> list[str]:
        """Click each link of a learner that is no address; return what they were."""
        found = self.page.evaluate(
            """() => [...document.querySelectorAll(".rendered_html a")]
              .filter((a) => !["http:", "https:", "mailto:"].includes(a.protocol))
              .map((a) => { a.removeAttribute("target"); a.click(); return a.href; })"""
        )
        self.page.wait_for_timeout(300)
        return found


def submission(course: Course, student: str) -> str:
    with course.gradebook() as gradebook:
        return gradebook.find_submission_notebook(NAME, NAME, student).id


def test_jupyterlab_opens_the_formgrader_from_its_menu(lab, page, picture):
    page.goto(f"{lab}/lab")
    page.get_by_role("menuitem", name="Nbgrader").click(timeout=60_000)
    page.get_by_role("menuitem", name="Formgrader").click()
    inside = page.frame_locator("iframe[src*='formgrader']")
    row = inside.get_by_role("row").filter(has_text=NAME)
    row.wait_for(timeout=60_000)
    row.scroll_into_view_if_needed()
    assert "9" in row.inner_text().split()  # submissions
    picture(page, "formgrader_lab")


def test_the_gradebook_lists_the_grades(lab, page, picture):
    page.goto(f"{lab}/formgrader/gradebook/{NAME}/{NAME}")
    page.get_by_role("link", name="Submission #1", exact=True).wait_for(timeout=60_000)
    page.get_by_role("button", name="Show All Names").click()
    scores = {
        row.locator(".name").inner_text(): row.locator(".score").first.inner_text()
        for row in page.locator("tbody tr").all()
    }
    picture(page, "formgrader_gradebook")
    expected = {"missing": "0 / 6", "right": "5 / 6", "syntax_error": "3 / 6"}
    assert scores | expected == scores


def test_a_submission_shows_code_scores_and_the_reason(lab, page, picture):
    page.goto(f"{lab}/formgrader/manage_students/missing/{NAME}")
    page.get_by_role("link", name=NAME, exact=True).last.click(timeout=60_000)
    page.locator(".nbgrader_cell").first.wait_for(timeout=60_000)
    picture(page, "formgrader_submission")
    assert "0_tiny.ipynb is missing from what was handed in" in page.content()


def test_hostile_markdown_does_nothing(lab, course, look, picture):
    seen = look(lab, f"submissions/{submission(course, 'hostile')}/")
    picture(seen.page, "formgrader_hostile")
    assert seen.click_what_runs() == []
    assert seen.troubles() == []
    assert seen.page.locator(".rendered_html").count() > len(HOSTILE)
    active = "iframe, form, object, embed, svg, math, style, meta, base, video, button"
    assert seen.page.locator(".rendered_html").locator(active).count() == 0
    assert seen.page.locator("#test_double").evaluate("e => e.tagName") == "INPUT"
    text = seen.page.locator("#notebook").first.inner_text()
    assert all(f"ran('{name}')" in text for name in ("script", "frame", "mermaid"))


@pytest.mark.parametrize(
    ("ours", "student"), [(True, "before"), (False, "hostile"), (False, "before")]
)
def test_each_wall_holds_alone_and_without_both_it_runs(
    request, course, look, ours, student
):
    site = request.getfixturevalue("lab" if ours else "bare")
    seen = look(site, f"submissions/{submission(course, student)}/")
    if ours or student == "hostile":
        seen.click_what_runs()
        # beside the learner's texts nbgrader shows the name, which is not in the file
        assert set(seen.ran) <= ({"first_name", "last_name"} if not ours else set())
        return
    assert {"image", "script", "mermaid", "cdata"} <= set(seen.ran)
    assert any("hostile.example" in url for url in seen.outside)
    assert any(link.startswith("javascript:") for link in seen.click_what_runs())
    assert {"link", "link_entity"} <= set(seen.ran)


def places(course: Course) -> dict[str, str]:
    """Return what shows a name, a comment or a file of a learner's."""
    found = {
        "submissions": f"manage_submissions/{NAME}",
        "students": "manage_students",
        "gradebook": f"gradebook/{NAME}/{NAME}",
        "submissions as data": f"api/submissions/{NAME}",
        "no such student": f"manage_students/{quote(TAG)}",
        "no such assignment": f"gradebook/{quote(TAG)}",
        "person": f"submissions/{submission(course, 'hostile')}/",
    }
    for index, student in enumerate(FOLDERS):
        own, folder = submission(course, student), quote(student, safe="")
        found |= {
            f"student {index}": f"manage_students/{folder}",
            f"student's notebooks {index}": f"manage_students/{folder}/{NAME}",
            f"notebook {index}": f"submissions/{own}/",
            f"comments {index}": f"api/comments?submission_id={own}",
        }
    file = quote(f"../../../submitted/hostile/{NAME}/page.html", safe="")
    found["file"] = f"submissions/{submission(course, 'hostile')}/{file}"
    return found


def unquoted(found: re.Match) -> str:
    return {"c": "<", "e": ">"}[found[1]]


def test_names_comments_and_files_do_nothing(lab, course, look, picture):
    ran = {}
    for name, path in places(course).items():
        seen = look(lab, path)
        ran[name] = seen.ran + seen.outside
        if name in ("submissions", "student 0", "notebook 0"):
            picture(seen.page, f"formgrader_{name.replace(' ', '_')}")
            shown = seen.page.locator("body").text_content()
            assert FOLDERS[0] in re.sub(r"\\u003([ce])", unquoted, shown)
    assert ran == {name: [] for name in ran}


def test_names_comments_and_files_run_without_our_part(bare, course, look):
    ran = {name: look(bare, path).ran for name, path in places(course).items()}
    running = {name for name, found in ran.items() if found}
    assert {"no such student", "student 0", "student 1", "person", "file"} <= running
    assert {"notebook 0", "comments 0", "submissions as data"} <= running


def test_names_can_be_shown_and_grades_be_given(lab, course, look):
    seen = look(lab, f"submissions/{submission(course, 'right')}/")
    page = seen.page
    assert not page.locator("a.name-shown").is_visible()
    page.locator("span.glyphicon.name-hidden").click()
    assert page.locator("a.name-shown").inner_text().strip() == "right"
    page.locator("#why").fill("1")
    page.locator("#why-comment").fill("a < b <b>indeed</b>")
    page.locator("#why-comment").press("Escape")
    page.wait_for_timeout(500)
    assert seen.troubles() == []
    with course.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, "right")
        assert {g.name: g.manual_score for g in notebook.grades}["why"] == 1
        comments = {c.name: c.manual_comment for c in notebook.comments}
    assert comments["why"] == "a < b <b>indeed</b>"


def test_a_feedback_page_does_nothing_and_stands_alone(browser, course, picture):
    course.feedback(NAME)
    context = browser.new_context()
    ran = []
    context.expose_binding("ran", lambda source, name: ran.append(name))
    for student in ("hostile", "honest", *FOLDERS):
        folder = course.root / "feedback" / student / NAME
        assert {path.name for path in folder.iterdir()} == {
            f"{NAME}.html",
            "results.json",
        }
        page = context.new_page()
        record = Visit(page)
        watch(record, context, folder.as_uri())
        page.goto((folder / f"{NAME}.html").as_uri())
        assert (ran, record.outside, record.errors) == ([], [], [])
        assert page.get_by_role("heading", name="Feedback on").is_visible()
        assert page.evaluate("getComputedStyle(document.body).maxWidth") == "832px"
        picture(page, f"feedback_{student[:7].strip('<')}")
    context.close()


def test_honest_markdown_reads_as_it_was_written(lab, course, look, picture):
    seen = look(lab, f"submissions/{submission(course, 'honest')}/")
    answer = seen.page.locator(".nbgrader_cell").filter(has_text="Addition is enough")
    picture(seen.page, "formgrader_honest")
    text = answer.inner_text()
    for part in ("for all a < b and c > d & e.", "third[i](x) < 4", "n < 3", "α <x>"):
        assert part in text
    assert r"\tanh(W x_t) \\ y &< 1 \end{aligned}" in text
    assert "if a < b and x[0]:\n    y = layers[0](x, h)" in text
    counts = {"li": 4, "table": 1, "em": 1, "sub": 1, "blockquote": 1, "del": 1}
    assert {tag: answer.locator(tag).count() for tag in counts} == counts
    links = [a.get_attribute("href") for a in answer.locator("a").all()]
    assert links == [
        "https://example.org/a_(b)?c=1&d=2",
        "#end",
        "../../book/03_rnn.md",
        "https://example.org/",
    ]
    drawing = answer.get_by_role("img", name="a drawing")
    assert drawing.evaluate("e => e.naturalWidth") == 1
    assert seen.troubles() == []
