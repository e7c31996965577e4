"""Words of scripts that show something on 200: each gives the page or the file for a night and a try.

Rules: a word does what its row of the truth says, and nothing beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape

from tests.museum import articles, guises, noise
from tests.museum.articles import Article
from tests.museum.exhibit import Exhibit, Make, Show, fixed
from tests.museum.files import make_data, make_picture, make_report
from tests.museum.pages import Look, chrome, render, render_article, render_hub, render_missing


def _edited(edit: Callable[[Article], Article], look: Look = Look()) -> Show:  # noqa: B008 - a frozen value
    """The article after an edit, in a look."""
    return lambda exhibit: fixed(render_article(edit(exhibit.article), look))


def _looking(look: Look) -> Show:
    return _edited(lambda article: article, look)


def _on_error_pages(exhibit: Exhibit) -> Make:
    article = exhibit.article
    names = ("404 Not Found", "410 Gone", "When a page moves", "What to write instead", "Page not found, politely")
    sections = tuple(replace(section, heading=name) for section, name in zip(article.sections, names, strict=True))
    headline = "What a good error page says: 404 Not Found and its cousins"
    return fixed(render_article(replace(article, headline=headline, sections=sections)))


def _exhibition(exhibit: Exhibit) -> Make:
    return fixed(render_article(replace(exhibit.article, headline="404 Not Found")))


def _on_maintenance(exhibit: Exhibit) -> Make:
    article = exhibit.article
    names = ("系统维护之前", "系统维护期间", "维护结束以后", "公告怎么写", "延伸阅读")
    sections = tuple(replace(section, heading=name) for section, name in zip(article.sections, names, strict=True))
    return fixed(render_article(replace(article, headline="如何提前发布系统维护公告", sections=sections)))


def _short(edit: Callable[[Article], Article]) -> Show:
    def show(exhibit: Exhibit) -> Make:
        body = "".join(f"<p>{escape(sentence)}</p>" for sentence in edit(exhibit.article).evidence)
        return fixed(render(exhibit.article.headline, body, exhibit.target.language))

    return show


def _table(edit: Callable[[Article], Article]) -> Show:
    """The evidence stands in a table, not in sentences."""

    def show(exhibit: Exhibit) -> Make:
        article = exhibit.article
        place, thing = article.subject
        before, after = article.facts[1], re.findall(r"EUR ([\d.]+)", edit(article).evidence[1])[0]
        rows = [("Lanterns", "1.1"), (thing.capitalize(), after), ("Benches", "0.4")]
        cells = "".join(
            f"<tr><td>{name}</td><td>{place}</td><td>EUR {budget} million</td></tr>" for name, budget in rows
        )
        table = f"<table><tr><th>Programme</th><th>Place</th><th>Budget</th></tr>{cells}</table>"
        closing = replace(article, evidence=article.evidence[:1])
        assert edit is articles.same or before != after
        return fixed(render_article(closing, Look(box=table)))

    return show


def _closed(exhibit: Exhibit) -> Make:
    said = chrome(exhibit.target.language)["closed"]
    return fixed(render_article(exhibit.article, Look(above=f'<p class="notice"><strong>{said}</strong></p>')))


def _paywall(exhibit: Exhibit) -> Make:
    stub = replace(articles.shortened(exhibit.article), sections=())
    offer = chrome(exhibit.target.language)["subscribe"]
    return fixed(render_article(stub, Look(box=f'<div class="paywall"><p>{offer}</p></div>')))


def _as_it_is(page: Callable[[Exhibit], str]) -> Show:
    return lambda exhibit: fixed(page(exhibit))


SHOWS: Mapping[str, Show] = {
    "article": _looking(Look()),
    "validated": _looking(Look()),
    "noisy": noise.noisy(articles.same),
    "noisy-other-figure": noise.noisy(articles.with_other_figure),
    "relative-dates": noise.relative_dates,
    "comments": noise.comments,
    "related": noise.related,
    "rotating-box": noise.rotating_box,
    "consent-banner": _looking(Look(banner=True)),
    "other-footer": _looking(Look(footer="other_footer")),
    "redesign": _looking(Look(design="new")),
    "redesign-other-deadline": _edited(articles.with_other_deadline, Look(design="new")),
    "moved-boxes": _looking(Look(boxes_moved=True)),
    "gb18030": noise.gb18030,
    "other-spaces": noise.other_spaces,
    "noindex": _looking(Look(head='<meta name="robots" content="noindex">')),
    "error-class": _looking(Look(marks="page error404")),
    "restamped": noise.restamped,
    "on-error-pages": _on_error_pages,
    "exhibition": _exhibition,
    "on-maintenance": _on_maintenance,
    "short": _short(articles.same),
    "short-other-figure": _short(articles.with_other_figure),
    "anchored": lambda exhibit: fixed(render_article(exhibit.article, Look(anchor=exhibit.target.fragment))),
    "table": _table(articles.same),
    "table-other-figure": _table(articles.with_other_figure),
    "other-deadline": _edited(articles.with_other_deadline),
    "other-figure": _edited(articles.with_other_figure),
    "without-evidence": _edited(articles.without_evidence),
    "other-sentence": _edited(articles.with_other_sentence),
    "added": _edited(articles.with_paragraph),
    "other-headline": _edited(articles.with_other_headline),
    "shortened": _edited(articles.shortened),
    "closed-notice": _closed,
    "paywall": _paywall,
    "drift-weekly": noise.drift_weekly,
    "drift-nightly": noise.drift_nightly,
    "other-article": lambda exhibit: fixed(render_article(exhibit.other)),
    "french": lambda exhibit: fixed(render_article(articles.write_article(exhibit.target.id, "fr"))),
    "wagers": _as_it_is(guises.wagers),
    "for-sale": _as_it_is(guises.for_sale),
    "soft-404": lambda exhibit: fixed(render_missing(exhibit.target.language)),
    "soft-404-sentence": lambda exhibit: fixed(render_missing(exhibit.target.language, with_words=False)),
    "hub": lambda exhibit: fixed(render_hub(exhibit.target.language)),
    "hub-canonical": lambda exhibit: fixed(
        render_hub(exhibit.target.language, f'<link rel="canonical" href="https://{exhibit.target.host}/">')
    ),
    "shell": _as_it_is(guises.shell),
    "maintenance": _as_it_is(guises.maintenance),
    "consent-wall": _as_it_is(guises.consent_wall),
    "login-page": _as_it_is(guises.login_page),
    "captcha": _as_it_is(guises.captcha),
}

# Of the words above that are not sent as UTF-8.
MEDIA_TYPES: Mapping[str, str] = {"gb18030": "text/html; charset=gb18030"}

PDF, PNG, JPEG, ZIP = "application/pdf", "image/png", "image/jpeg", "application/zip"
FILES: Mapping[str, tuple[str, Callable[[Exhibit], bytes]]] = {
    "pdf": (PDF, lambda exhibit: make_report(exhibit.article)),
    "pdf-again": (PDF, lambda exhibit: make_report(exhibit.article, "the archive desk")),
    "pdf-other-figure": (PDF, lambda exhibit: make_report(articles.with_other_figure(exhibit.article))),
    "pdf-other": (PDF, lambda exhibit: make_report(exhibit.other)),
    "pdf-broken": (PDF, lambda exhibit: b"\x00\x01minutes lost in a fire\x02" * 300),
    "picture": (PNG, lambda exhibit: make_picture("quay")),
    "picture-other": (PNG, lambda exhibit: make_picture("other")),
    "photograph": (JPEG, lambda exhibit: make_picture("photograph")),
    "photograph-again": (JPEG, lambda exhibit: make_picture("photograph", 70)),
    "zip": (ZIP, lambda exhibit: make_data(1)),
    "zip-other": (ZIP, lambda exhibit: make_data(2)),
}
