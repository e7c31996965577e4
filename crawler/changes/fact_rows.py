"""The table of key facts: how dates, amounts, standards and editions are printed, a row each with where it was met.

Rules:
- Patterns have bounded repeats only; groups: y m d n (a month's name), h min half, q, w, num mult percent sign word,
  s, e, v.
- Earlier rows win: a standard's number is no amount, a date's day no number.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from crawler.changes.fact_words import MONTHS, MULTIPLIERS, ORDINALS


class Needs(Enum):
    """What must stand in a text for a row to be tried at all: most sentences hold none of these."""

    DIGIT = re.compile(r"\d")
    CAPITALS = re.compile(r"[A-ZГ]{2}.*\d|[A-Z]/.*\d", re.DOTALL)
    LAW = re.compile(r"directive|regulation|decision", re.IGNORECASE)
    BRACKET = re.compile(r"[〔\[(]\d{4}")
    HAN_NUMERAL = re.compile("[一二三四五六七八九十]")
    EDITION = re.compile(r"edition|version|revision|rev\.|ver\.|版|v\d", re.IGNORECASE)
    MONTH = None  # the name of one, looked up
    CURRENCY = re.compile(
        r"[$€£¥₹₽₩元币镑]|卢布|卢比|瑞士法郎|雷亚尔|\b(?:usd|eur|gbp|cny|rmb|hkd|jpy|aud|cad|sgd|chf|twd|inr|rub|krw|brl)"
        r"|yuan|renminbi|dollar|euro|pounds|yen|francs",
        re.IGNORECASE,
    )
    PERCENT = re.compile(r"%|cent|百分之|个百分点")
    WEEKDAY = re.compile(r"day|[期拜周][一二三四五六日天]", re.IGNORECASE)


class FactRow(NamedTuple):
    """One way to print a fact: its kind, how it is read, the pattern, where it was met, what a text needs for it."""

    kind: str
    read: str
    pattern: str
    met: str
    needs: Needs = Needs.DIGIT
    any_case: bool = True


def _any(words: dict[str, int]) -> str:
    """One of the words, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))


_Y = r"(?P<y>(?:1[89]|20|21)\d\d)"
_M, _D = r"(?P<m>\d\d?)", r"(?P<d>\d\d?)"
_N = rf"(?P<n>{_any(MONTHS)})\b\.?"
_TH = r"(?:st|nd|rd|th|er|º|\.)?"
_FREE, _SHUT = r"(?<![\d.,/A-Za-z_-])", r"(?!\d|[.,/-]\d)"
_HAN_DIGIT = "[〇○零一二三四五六七八九]"
_HAN_SMALL = "[一二三四五六七八九十]{1,3}"
_NUM = r"(?P<num>\d{1,3}(?:[,' ]\d{3}){1,6}(?:\.\d{1,9})?(?!\d)|\d{1,18}(?:\.\d{1,9})?)"
_MULT = rf"(?:\s?(?P<mult>{_any(MULTIPLIERS)})(?![a-z]))?"
_OPEN = r"(?<![A-Za-z0-9_.])(?<!\d,)"
_CODES = "USD|EUR|GBP|CNY|RMB|HKD|JPY|AUD|CAD|SGD|CHF|TWD|INR|RUB|KRW|BRL"
_SIGNS = rf"US\$|HK\$|NT\$|AU\$|CA\$|[ACSR]\$|[$€£¥₹₽₩]|(?<![A-Za-z])(?:{_CODES})"
_WORDS = (
    r"元人民币|人民币|美元|欧元|英镑|港元|港币|日元|澳元|加元|新元|瑞士法郎|新台币|卢比|卢布|韩元|雷亚尔|元(?![旦月素件])|[€£$¥]"
    rf"|(?:{_CODES}|yuan|renminbi|US dollars|dollars?|euros?|pounds|yen|francs)(?![A-Za-z])"
)
_BODIES = (
    "ISO|IEC|ITU|IEEE|EN|BS|DIN|NF|ASTM|ANSI|JIS|ГОСТ|GOST|AS|NZS|CSA|RFC|NIST SP|FIPS|OHSAS|PAS|CWA|SA|AA|PEFC ST"
    "|FSC-STD|GRI"
)
_HAN_BODIES = (
    "GB|HJ|JB|SB|YY|QB|GA|CJJ|JGJ|SN|WB|RB|NY|LY|HG|SH|SY|DL|MT|YB|JT|TB|WS|CJ|JC|FZ|JR|WH|XF|YD|SJ|TD|DZ|QX|CNAS|JJF"
    "|JJG"
)

ROWS: tuple[FactRow, ...] = (
    # ------------------------------------------------------------ standards and other documents known by number
    FactRow(
        "standard",
        "standard",
        rf"(?<![A-Za-z])(?P<s>(?:{_BODIES})(?:/(?:{_BODIES}|TS|TR|PAS|IWA|DIS"
        rf"|Guide)){{0,3}}[\s-]?(?:[A-Z]{{1,3}}[\s-]?)?"
        r"\d{2,6}(?:[.-]\d{1,4}){0,4}(?::(?:19|20)\d\d)?)(?!\d)",
        "ISO 20400:2017, ISO/IEC 27001, EN 15804, NIST SP 800-53; iso.org 2026-11-22",
        Needs.CAPITALS,
        False,
    ),
    FactRow(
        "standard",
        "standard",
        rf"(?<![A-Za-z])(?P<s>(?:{_HAN_BODIES}|DB\d{{2,4}}|T/[A-Z]{{2,12}}"
        rf"|Q/[A-Z]{{2,8}})(?:/[TZ])?\s?\d{{1,6}}(?:\.\d{{1,3}}){{0,2}}"
        r"(?:\s?[-—–]\s?(?:19|20)?\d\d)?)(?!\d)",
        "GB/T 33635-2017, HJ 2.2-2018, DB11/T 1234, T/CECRPA 001-2021; std.samr.gov.cn 2026-11-22",
        Needs.CAPITALS,
        False,
    ),
    FactRow(
        "standard",
        "standard",
        r"\b(?P<s>(?:Directive|Regulation|Decision)\s(?:\((?:EU|EC"
        r"|EEC)(?:, Euratom)?\)\s)?(?:No\.?\s?)?\d{2,4}/\d{1,4}(?:/(?:EU|EC|EEC))?)",
        "Directive 2009/125/EC, Regulation (EU) 2024/1781; eur-lex.europa.eu 2026-11-22",
        Needs.LAW,
    ),
    FactRow(
        "standard",
        "standard",
        r"(?P<s>[\u4e00-\u9fff]{1,6}\s?[〔\[(](?:19|20)\d\d[〕\])]\s?第?\d{1,5}\s?号)",
        "财库〔2024〕7号; gov.cn 2026-11-22",
        Needs.BRACKET,
    ),
    # ------------------------------------------------------------ editions
    FactRow(
        "edition",
        "edition",
        r"第\s?(?P<e>\d{1,3}|[一二三四五六七八九十]{1,3})\s?版",
        "第三版; std.samr.gov.cn 2026-11-22",
        Needs.EDITION,
    ),
    FactRow(
        "edition",
        "edition",
        rf"\b(?P<e>\d{{1,3}}|{'|'.join(ORDINALS)})(?:st|nd|rd|th)?\s(?:revised\s)?edition\b",
        "3rd edition, second edition",
        Needs.EDITION,
    ),
    FactRow(
        "edition",
        "edition",
        r"(?:\b(?:version|edition|revision|rev\.|ver\.)\s?v?|版本号?[::]?\s?v?"
        r"|\bv(?=\d+\.\d))(?P<e>\d{1,4}(?:\.\d{1,4}){0,3})",
        "Version 2.1, v1.4, 版本 2.0",
        Needs.EDITION,
    ),
    # ------------------------------------------------------------ dates
    FactRow("date", "date", rf"{_FREE}{_Y}(?P<sep>[-/.]){_M}(?P=sep){_D}{_SHUT}", "2026-03-05, 2026/3/5, 2026.03.05"),
    FactRow("date", "date", rf"(?<!\d){_Y}\s?年\s?{_M}\s?月\s?{_D}\s?[日号]?", "2026年3月5日"),
    FactRow("date", "date", rf"(?<!\d){_Y}\s?年\s?{_M}\s?月(?:份)?", "2026年3月"),
    FactRow("date", "quarter", rf"(?<!\d){_Y}\s?年\s?第?(?P<q>[一二三四1-4])季度", "2026年第三季度"),
    FactRow(
        "date",
        "date",
        rf"(?P<y>[一二]{_HAN_DIGIT}{{3}})年(?P<m>{_HAN_SMALL})月(?:(?P<d>{_HAN_SMALL})[日号])?",
        "二〇二六年三月五日",
        Needs.HAN_NUMERAL,
    ),
    FactRow("date", "date", rf"(?<![\d.]){_M}\s?月\s?{_D}\s?[日号]", "3月5日"),
    FactRow(
        "date",
        "date",
        rf"(?<![一二三四五六七八九十])(?P<m>{_HAN_SMALL})月(?P<d>{_HAN_SMALL})[日号]",
        "三月五日",
        Needs.HAN_NUMERAL,
    ),
    FactRow(
        "date",
        "date",
        rf"{_FREE}{_D}{_TH}\s?(?:of\s|de\s)?{_N},?\s?(?:de\s|del\s)?{_Y}(?!\d)",
        "5 March 2026, 5 de marzo de 2026",
        Needs.MONTH,
    ),
    FactRow("date", "date", rf"\b{_N}\s?{_D}{_TH},?\s{_Y}(?!\d)", "March 5, 2026", Needs.MONTH),
    FactRow("date", "date", rf"{_FREE}{_D}{_TH}\s(?:of\s|de\s)?{_N}(?![a-z])", "5 March, 5 de marzo", Needs.MONTH),
    FactRow("date", "date", rf"\b{_N}\s{_Y}(?!\d)", "March 2026", Needs.MONTH),
    FactRow("date", "date", rf"\b{_N}\s{_D}(?:st|nd|rd|th)?(?![\d:.,]\d|\d)", "March 5", Needs.MONTH),
    FactRow("date", "quarter", rf"\bQ(?P<q>[1-4])\s(?:of\s)?{_Y}(?!\d)", "Q3 2026"),
    FactRow("date", "quarter", r"第(?P<q>[一二三四])季度", "第三季度", Needs.HAN_NUMERAL),
    FactRow(
        "date",
        "version",
        rf"{_FREE}(?P<v>\d\d?/\d\d?/(?:\d\d){{1,2}}){_SHUT}",
        "05/03/2026: day and month as they stand",
    ),
    FactRow(
        "date",
        "time",
        r"(?P<half>上午|下午|晚上|晚)?\s?(?<![\d:.])(?P<h>[01]?\d"
        r"|2[0-4]):(?P<min>[0-5]\d)(?::[0-5]\d)?(?!\d)(?:\s?(?P<half2>[ap]\.?m\b\.?))?",
        "17:00, 5:30 p.m., 下午5:30",
    ),
    FactRow("date", "time", r"(?<![\d:.])(?P<h>1[0-2]|[1-9])\s?(?P<half>[ap]\.?m)\b\.?", "5 pm"),
    FactRow(
        "date",
        "time",
        r"(?P<half>上午|下午|晚上|晚|中午)?\s?(?<!\d)(?P<h>[01]?\d|2[0-4])\s?[时点](?!间|期|代|评|击|赞)(?:(?P<min>[0-5]?\d)分)?",
        "17时30分, 下午5点",
    ),
    FactRow(
        "date",
        "weekday",
        r"\b(?P<w>monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b",
        "Friday",
        Needs.WEEKDAY,
    ),
    FactRow(
        "date",
        "weekday",
        r"(?P<w>星期[一二三四五六日天]|礼拜[一二三四五六日天]|(?<![一二两三四五六七八九十\d半])周[一二三四五六日天](?![年次个期]))",
        "星期五, 周五",
        Needs.WEEKDAY,
    ),
    FactRow("date", "date", rf"(?<!\d){_Y}\s?年(?:度|底|末|初)?", "2030年"),
    # ------------------------------------------------------------ amounts
    FactRow(
        "money",
        "money",
        rf"(?P<sign>{_SIGNS})\s?{_NUM}{_MULT}(?:\s?元)?",
        "US$1.2 million, ¥1,200万元, EUR 300",
        Needs.CURRENCY,
    ),
    FactRow(
        "money", "money", rf"{_OPEN}{_NUM}{_MULT}\s?(?P<word>{_WORDS})", "1200万元, 1.2 million yuan", Needs.CURRENCY
    ),
    # ------------------------------------------------------------ numbers
    FactRow("number", "number", rf"(?P<percent>百分之){_NUM}", "百分之12.5", Needs.PERCENT),
    FactRow(
        "number",
        "number",
        rf"{_OPEN}{_NUM}\s?(?P<percent>%|per\s?cent\b|percent\b|个百分点)",
        "12.5 %, 12.5 per cent",
        Needs.PERCENT,
    ),
    FactRow("number", "version", r"(?<![\w.])(?P<v>\d{1,4}(?:\.\d{1,4}){2,5})(?![\d.])", "2.5.1"),
    FactRow(
        "date",
        "date",
        rf"{_OPEN}(?:in|by|since|until|before|after|from|to|of)?\s?{_Y}(?![\d.,]?\d|%|[A-Za-z])",
        "2026, by 2030",
    ),
    FactRow("number", "number", rf"{_OPEN}{_NUM}{_MULT}", "1,234; 120万"),
)
