"""Why a verdict: one sentence a rule, in English and Chinese, with the dates and counts an editor can check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from crawler.model import Evidence, Outcome

UNVERIFIABLE_FROM = 30
LONG_DOWN_FROM = 30

SENTENCES: dict[str, tuple[str, str]] = {
    "human-ok": ("{author} checked it on {since}: fine.{reason}", "{author} 于 {since} 人工确认可用。{reason_zh}"),
    "human-dead": ("{author} declared it dead on {since}.{reason}", "{author} 于 {since} 人工判定失效。{reason_zh}"),
    "ignored": ("{author} set it aside on {since}.{reason}", "{author} 于 {since} 设为不再提醒。{reason_zh}"),
    "malformed": ("The citation itself has to be corrected.", "引用本身有误，需要改正。"),
    "target-unknown": ("Unknown target since {since}.", "自 {since} 起一直不知道它实际指向哪里。"),
    "not-crawled": ("Kept on record, never asked.", "只登记，不检查。"),
    "recovered": (
        "Was dead, and has opened normally on two nights now.",
        "此前已判定失效，现已连续两晚正常打开。",
    ),
    "hijacked-replaced": (
        "Another site's content stands here since {since}.",
        "自 {since} 起，这里换成了别家网站的内容。",
    ),
    "replaced": (
        "The text has been a different one since {since}, seen on two nights.",
        "自 {since} 起，正文已整篇换掉，经两晚确认。",
    ),
    "changed": ("The content has changed, seen on two nights.", "内容有改动，经两晚确认。"),
    "ok-https": ("The same address works with https; seen on two nights.", "同一地址可用 https 打开，经两晚确认。"),
    "ok-moved": (
        "Leads permanently to {target}, confirmed over three nights.",
        "已永久迁到 {target}，经三晚确认。",
    ),
    "ok": ("Opens normally.", "可正常打开。"),
    "ok-fragment": (
        "Opens normally, but the place within the page was not found.",
        "可正常打开，但页内的定位点找不到了。",
    ),
    "ok-again": (
        "Opens again after having been dead; a second good night will confirm it.",
        "此前已判定失效，今晚又能打开；再有一晚正常即可确认恢复。",
    ),
    "hijacked-parked": (
        "The domain looks sold or parked: {nights} nights since {first}.",
        "域名疑似已被转卖或停放：自 {first} 起共 {nights} 晚。",
    ),
    "gone": (
        "Declared removed for good (410) on {nights} nights since {first}.",
        "自 {first} 起，{nights} 个晚上都返回 410（已永久删除）。",
    ),
    "dead": (
        "Not found on {nights} nights since {first}, and never seen well in between.",
        "自 {first} 起，{nights} 个晚上都找不到此页，其间没有一次正常。",
    ),
    "host-gone": (
        "The domain name has not existed on {nights} nights since {first}.",
        "自 {first} 起，{nights} 个晚上查询，域名都不存在。",
    ),
    "dead-inferred": (
        "What is shown on {nights} nights since {first} is no longer what was cited.",
        "自 {first} 起，{nights} 个晚上看到的都已不是当初引用的内容。",
    ),
    "dead-unreachable": (
        "No usable answer on {nights} nights since {first}.",
        "自 {first} 起，{nights} 个晚上都没有得到可用的应答。",
    ),
    "dead-unreachable-long": (
        "Silent for long: no usable answer on {nights} nights since {first}.",
        "长期无法访问：自 {first} 起已有 {nights} 个晚上没有可用的应答。",
    ),
    "needs-eyes": (
        "Odd on {nights} nights since {first}; a program cannot tell whether the page is still there.",
        "自 {first} 起有 {nights} 个晚上情况可疑，程序无法断定页面是否还在。",
    ),
    "needs-eyes-name": (
        "The name has not existed on {nights} nights since {first}, but this host never answered from here, "
        "so the local network may be the reason.",
        "自 {first} 起 {nights} 个晚上查不到这个域名；但它从未在本地网络上应答过，也可能是本地网络的缘故。",
    ),
    "blocked": (
        "Robots are turned away here; that says nothing about readers.",
        "网站不让自动程序访问，这并不说明读者打不开。",
    ),
    "blocked-long": (
        "Turned away on {nights} nights since {first}: not verifiable by robot.",
        "自 {first} 起，{nights} 个晚上都被拒之门外：程序无法核实。",
    ),
    "not-checkable": (
        "An answer came, but there is nothing in it that a program can read.",
        "有应答，但其中没有程序能读懂的内容。",
    ),
    "certificate": (
        "Certificate trouble on {nights} nights since {first}; browsers warn readers or close the door.",
        "自 {first} 起，{nights} 个晚上安全证书有问题，浏览器会警告甚至拦住读者。",
    ),
    "unreachable-from-here": (
        "Never answered from this network: {nights} nights since {first}. It may well work elsewhere.",
        "从未在本地网络上应答过：自 {first} 起共 {nights} 晚。换个网络或许能打开。",
    ),
    "unreachable": (
        "Down since {first}: no usable answer on {nights} nights.",
        "自 {first} 起无法访问，已有 {nights} 个晚上没有可用的应答。",
    ),
    "suspect": (
        "First seen failing {first}; night {nights} of {k}.",
        "{first} 首次出现问题；第 {nights} 晚，满 {k} 晚才下结论。",
    ),
    "suspect-soon": (
        "First seen failing {first}; {nights} failures so far, too close together to conclude from.",
        "{first} 首次出现问题；至今 {nights} 次，但相隔太近，暂不下结论。",
    ),
    "not-checked": ("Not checked yet.", "尚未检查过。"),
    "not-checked-invalid": (
        "Not checked yet: our own network failed on that night.",
        "尚未检查过：当晚是我们自己的网络出了问题。",
    ),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a sentence; instants are told as dates in `zone`."""

    since: datetime
    first: datetime | None = None
    nights: int = 0
    k: int = 1
    target: str = ""
    note: str = ""
    was_dead: bool = False
    author: str = ""
    reason: str = ""
    zone: tzinfo = UTC


def explain(rule: str, figures: Figures) -> Evidence:
    """The evidence of a verdict's rule."""
    key = _shade(rule, figures)
    en, zh = SENTENCES[key]
    words = {
        "since": _date(figures.since, figures.zone),
        "first": _date(figures.first or figures.since, figures.zone),
        "nights": figures.nights,
        "k": figures.k,
        "target": figures.target,
        "author": figures.author,
        "reason": f" “{figures.reason}”" if figures.reason else "",
        "reason_zh": f"理由：{figures.reason}" if figures.reason else "",
    }
    return Evidence(key, en.format(**words), zh.format(**words))


def _shade(rule: str, figures: Figures) -> str:
    """The rule, or how it is said in a special case."""
    if rule == "ok" and figures.was_dead:
        return "ok-again"
    if rule == "ok" and figures.note in (Outcome.FRAGMENT_MISSING, Outcome.TEXT_FRAGMENT_MISSING):
        return "ok-fragment"
    if rule == "suspect" and figures.nights >= figures.k:
        return "suspect-soon"
    if rule == "blocked" and figures.nights >= UNVERIFIABLE_FROM:
        return "blocked-long"
    if rule == "dead-unreachable" and figures.nights >= LONG_DOWN_FROM:
        return "dead-unreachable-long"
    return rule


def _date(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).date().isoformat()
