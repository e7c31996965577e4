"""Ages, counters, copyright years, ids of the request: what is volatile by what it says, a row each.

Rules:
- A row is tried only where one of its words stands in the text (lower case); patterns have bounded repeats only.
- A counter stands alone, as a label does: a number in a sentence is an amount and stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from crawler.volatile.days import CLOCK, is_due
from crawler.volatile.tongues import AGES, COUNTERS, TODAY, Ago

HAN = "\u3400-\u9fff"
# A number that is no part of another, however it is grouped; with a short word for thousands.
COUNT = (
    r"\d(?<![\d.,]\d)(?:[.,'’\u00a0\u202f ]?\d){0,12}(?:\s?(?:[kKmMwW](?![^\W\d_])|[万萬亿億]|mil\b|тыс\.?|млн\.?))?\+?"
)
_NOUNS = frozenset(noun.replace("_", " ") for row in COUNTERS for noun in row.nouns.split())
_VERBS = frozenset(verb for row in COUNTERS for verb in row.verbs.split())
_TIMES = frozenset(times for row in COUNTERS for times in row.times.split())

_ZH_NOUNS = (
    "阅读|閱讀|浏览|瀏覽|点击|點擊|访问|訪問|查看|观看|觀看|播放|下载|下載|点赞|點讚|转发|轉發"
    "|收藏|评论|評論|人气|人氣|热度|围观|在线|在線|关注|粉丝"
)
_ZH_TOTAL = "总|總|今日|本日|昨日|累计|累計|本文|文章|页面|頁面|网页|網頁|本页|本頁|当前|當前|目前|被|已"
_ZH_MEASURE = "篇份本页頁章个個条條人次项項册冊部件张張种種元名家位天日月年小时時分秒吨克米公号號门門座"
_ZH_AGE = (
    r"(?:\d{1,3}|[几幾半数一二两兩三四五六七八九十]{1,3})\s?"
    r"(?:秒[钟鐘]?|分[钟鐘]?|[个個]?半?小?[时時]|天|周|週|[个個]?星期|[个個]多?月|年)\s?之?前"
)
_WORDS_BEHIND = re.compile(r"\s?([^\W\d_]+)(?:[ \u00a0]([^\W\d_]+))?")


class Phrase(NamedTuple):
    """What is volatile: words of which one must stand in the text, its pattern, and what must be true of the place."""

    name: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool] = lambda found: True


def mask_phrases(text: str, put: str) -> str:
    """The text with `put` for every phrase; a row is tried on those lines alone that hold one of its words."""
    folded = text.lower()
    rows = [(row, [word for word in row.words if word in folded]) for row in PHRASES]
    rows = [(row, words) for row, words in rows if words or not row.words]
    return "\n".join([_mask_line(line, rows, put) for line in text.split("\n")])


def _mask_line(line: str, rows: list[tuple[Phrase, list[str]]], put: str) -> str:
    folded = line.lower()
    for row, words in rows:
        if not words or any(word in folded for word in words):
            line = _masked(row, line, put)
    return line


def _masked(row: Phrase, text: str, put: str) -> str:
    return row.pattern.sub(lambda found: put if row.holds(found) else found[0], text)


# ---------------------------------------------------------------- what must be true of a place


def _is_no_deadline(found: re.Match[str]) -> bool:
    return not is_due(found.string, found.start(), found.end())


def _is_counted(found: re.Match[str]) -> bool:
    """Whether a number is a counter's: its label stands before a colon or bracket, or right behind it, alone."""
    behind = _WORDS_BEHIND.match(found.string, found.end())
    if behind is not None and _is_noun(behind):
        return _is_counting(found, behind)
    return _is_labelled(found, behind)


def _is_noun(behind: re.Match[str]) -> bool:
    return behind[1].lower() in _NOUNS or f"{behind[1]} {behind[2]}".lower() in _NOUNS


def _is_counting(found: re.Match[str], behind: re.Match[str]) -> bool:
    """`12 views`, as a label and not in a sentence."""
    end = behind.end() if behind[2] and f"{behind[1]} {behind[2]}".lower() in _NOUNS else behind.end(1)
    before = found.string[max(0, found.start() - 32) : found.start()]
    word = (before.split() or [""])[-1] if before[-1:] in " \u00a0" else ""
    in_sentence = _is_sentence(word[:1]) and word not in _NOUNS
    return not in_sentence and not _goes_on(found.string, end)


def _is_labelled(found: re.Match[str], behind: re.Match[str] | None) -> bool:
    """`Views: 12`, `Comments (12)`, `Views 12` on a line of its own, `Read 12 times`."""
    before = found.string[max(0, found.start() - 40) : found.start()].rstrip()
    words = re.sub(r"[.,;|·•–—:：(（\[-]", " ", before.lower()).split()[-2:]
    if not words:
        return False
    if words[-1] in _VERBS:
        return behind is not None and behind[1].lower() in _TIMES
    if words[-1] not in _NOUNS and " ".join(words) not in _NOUNS:
        return False
    alone = len(before.split()) <= 2 and not found.string[found.end() :].strip()
    return (before[-1] in ":：([（" or alone) and not _goes_on(found.string, found.end())


def _goes_on(text: str, end: int) -> bool:
    """Whether a sentence goes on behind."""
    return text[end : end + 1] in " \u00a0" and _is_sentence(text[end + 1 : end + 2])


def _is_sentence(letter: str) -> bool:
    """Whether a word that begins so stands in a sentence: in lower case, or of a script without cases but Chinese."""
    return letter.islower() or "\u0590" <= letter <= "\u07ff"


# ---------------------------------------------------------------- rows


def _age(row: Ago) -> Phrase:
    numbers = rf"(?:\d{{1,3}}(?:[.,]\d)?|{row.numbers})\s?" if row.numbers else r"(?:\d{1,3}\s)?"
    unless = rf"(?!{row.unless})" if row.unless else ""
    pattern = rf"(?<!\w){row.before}{numbers}(?:{row.units}){row.behind}(?![^\W_]){unless}"
    return Phrase("age", row.words, re.compile(pattern, re.IGNORECASE), _is_no_deadline)


_TODAYS = (
    *("今天", "今日", "昨天", "昨日", "前天", "现在", "today", "yesterday", "aujourd", "hier", "hoy", "ayer"),
    *("hoje", "ontem", "сегодня", "вчера", "اليوم", "أمس"),
)
_TODAY_AT = rf"(?:{TODAY})[\s,，]{{0,2}}(?:(?:at|à|a las|às|в|الساعة)\s)?{CLOCK}"
_NOW = (
    "(?:当前|當前|现在|現在|北京|系统|系統|服务器|本地)时间|(?:current|local|server|system) time"
    "|heure (?:actuelle|locale)|hora (?:actual|local|atual)|текущее время|الوقت (?:الآن|الحالي)"
)
PHRASES = (
    *(_age(row) for row in AGES),
    Phrase(
        "age, Chinese",
        ("前", "刚刚", "剛剛"),
        re.compile(
            rf"(?:(?<![{HAN}\d.])|(?<=[于於布新表辑輯复復约約间間]))(?:{_ZH_AGE}|刚刚|剛剛)"
            rf"(?=\s?(?:发布|發布|更新|发表|發表|回复|回復|编辑|編輯|来自|來自|浏览|阅读)|(?![{HAN}]))"
        ),
        _is_no_deadline,
    ),
    Phrase("just now", ("just now", "moments ago"), re.compile(r"\b(?:just now|(?:a few )?moments ago)\b", re.I)),
    Phrase("just now", ("à l’instant", "à l'instant"), re.compile(r"\bà l['’]instant\b(?!\s[^\W\d_])", re.I)),
    Phrase("just now", ("только что",), re.compile(r"(?m)^только что$", re.I)),
    Phrase("today's clock", _TODAYS, re.compile(_TODAY_AT, re.I), _is_no_deadline),
    Phrase(
        "a clock told as one",
        ("时间", "時間", " time", "heure", "hora ", "время", "الوقت"),
        re.compile(rf"(?:{_NOW})\s?[:：]?\s?{CLOCK}", re.I),
    ),
    Phrase("counter", (), re.compile(COUNT), _is_counted),
    Phrase(
        "counter, Chinese label",
        tuple(_ZH_NOUNS.split("|")),
        re.compile(
            rf"(?<![{HAN}])(?:{_ZH_TOTAL})?(?:{_ZH_NOUNS})(?:总|總)?(?:人数|人數|人次|次数|次數|量|数|數)?"
            rf"\s?[:：]?\s?[(（\[【]?\s?{COUNT}(?:\s?(?:人次|次|人|条|條))?(?!\s?[{_ZH_MEASURE}])(?![{HAN}])[)）\]】]?"
        ),
    ),
    Phrase(
        "counter, Chinese number",
        (*_ZH_NOUNS.split("|"), "看过", "看過", "已读", "在看"),
        re.compile(
            rf"{COUNT}\s?(?:人次|次|人|条|條|个|個)?\s?(?:已|在)?(?:{_ZH_NOUNS}|看过|看過|已读|在看|关注)(?![{HAN}])"
        ),
        lambda found: (
            not re.search(rf"[第{HAN}]$", found.string[max(0, found.start() - 1) : found.start()])
            or found.string[found.start() - 1] in "有共被已"
        ),
    ),
    Phrase(
        "visitor number",
        ("访", "訪", "visitor"),
        re.compile(
            rf"(?:您是)?第\s?{COUNT}\s?位(?:访问者|訪問者|访客|訪客|来访者)|\bvisitor (?:no\.?|number|#)\s?{COUNT}",
            re.I,
        ),
    ),
    Phrase(
        "years of a copyright",
        ("©", "(c)", "copyright", "版权", "版權"),
        re.compile(
            r"(?:©|\(c\)|copyright|版权所有|版權所有)[ \u00a0]?(?:©|\(c\))?[^\n\d©]{0,40}?"
            r"(?:19|20)\d\d(?:\s?[-–—~至,/]\s?(?:19|20)\d\d)?(?!\d)",
            re.I,
        ),
        lambda found: (
            bool(re.search(r"©|\(c\)|版[权權]所有", found[0], re.I)) or bool(re.match(r"copyright\s\d", found[0], re.I))
        ),
    ),
    Phrase(
        "years of a copyright, before it",
        ("©", "版权", "版權"),
        re.compile(r"(?:19|20)\d\d\s?[-–—~至]\s?(?:19|20)\d\d[ \u00a0]?(?:年\s?)?(?:©|版权所有|版權所有)"),
    ),
    Phrase(
        "id of a request",
        (" id", "_id", "编号", "標識", "#"),
        re.compile(
            r"\b(?:session|request|trace|ray|correlation|incident|event|visitor|client)[ _-]?id\b"
            r"\s?[:：#=]?\s?[0-9a-z][\w.:-]{7,80}"
            r"|\breference\s(?:#|id:)?\s?\d{1,3}\.[0-9a-f]{6,}\.\d{9,10}\.[0-9a-f]+"
            r"|(?:请求|会话|事件|跟踪)\s?(?:id|编号)\s?[:：]?\s?[0-9a-z][\w.-]{7,80}",
            re.I,
        ),
    ),
    Phrase(
        "session in an address",
        ("sessionid=", "sessid=", "session_id="),
        re.compile(
            r"[;?&](?:jsessionid|phpsessid|asp\.net_sessionid|aspsessionid\w{0,8}|session_id|sessionid)=[\w.!-]{8,128}",
            re.I,
        ),
    ),
    Phrase(
        "time that making the page took",
        ("second", "秒", "ms", "сек", "segundo"),
        re.compile(
            r"\b(?:generated|rendered|processed|loaded|executed|générée?|generad[ao]|gerad[ao])\s(?:in|en|em)\s\d{1,4}(?:[.,]\d{1,8})?\s?"
            r"(?:m?s\b|seconds?(?:\(s\))?|secondes?|segundos?)(?:,\s\d{1,5}\squer(?:y|ies))?"
            r"|(?:执行|耗时|生成|加载|页面执行)(?:时间|时)?\s?[:：]?\s?\d{1,4}(?:\.\d{1,8})?\s?(?:毫?秒|m?s\b)",
            re.I,
        ),
    ),
    Phrase(
        "address of the reader",
        ("your ip", "您的ip", "您的 ip", "client ip"),
        re.compile(
            r"(?:\b(?:your|client) ip(?: address)?(?: is)?|您的\s?ip(?:地址)?)\s?[:：]?\s?[0-9a-f.:]{7,45}", re.I
        ),
    ),
)
