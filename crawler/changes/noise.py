"""What of a main text is not the page's own: consent banners, lists of other pages, readers' comments.

Rules:
- A row drops a sentence, a heading with the short lines under it, or everything behind a heading; never more.
- A heading is a line of its own; a short line that ends a sentence, names a deadline or holds an amount is no link.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from crawler.changes.facts import find_facts
from crawler.changes.passages import Passage, is_blank


class Reach(StrEnum):
    """How much a row drops."""

    SENTENCE = "the sentence"
    LINES = "a heading and the links under it"
    REST = "everything behind it"


class Noise(NamedTuple):
    """What is noise: how far it goes, the pattern, and where it was met."""

    reach: Reach
    pattern: str
    met: str


ROWS = (
    Noise(
        Reach.SENTENCE,
        r"\b(?:we|this (?:web)?site|our (?:web)?site|our partners)\b.{0,60}\b(?:uses?|using|sets?|stores?"
        r"|place)\b.{0,40}\bcookies\b",
        "This website uses cookies …; banners of Cookiebot, OneTrust, Complianz, 2026-11-22",
    ),
    Noise(
        Reach.SENTENCE,
        r"\bby (?:continuing|clicking|using)\b.{0,120}\b(?:cookies|privacy policy)\b|^(?:we (?:value"
        r"|respect) your privacy|cookie settings"
        r"|manage (?:cookies|consent|preferences)|accept all(?: cookies)?|reject all(?: cookies)?"
        r"|necessary cookies only)\W*$",
        "the buttons and second sentences of the same",
    ),
    Noise(
        Reach.SENTENCE,
        r"(?:本网站|本站|我们|本公司)(?:会|将|可能)?使用.{0,20}(?:cookies?|Cookie技术)|继续(?:浏览|使用|访问)本?网?站.{0,30}(?:同意|接受)"
        r"|^(?:接受全部|全部接受|接受所有cookies?|拒绝全部|仅必要|cookie设置|隐私设置)\W*$",
        "本网站使用Cookie…; banners of Chinese sites abroad, 2026-11-22",
    ),
    Noise(
        Reach.SENTENCE,
        r"\b(?:utilise|utilisons|utiliza|utilizamos|usa|verwendet|verwenden|utilizza|использует"
        r"|используем)\b.{0,40}\b(?:des|les)?\s?cookies?\b",
        "the same in fr, es, pt, de, it, ru",
    ),
    Noise(
        Reach.LINES,
        r"^(?:related(?: (?:articles?|posts?|news|stories|content|pages|links))?|you (?:may|might) also like"
        r"|more (?:from|in|on) .{1,40}"
        r"|latest(?: (?:news|posts|articles|updates|stories))?|recent(?: (?:posts|news|articles))|most (?:read"
        r"|popular|viewed)|popular(?: posts)?"
        r"|recommended(?: for you)?|read (?:more|next)|trending(?: now)?|see also)\W*$",
        "WordPress, Drupal and news sites, 2026-11-22",
    ),
    Noise(
        Reach.LINES,
        r"^(?:相关(?:阅读|新闻|文章|链接|推荐|内容|资讯|报道)|推荐阅读|推荐文章|延伸阅读|热门(?:文章|新闻|推荐|阅读)|最新(?:文章|新闻|动态|资讯|消息|发布)"
        r"|猜你喜欢|更多(?:新闻|文章|推荐|资讯)|点击排行|阅读排行|大家都在看|(?:上|下)一篇)\W*$",
        "government and news sites, 2026-11-22",
    ),
    Noise(
        Reach.LINES,
        r"^(?:articles? (?:liés|similaires)|à lire aussi|lire aussi|art[ií]culos relacionados"
        r"|noticias relacionadas|artigos relacionados|leia também"
        r"|das könnte sie auch interessieren|ähnliche (?:artikel|beiträge)|похожие (?:статьи|материалы)"
        r"|читайте также)\W*$",
        "the same in fr, es, pt, de, ru",
    ),
    Noise(
        Reach.REST,
        r"^(?:\d{1,6} (?:comments?|responses?|replies)(?: (?:on|to) .{1,120})?|comments? ?\(\d{1,6}\)"
        r"|leave a (?:comment|reply)"
        r"|join the (?:discussion|conversation))\W*$",
        "comment sections of WordPress and Disqus, 2026-11-22",
    ),
    Noise(
        Reach.REST,
        r"^(?:(?:网友|全部|最新|热门|精彩)?评论 ?\(\d{1,6}条?\)|\d{1,6} ?条(?:评论|回复|留言)|发表(?:评论|留言|回复)"
        r"|网友(?:评论|留言)|我要评论)\W*$",
        "comment sections of Chinese sites, 2026-11-22",
    ),
)
_COMPILED = tuple((row.reach, re.compile(row.pattern, re.IGNORECASE)) for row in ROWS)
# A link is shorter than this; so is a sentence of a banner.
LINK_CHARACTERS = 90
BANNER_CHARACTERS = 400
_TELLS = re.compile(r"deadline|closing|closes|\bdue\b|extended|postponed|截止|截至|延期|延长|期限|推迟", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[.!?;:。…][\"')]*$")


def without_noise(found: Sequence[Passage]) -> list[Passage]:
    """The passages that are the page's own, in order."""
    kept: list[Passage] = []
    listing = False
    for passage in found:
        reach = _reach(passage.plain)
        if reach is Reach.REST:
            break
        listing = reach is Reach.LINES or (listing and is_link_like(passage.key))
        if not listing and reach is None and not is_blank(passage.key):
            kept.append(passage)
    return kept


def is_link_like(key: str) -> bool:
    """Whether a line reads like a link to something else: short, no sentence, nothing told but a date at its edge."""
    if len(key) >= LINK_CHARACTERS or _ENDS_SENTENCE.search(key) or _TELLS.search(key):
        return False
    telling = [fact for fact in find_facts(key) if fact.kind in ("date", "money", "standard") and len(fact.value) > 4]
    return all(fact.kind == "date" and (fact.start <= 1 or fact.end >= len(key) - 1) for fact in telling)


def _reach(key: str) -> Reach | None:
    if len(key) > BANNER_CHARACTERS:
        return None
    return next((reach for reach, pattern in _COMPILED if pattern.search(key)), None)
