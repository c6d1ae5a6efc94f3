"""A visit to a page, and what is kept of it."""

from dataclasses import dataclass, field


@dataclass
class Visit:
    """An open page and what happened on it."""

    page: object
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    loaded: int = 0  # bytes, uncompressed


def watch(record: Visit, context, site: str) -> None:
    """Record errors, missing files and bytes; stop and record requests elsewhere."""

    def routed(route):
        if route.request.url.startswith((site, "data:")):
            route.continue_()
        else:
            record.outside.append(route.request.url)
            route.abort()

    def answered(response):
        if response.status >= 400:
            record.missing.append(f"{response.status} {response.url}")
        elif response.ok:
            record.loaded += int(response.headers.get("content-length", 0))

    def said(message):
        if message.type == "error":
            record.errors.append(message.text)

    context.route("**/*", routed)
    record.page.on("response", answered)
    record.page.on("console", said)
    record.page.on("pageerror", lambda error: record.errors.append(str(error)))


def settle(page) -> None:
    """Wait until mathematics is set and fonts have come."""
    page.wait_for_load_state("load")
    page.evaluate(
        """async () => {
          await window.MathJax?.startup?.promise;
          await document.fonts.ready;
          await new Promise((done) => requestAnimationFrame(() => done()));
        }"""
    )


def show_theme(page, theme: str) -> None:
    """Change the reader's preference; the page follows, as it does for a reader."""
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(
        "theme => document.documentElement.dataset.theme === theme", arg=theme
    )
    settle(page)
