"""Maintenance pages on 200: the words by which a whole site says that it is down for now.

Rules:
- A notice of maintenance to come is a page like any other: phrases speak of now, and of the site that shows them.
- What lifts, ferries and books are called as well (LOOSE) counts only as the first headline of a page that says hardly
  more. A notice that is headed as one is a page like any other.
- What has more text than this is an article.
"""

from __future__ import annotations

import re

from crawler.judge.phrases import USAGE, Lexicon, Phrases, bare, plain, segments
from crawler.model import Page

LONGEST_TITLED, LONGEST_SAID = 600, 250

_PAGES = "maintenance pages of public projects, by title, headline and default message; forms of the same"
_STATUS = "Laravel-Lang/http-statuses locales (503)"

# A whole segment of the title, or a headline.
TITLES: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "Site under maintenance",
            "Website under maintenance",
            "Down for maintenance",
            "We'll be back soon",
            "We'll be right back",
            "Maintenance mode",
            "Site temporarily unavailable",
            "Service temporarily unavailable",
            "503 Service Unavailable",
            "System under maintenance",
        ),
        f"{_PAGES}; Drupal's default title is Site under maintenance",
    ),
    Phrases(
        "zh",
        (
            "系统维护中",
            "网站维护中",
            "系统正在维护",
            "系统正在维护中",
            "网站正在维护",
            "网站正在维护中",
            "系统升级中",
            "网站升级中",
            "系统升级维护中",
            "网站升级维护中",
            "维护模式",
        ),
        f"{_PAGES}; docs: verdicts (系统维护中); {_STATUS}",
    ),
    Phrases("zh", ("系統維護中", "網站維護中", "系統正在維護中", "維護模式"), f"{_STATUS}; {USAGE}"),
    Phrases(
        "fr",
        (
            "Site en maintenance",
            "Site en cours de maintenance",
            "Mode de maintenance",
        ),
        f"{_PAGES}; {_STATUS}",
    ),
    Phrases(
        "es",
        (
            "Sitio en mantenimiento",
            "Estamos en mantenimiento",
            "Modo de mantenimiento",
            "Web en mantenimiento",
        ),
        f"{_PAGES}; {_STATUS}",
    ),
    Phrases(
        "pt",
        ("Site em manutenção", "Modo de manutenção", "Estamos em manutenção"),
        f"{_PAGES}; {_STATUS}",
    ),
    Phrases(
        "ru",
        (
            "Ведутся технические работы",
            "Сайт на обслуживании",
            "Сайт на техническом обслуживании",
        ),
        f"{_PAGES}; {_STATUS}",
    ),
    Phrases(
        "ar",
        ("الموقع تحت الصيانة", "الموقع تحت الصيانة حالياً", "نمط الصيانة", "وضع الصيانة"),
        f"{_PAGES}; {_STATUS}",
    ),
)

# The first headline, or where there is none a segment of the title, of a page that says hardly more.
LOOSE: tuple[Phrases, ...] = (
    Phrases("en", ("Under maintenance", "Temporarily unavailable", "Site maintenance"), _PAGES),
    Phrases("zh", ("正在维护", "维护中", "維護中"), f"{_PAGES}; {_STATUS}"),
    Phrases("fr", ("En maintenance", "En cours de maintenance"), _PAGES),
    Phrases("es", ("En mantenimiento",), _PAGES),
    Phrases("pt", ("Em manutenção",), _PAGES),
    Phrases("ru", ("Технические работы",), _PAGES),
    Phrases("ar", ("تحت الصيانة",), _PAGES),
)
# Anywhere in a page that says hardly more.
SAID: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "briefly unavailable for scheduled maintenance. check back in a minute",
            "site is currently under maintenance",
            "website is currently under maintenance",
            "server is currently under maintenance",
            "site is currently undergoing maintenance",
            "website is currently undergoing maintenance",
            "is currently down for maintenance",
            "site is down for maintenance",
            "website is down for maintenance",
            "site is down for scheduled maintenance",
            "website is down for scheduled maintenance",
            "we are currently performing maintenance",
            "we are currently undergoing maintenance",
            "currently undergoing scheduled maintenance",
            "site under maintenance. please check back later",
            "currently being upgraded as part of regular maintenance",
            "we should be back shortly",
            "we'll be back shortly",
        ),
        f"{_PAGES}: WordPress, Drupal, Joomla and others",
    ),
    Phrases(
        "zh",
        (
            "系统维护中",
            "网站维护中",
            "系统正在维护",
            "系统正在进行维护",
            "系统正在升级",
            "网站正在维护",
            "网站正在升级",
            "网站正在进行维护",
            "正在进行系统维护",
            "正在进行系统升级",
            "系统正在进行安全维护",
            "系統維護中",
            "系統正在維護",
            "網站維護中",
        ),
        _PAGES,
    ),
    Phrases(
        "fr",
        (
            "le site est en maintenance",
            "le site est en cours de maintenance",
            "site est actuellement en cours de maintenance",
            "site est actuellement en maintenance",
        ),
        _PAGES,
    ),
    Phrases(
        "es",
        (
            "el sitio está en mantenimiento",
            "sitio en mantenimiento",
            "estamos en mantenimiento",
        ),
        f"{_PAGES}; {USAGE}",
    ),
    Phrases("pt", ("o site está em manutenção", "site em manutenção", "estamos em manutenção"), f"{_PAGES}; {USAGE}"),
    Phrases(
        "ru",
        (
            "на сайте ведутся технические работы",
            "на сервере ведутся технические работы",
            "сайт временно недоступен",
        ),
        _PAGES,
    ),
    Phrases("ar", ("الموقع تحت الصيانة", "الموقع قيد الصيانة"), _PAGES),
)

_TITLES, _LOOSE, _SAID = Lexicon(TITLES), Lexicon(LOOSE), Lexicon(SAID)
# How a Chinese office heads a document of its own (GB/T 9704-2012 §7.3.1: 关于 … 的 and its kind).
_DOCUMENT = re.compile(r"关于.{1,60}的(?:通知|公告|通告|公示|批复|意见|报告|说明|函)$")


def find_maintenance(page: Page) -> str:
    """The words by which a page says that its site is down for now, or ''."""
    sight = page.sight
    length = len(page.text) or sight.chars
    if length > LONGEST_TITLED:
        return ""
    heads = tuple(map(bare, sight.headings[:2]))
    named = (*segments(sight.title), *heads)
    if any(_DOCUMENT.search(head) for head in named):
        return ""
    titled = _TITLES.name_in(named)
    if titled or length > LONGEST_SAID:
        return titled
    return _LOOSE.name_in(heads[:1] or named) or _SAID.find(plain(page.text or sight.opening))
