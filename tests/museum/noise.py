"""Words of scripts whose page is another one at every look, or drifts: what moves around a text, and what moves in it.

Rules: what a look shows depends on the night and the try alone, so that a played night can be played again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from tests.house import FIRST
from tests.museum import articles
from tests.museum.articles import Article
from tests.museum.exhibit import Exhibit, Make, Show, fixed
from tests.museum.pages import Look, chrome, render_article, render_comments
from tests.museum.prose import write_date

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def noisy(edit: Callable[[Article], Article]) -> Show:
    def show(exhibit: Exhibit) -> Make:
        article, row = edit(exhibit.article), chrome(exhibit.target.language)

        def make(night: int, tries: int) -> str:
            nonce = f"{(night * 7919 + tries * 104729 + len(exhibit.target.id)) * 2654435761 % 2**64:016x}"
            today = write_date((FIRST + timedelta(days=night)).date(), article.language)
            above = f'<p class="today">{today} {8 + tries % 9:02}:{(night * 13) % 60:02}</p>'
            counter = f'<p class="views">{row["views"].format(n=4711 + 137 * night + tries)}</p>'
            token = f'<form action="/search"><input type="hidden" name="csrf" value="{nonce}"></form>'
            head = f'<script nonce="{nonce}">window.session = "{nonce[::-1]}";</script>'
            return render_article(article, Look(head=head, above=above + counter, below=token))

        return make

    return show


def relative_dates(exhibit: Exhibit) -> Make:
    row = chrome(exhibit.target.language)

    def make(night: int, tries: int) -> str:
        look = Look(dated=row["ago"].format(n=61 + night), year=2025 if night < 12 else 2026)
        return render_article(exhibit.article, look)

    return make


def comments(exhibit: Exhibit) -> Make:
    language = exhibit.target.language
    return lambda night, tries: render_article(exhibit.article, Look(below=render_comments(3 + night // 2, language)))


def related(exhibit: Exhibit) -> Make:
    latest = chrome(exhibit.target.language)["latest"]

    def make(night: int, tries: int) -> str:
        cards = "".join(
            f'<li><a href="/latest/{night + n}">{latest[(3 * night + n) % len(latest)]}</a></li>' for n in range(5)
        )
        return render_article(
            exhibit.article, Look(related=night, below=f'<section class="related"><ul>{cards}</ul></section>')
        )

    return make


def rotating_box(exhibit: Exhibit) -> Make:
    boxes = chrome(exhibit.target.language)["box"]

    def make(night: int, tries: int) -> str:
        said = boxes[(5 * night + tries) % len(boxes)]
        box = f'<div class="promo" data-slot="{night * 31 + tries}"><p>{said}</p></div>'
        return render_article(exhibit.article, Look(box=box))

    return make


def other_spaces(exhibit: Exhibit) -> Make:
    page = render_article(exhibit.article)
    opening, body = page.split("<article>", 1)
    texts = re.split(r"(<[^>]*>)", body)
    spaced = (t if t.startswith("<") else t.translate(FULL_WIDTH).replace(" of ", "\u00a0of\n ") for t in texts)
    return fixed(f"{opening}<article>{''.join(spaced)}")


def gb18030(exhibit: Exhibit) -> Make:
    return fixed(render_article(exhibit.article).replace('charset="utf-8"', 'charset="gb18030"').encode("gb18030"))


def restamped(exhibit: Exhibit) -> Make:
    article = articles.reopened(exhibit.article, 80)
    updated = chrome(article.language)["updated"].format(date=write_date(article.opened, article.language))
    head = f'<meta property="article:modified_time" content="{article.opened.isoformat()}">'
    return fixed(render_article(exhibit.article, Look(dated=updated, head=head)))


# ---------------------------------------------------------------- drift


def drift_weekly(exhibit: Exhibit) -> Make:
    since = exhibit.since("drift-weekly")

    def make(night: int, tries: int) -> str:
        article = exhibit.article
        for week in range((night - since) // 7 + 1):
            article = articles.with_other_sentence(article, 3 * week, str(week))
        return render_article(article)

    return make


def drift_nightly(exhibit: Exhibit) -> Make:
    since = exhibit.since("drift-nightly")

    def make(night: int, tries: int) -> str:
        steps = min(night - since + 1, 40)
        article = exhibit.article
        for step in range(steps):
            article = articles.with_other_word(article, step)
        return render_article(articles.with_other_figure(article) if steps > 30 else article)

    return make
