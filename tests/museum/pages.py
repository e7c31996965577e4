"""What a page of the museum looks like: a text in its site's dress, and everything that moves around the text.

Rules:
- A page is as long as a council's: head, navigation, aside, text, lists, footer; a reader finds the text in it.
- A look changes what surrounds the text, or how it is marked up, and never a word of the text.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from tests.museum.articles import Article, Section
from tests.museum.prose import join, write_date

NAMES = ("Ada", "Bruno", "Chen", "Dilek", "Emil", "Farah", "Goro", "Hedda")


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is dressed; the defaults are those of an ordinary night.

    `design` is old or new. `above`, `box` and `below` are markup before, between and after the paragraphs; `related`
    turns the lists of other pages round; `anchor` is an id on the last section.
    """

    design: str = "old"
    head: str = ""
    marks: str = ""
    banner: bool = False
    above: str = ""
    box: str = ""
    below: str = ""
    footer: str = "footer"
    year: int = 2025
    dated: str = ""
    related: int = 0
    boxes_moved: bool = False
    anchor: str = ""


ORDINARY = Look()


@cache
def chrome(language: str) -> dict[str, Any]:
    """What stands around texts in a language."""
    table: dict[str, Any] = tomllib.loads(Path(__file__).with_name("chrome.toml").read_text("utf-8"))
    row: dict[str, Any] = table[language]
    return row


def render_article(article: Article, look: Look = ORDINARY) -> str:
    """An article's page."""
    row = chrome(article.language)
    dated = look.dated or row["published"].format(date=write_date(article.opened, article.language))
    sections = [_section(section, article.language, look) for section in article.sections]
    if look.anchor:
        sections[-1] = sections[-1].replace("<h2>", f'<h2 id="{look.anchor}">', 1)
    middle = len(sections) // 2
    parts = [
        look.above,
        f'<p class="meta">{dated}</p>',
        _paragraph(article.lead, article.language, look),
        _paragraph(article.evidence, article.language, look),
        *sections[:middle],
        look.box,
        *sections[middle:],
    ]
    meta = f'<meta property="article:published_time" content="{article.opened.isoformat()}">'
    return render(article.headline, "\n".join(filter(None, parts)), article.language, look, meta)


def _section(section: Section, language: str, look: Look) -> str:
    paragraphs = "\n".join(_paragraph(paragraph, language, look) for paragraph in section.paragraphs)
    inner = f"<h2>{escape(section.heading)}</h2>\n{paragraphs}"
    return f'<div class="block"><div class="inner">{inner}</div></div>' if look.design == "new" else inner


def _paragraph(sentences: tuple[str, ...], language: str, look: Look) -> str:
    if not sentences:
        return ""
    text = escape(join(sentences, language), quote=False)
    return f'<p class="copy">{text}</p>' if look.design == "new" else f"<p>{text}</p>"


def render(headline: str, body: str, language: str, look: Look = ORDINARY, head: str = "") -> str:
    """A whole page around some markup."""
    row = chrome(language)
    direction = ' dir="rtl"' if language == "ar" else ""
    opening = f"""<!doctype html>
<html lang="{language}"{direction}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(headline)} – {row["site"]}</title>
{head}{look.head}
</head>
<body class="{look.marks or "page"}">
"""
    dress = _new_dress if look.design == "new" else _old_dress
    return opening + dress(headline, body, row, look) + "\n</body>\n</html>\n"


def _old_dress(headline: str, body: str, row: dict[str, Any], look: Look) -> str:
    boxes = [_aside(row, look), f"<main><article>\n<h1>{escape(headline)}</h1>\n{body}\n</article></main>"]
    return "\n".join([
        _banner(row) if look.banner else "",
        f"<header><p>{row['site']}</p><nav><ul>{_items(row['nav'])}</ul></nav></header>",
        *(reversed(boxes) if look.boxes_moved else boxes),
        look.below,
        f"<footer><p>{row[look.footer]}</p><p>© {look.year} {row['site']}</p></footer>",
    ])  # fmt: skip


def _new_dress(headline: str, body: str, row: dict[str, Any], look: Look) -> str:
    menu = "".join(f'<li class="menu-item"><a href="/menu/{n}">{name}</a></li>' for n, name in enumerate(row["nav"]))
    return "\n".join([
        f'<div id="masthead" role="banner"><span class="brand">{row["site"]}</span></div>',
        '<div class="layout">',
        f'<section class="story" role="main"><div class="hero"><h1>{escape(headline)}</h1></div>',
        f'<div class="story-body">\n{body}\n</div></section>',
        look.below,
        f'<div class="sidebar" role="complementary"><ul class="menu">{menu}</ul></div></div>',
        f'<div class="site-footer" role="contentinfo"><p>{row[look.footer]}</p></div>',
    ])  # fmt: skip


def _aside(row: dict[str, Any], look: Look) -> str:
    latest = row["latest"]
    turned = [latest[(n + look.related) % len(latest)] for n in range(min(4, len(latest)))]
    return f"<aside><h3>{row['related']}</h3><ul>{_items(turned)}</ul></aside>"


def _items(names: list[str]) -> str:
    return "".join(f'<li><a href="/menu/{n}">{escape(name)}</a></li>' for n, name in enumerate(names))


def _banner(row: dict[str, Any]) -> str:
    buttons = "".join(f"<button>{word}</button>" for word in row["accept"])
    return f'<div id="cookie-banner" class="cookie-consent" role="dialog"><p>{row["banner"]}</p>{buttons}</div>'


def render_comments(number: int, language: str) -> str:
    """A comment section of so many comments."""
    row = chrome(language)
    said = "".join(
        f'<li class="comment"><p>{row["comment"].format(name=NAMES[n % len(NAMES)], n=n + 1)}</p></li>'
        for n in range(number)
    )
    return (
        f'<section id="comments" class="comments"><h3>{row["comments"].format(n=number)}</h3><ol>{said}</ol></section>'
    )


def render_missing(language: str, *, with_words: bool = True) -> str:
    """A page that says on 200 that it is not there; without words in title and heading only a sentence says so."""
    row = chrome(language)
    if with_words:
        return render(row["missing_title"], f"<p>{row['missing']}</p>", language)
    return render(row["site"], f"<p>{row['missing']}</p>", language, Look(marks="page-404"))


def render_hub(language: str, head: str = "") -> str:
    """An overview that stands wherever nothing else does."""
    row = chrome(language)
    body = "\n".join(f"<p>{line}</p>" for line in row["hub"] * 2)
    return render(row["nav"][1], body, language, Look(head=head))
