"""The 404 pages that programs come with, by the sentence that their makers wrote.

Rules:
- A template is known by a whole sentence of its own on a page with no article; a general phrase is not enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.judge.phrases import READ_ON, Lexicon, Phrases, plain
from crawler.model import Page

# A page with an article of its own, or with a whole site around it, is no template.
LONGEST_TEXT, LONGEST_SHOWN = 400, 3000


@dataclass(frozen=True, slots=True)
class Template:
    """The default page of a program; `said` are sentences that only it says."""

    name: str
    said: tuple[str, ...]
    source: str
    read_on: str = READ_ON


_PAGES = "copies of the program's page in public repositories"

TEMPLATES: tuple[Template, ...] = (
    Template("WordPress", ("it looks like nothing was found at this location",), f"{_PAGES}: default themes, 404.php"),
    Template("Django", ("we're sorry, but the requested page could not be found",), "django/django admin/404.html"),
    Template("Drupal", ("the requested page could not be found",), f"{_PAGES}: Drupal's built-in 404"),
    Template(
        "Apache", ("the requested url was not found on this server",), "apache/httpd docs/error/HTTP_NOT_FOUND.html.var"
    ),
    Template(
        "IIS",
        ("had its name changed, or is temporarily unavailable",),
        f"{_PAGES}: IIS custom error 404",
    ),
    Template("Tomcat", ("http status 404 – not found", "http status 404 - not found"), f"{_PAGES}: Tomcat's report"),
    Template("Next.js", ("this page could not be found.",), f"{_PAGES}: Next.js' built-in 404"),
    Template("GitHub Pages", ("there isn't a github pages site here",), f"{_PAGES}: GitHub Pages' own 404"),
    Template("Discourse", ("that page doesn't exist or is private",), f"{_PAGES}: Discourse's 404"),
    Template(
        "Discuz!", ("指定的主题不存在或已被删除或正在被审核",), f"{_PAGES}: Discuz! X messages, thread_nonexistence"
    ),
    Template(
        "Ant Design",
        ("抱歉,您访问的页面不存在", "sorry, the page you visited does not exist"),
        f"{_PAGES}: its 404 result",
    ),
)

_SAID = Lexicon([Phrases("any", template.said, template.source) for template in TEMPLATES])
_NAMES = {plain(said): template.name for template in TEMPLATES for said in template.said}


def find_template(page: Page) -> str:
    """The program whose default 404 page a page is, or ''."""
    if len(page.text) >= LONGEST_TEXT or page.sight.chars > LONGEST_SHOWN:
        return ""
    said = _SAID.find(plain(f"{page.sight.title}\n{page.sight.opening}"))
    return _NAMES.get(plain(said), "") if said else ""
