"""Words of scripts that show something on 200: each gives the page or the file for a night and a try.

Rules: a word does what its row of the truth says, and nothing beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from html import escape

from tests.house import FIRST
from tests.museum import articles
from tests.museum.articles import Article
from tests.museum.exhibit import Exhibit, Make
from tests.museum.files import make_data, make_picture, make_report
from tests.museum.pages import Look, chrome, render, render_article, render_comments, render_hub, render_missing
from tests.museum.prose import write_date

Show = Callable[[Exhibit], Make]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def _fixed(page: str | bytes) -> Make:
    return lambda night, tries: page


def _edited(edit: Callable[[Article], Article], look: Look = Look()) -> Show:  # noqa: B008 - a frozen value
    """The article after an edit, in a look."""
    return lambda exhibit: _fixed(render_article(edit(exhibit.article), look))


def _looking(look: Look) -> Show:
    return _edited(lambda article: article, look)


# ---------------------------------------------------------------- noise


def _noisy(edit: Callable[[Article], Article]) -> Show:
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


def _relative_dates(exhibit: Exhibit) -> Make:
    row = chrome(exhibit.target.language)

    def make(night: int, tries: int) -> str:
        look = Look(dated=row["ago"].format(n=61 + night), year=2025 if night < 12 else 2026)
        return render_article(exhibit.article, look)

    return make


def _comments(exhibit: Exhibit) -> Make:
    language = exhibit.target.language
    return lambda night, tries: render_article(exhibit.article, Look(below=render_comments(3 + night // 2, language)))


def _related(exhibit: Exhibit) -> Make:
    latest = chrome(exhibit.target.language)["latest"]

    def make(night: int, tries: int) -> str:
        cards = "".join(
            f'<li><a href="/latest/{night + n}">{latest[(3 * night + n) % len(latest)]}</a></li>' for n in range(5)
        )
        return render_article(
            exhibit.article, Look(related=night, below=f'<section class="related"><ul>{cards}</ul></section>')
        )

    return make


def _rotating_box(exhibit: Exhibit) -> Make:
    boxes = chrome(exhibit.target.language)["box"]

    def make(night: int, tries: int) -> str:
        said = boxes[(5 * night + tries) % len(boxes)]
        box = f'<div class="promo" data-slot="{night * 31 + tries}"><p>{said}</p></div>'
        return render_article(exhibit.article, Look(box=box))

    return make


def _other_spaces(exhibit: Exhibit) -> Make:
    page = render_article(exhibit.article)
    opening, body = page.split("<article>", 1)
    texts = re.split(r"(<[^>]*>)", body)
    spaced = (t if t.startswith("<") else t.translate(FULL_WIDTH).replace(" of ", "\u00a0of\n ") for t in texts)
    return _fixed(f"{opening}<article>{''.join(spaced)}")


def _gb18030(exhibit: Exhibit) -> Make:
    return _fixed(render_article(exhibit.article).replace('charset="utf-8"', 'charset="gb18030"').encode("gb18030"))


# ---------------------------------------------------------------- pages of their own


def _on_error_pages(exhibit: Exhibit) -> Make:
    article = exhibit.article
    names = ("404 Not Found", "410 Gone", "When a page moves", "What to write instead", "Page not found, politely")
    sections = tuple(replace(section, heading=name) for section, name in zip(article.sections, names, strict=True))
    headline = "What a good error page says: 404 Not Found and its cousins"
    return _fixed(render_article(replace(article, headline=headline, sections=sections)))


def _exhibition(exhibit: Exhibit) -> Make:
    return _fixed(render_article(replace(exhibit.article, headline="404 Not Found")))


def _on_maintenance(exhibit: Exhibit) -> Make:
    article = exhibit.article
    names = ("系统维护之前", "系统维护期间", "维护结束以后", "公告怎么写", "延伸阅读")
    sections = tuple(replace(section, heading=name) for section, name in zip(article.sections, names, strict=True))
    return _fixed(render_article(replace(article, headline="如何提前发布系统维护公告", sections=sections)))


def _short(edit: Callable[[Article], Article]) -> Show:
    def show(exhibit: Exhibit) -> Make:
        body = "".join(f"<p>{escape(sentence)}</p>" for sentence in edit(exhibit.article).evidence)
        return _fixed(render(exhibit.article.headline, body, exhibit.target.language))

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
        assert edit is _same or before != after
        return _fixed(render_article(closing, Look(box=table)))

    return show


def _same(article: Article) -> Article:
    return article


def _closed(exhibit: Exhibit) -> Make:
    said = chrome(exhibit.target.language)["closed"]
    return _fixed(render_article(exhibit.article, Look(above=f'<p class="notice"><strong>{said}</strong></p>')))


def _paywall(exhibit: Exhibit) -> Make:
    stub = replace(articles.shortened(exhibit.article), sections=())
    offer = chrome(exhibit.target.language)["subscribe"]
    return _fixed(render_article(stub, Look(box=f'<div class="paywall"><p>{offer}</p></div>')))


def _restamped(exhibit: Exhibit) -> Make:
    article = articles.reopened(exhibit.article, 80)
    updated = chrome(article.language)["updated"].format(date=write_date(article.opened, article.language))
    head = f'<meta property="article:modified_time" content="{article.opened.isoformat()}">'
    return _fixed(render_article(exhibit.article, Look(dated=updated, head=head)))


# ---------------------------------------------------------------- drift


def _drift_weekly(exhibit: Exhibit) -> Make:
    since = exhibit.since("drift-weekly")

    def make(night: int, tries: int) -> str:
        article = exhibit.article
        for week in range((night - since) // 7 + 1):
            article = articles.with_other_sentence(article, 3 * week, str(week))
        return render_article(article)

    return make


def _drift_nightly(exhibit: Exhibit) -> Make:
    since = exhibit.since("drift-nightly")

    def make(night: int, tries: int) -> str:
        steps = min(night - since + 1, 40)
        article = exhibit.article
        for step in range(steps):
            article = articles.with_other_word(article, step)
        return render_article(articles.with_other_figure(article) if steps > 30 else article)

    return make


# ---------------------------------------------------------------- somebody else's


def _wagers(exhibit: Exhibit) -> Make:
    tables = ("slots", "roulette", "horse races", "poker tables", "scratch cards", "live dealers")
    said = "".join(
        f"<p>Tonight our {table} pay back {90 + n} per cent, with a welcome bonus of {50 * (n + 1)} free spins for "
        f"every new player who bets on {tables[n - 1]} before midnight; withdrawals arrive within {n + 2} hours.</p>"
        for n, table in enumerate(tables)
    )
    return _fixed(
        "<!doctype html><html lang='en'><head><title>Lucky Barge: wagers without limits</title></head>"
        f"<body><div id='odds'><h1>Lucky Barge: wagers without limits</h1>{said * 2}</div></body></html>"
    )


def _for_sale(exhibit: Exhibit) -> Make:
    language, host = exhibit.target.language, exhibit.target.host
    row = chrome(language)
    said = row["sale"].format(host=host)
    return _fixed(
        f"<!doctype html><html lang='{language}'><head><title>{host} – {row['sale_title']}</title></head>"
        f"<body><h1>{host}</h1><p>{said}</p><form><input name='offer'><button>OK</button></form>"
        "<ul><li><a href='/?q=loans'>Loans</a></li><li><a href='/?q=travel'>Travel</a></li></ul></body></html>"
    )


def _french(exhibit: Exhibit) -> Make:
    return _fixed(render_article(articles.write_article(exhibit.target.id, "fr")))


def _shell(exhibit: Exhibit) -> Make:
    scripts = "".join(f'<script defer src="/build/chunk-{n}.js"></script>' for n in range(6))
    return _fixed(
        f"<!doctype html><html lang='en'><head><title>{chrome('en')['site']}</title>{scripts}</head>"
        "<body><div id='app'></div><noscript>Please enable JavaScript.</noscript>"
        f"<script>window.__STATE__ = {{{', '.join(f'k{n}: {n * n}' for n in range(200))}}};</script></body></html>"
    )


def _maintenance(exhibit: Exhibit) -> Make:
    row = chrome(exhibit.target.language)
    return _fixed(
        f"<!doctype html><html lang='{exhibit.target.language}'><head><title>{row['maintenance_title']}</title></head>"
        f"<body><h1>{row['maintenance_title']}</h1><p>{row['maintenance']}</p></body></html>"
    )


def _consent_wall(exhibit: Exhibit) -> Make:
    said = (
        "We and our 214 partners store and access information on your device, such as cookies, and process personal "
        "data. You may accept, or manage your choices, before you continue to the page."
    )
    return _fixed(
        "<!doctype html><html lang='en'><head><title>Before you continue</title></head><body>"
        f"<form id='consent' action='/consent' method='post'><h1>Before you continue</h1><p>{said}</p>"
        "<button name='choice'>Accept all</button><button name='choice'>Reject all</button></form></body></html>"
    )


def _login_page(exhibit: Exhibit) -> Make:
    return _fixed(
        "<!doctype html><html lang='en'><head><title>Sign in</title></head><body><h1>Sign in</h1>"
        "<form method='post'><label>User name <input name='user'></label>"
        "<label>Password <input type='password' name='password'></label><button>Sign in</button></form></body></html>"
    )


def _captcha(exhibit: Exhibit) -> Make:
    return _fixed(
        "<!doctype html><html lang='en'><head><title>Security check</title>"
        "<script src='https://www.google.com/recaptcha/api.js' async></script></head><body>"
        "<h1>Please verify you are a human</h1><p>Our systems have detected unusual traffic from your network. "
        "Complete the captcha below to continue.</p><form><div class='g-recaptcha' data-sitekey='6Lxx'></div></form>"
        "</body></html>"
    )


SHOWS: Mapping[str, Show] = {
    "article": _looking(Look()),
    "validated": _looking(Look()),
    "noisy": _noisy(_same),
    "noisy-other-figure": _noisy(articles.with_other_figure),
    "relative-dates": _relative_dates,
    "comments": _comments,
    "related": _related,
    "rotating-box": _rotating_box,
    "consent-banner": _looking(Look(banner=True)),
    "other-footer": _looking(Look(footer="other_footer")),
    "redesign": _looking(Look(design="new")),
    "redesign-other-deadline": _edited(articles.with_other_deadline, Look(design="new")),
    "moved-boxes": _looking(Look(boxes_moved=True)),
    "gb18030": _gb18030,
    "other-spaces": _other_spaces,
    "noindex": _looking(Look(head='<meta name="robots" content="noindex">')),
    "error-class": _looking(Look(marks="page error404")),
    "restamped": _restamped,
    "on-error-pages": _on_error_pages,
    "exhibition": _exhibition,
    "on-maintenance": _on_maintenance,
    "short": _short(_same),
    "short-other-figure": _short(articles.with_other_figure),
    "anchored": lambda exhibit: _fixed(render_article(exhibit.article, Look(anchor=exhibit.target.fragment))),
    "table": _table(_same),
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
    "drift-weekly": _drift_weekly,
    "drift-nightly": _drift_nightly,
    "other-article": lambda exhibit: _fixed(render_article(exhibit.other)),
    "french": _french,
    "wagers": _wagers,
    "for-sale": _for_sale,
    "soft-404": lambda exhibit: _fixed(render_missing(exhibit.target.language)),
    "soft-404-sentence": lambda exhibit: _fixed(render_missing(exhibit.target.language, with_words=False)),
    "hub": lambda exhibit: _fixed(render_hub(exhibit.target.language)),
    "hub-canonical": lambda exhibit: _fixed(
        render_hub(exhibit.target.language, f'<link rel="canonical" href="https://{exhibit.target.host}/">')
    ),
    "shell": _shell,
    "maintenance": _maintenance,
    "consent-wall": _consent_wall,
    "login-page": _login_page,
    "captcha": _captcha,
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
