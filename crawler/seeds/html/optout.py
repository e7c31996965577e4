"""Links that belong to one reader of a newsletter: leaving the list, choosing what comes, their own copy in a browser.

Rules:
- They are never citations: opening one may end a subscription, or shows what was sent to one person.
- A link says it by its own words, by a segment of its path, or – where its words only point ("click here") –
  by its sentence. An article about unsubscribing is none: the words must be all that the link says.
- They are counted in one warning, so that nobody looks for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawler.seeds.mention import Mention
from crawler.seeds.reading import Why
from crawler.urls.address import NEVER_ASKED, read_address

BEFORE_CHARACTERS = 80
MAX_WORDS = 60


@dataclass(frozen=True, slots=True)
class Words:
    """Words that give such a link away: what it is for, the pattern, and who writes so."""

    purpose: str
    pattern: re.Pattern[str]
    source: str


def _row(purpose: str, pattern: str, source: str) -> Words:
    return Words(purpose, re.compile(pattern, re.IGNORECASE), source)


# All that a link says, but for what asks to click it and what it is about (_LEADS, _TRAILS)
SAYS = (
    _row("leave", r"退订|取消订阅|停止接收|不再接收|拒收|退訂|取消訂閱", "Chinese newsletters"),
    _row("leave", r"unsubscribe(?: (?:me|now|instantly))?|opt[ -]?out|remove me", "footers in English"),
    _row("leave", r"unsubscribe from .{1,40}|opt[ -]?out of .{1,40}", "Mailchimp"),
    _row("choose", r"(?:管理|更改|修改|更新|设置)(?:[您你我]的)?(?:邮件)?(?:订阅|偏好)(?:偏好|设置|选项)?", "footers"),
    _row("choose", r"(?:manage|update|change|edit|set)(?: [\w-]+){0,3} (?:preferences?|subscriptions?)", "footers"),
    _row("choose", r"(?:e-?mail|subscription|communication) preferences?", "footers"),
    _row("see in a browser", r"在(?:浏览器|网页|瀏覽器)(?:中|里|上)?(?:查看|浏览|阅读|打开|查閱)", "heads"),
    _row("see in a browser", r"在线(?:查看|浏览|阅读)|(?:查看|浏览|阅读|打开)?网页版(?:本)?", "heads"),
    _row("see in a browser", r"(?:view|see|open|read)(?: [\w-]+){0,3} (?:in|on|with) (?:[\w-]+ ){0,2}browser", "heads"),
    _row("see in a browser", r"(?:view )?(?:web|online|browser) version|view (?:e-?mail )?online", "heads"),
    _row("sent to", r"[本此该这]?封?(?:电子)?邮件[已是]?(?:发送|发|寄)[至给到往]", "footers"),
    _row("sent to", r"this (?:e-?mail|message|newsletter) (?:was|is) (?:sent to|intended for)", "footers"),
    _row("pass on", r"转发给(?:朋友|好友|同事)|forward (?:.{1,30} )?to a (?:friend|colleague)", "Mailchimp"),
)  # fmt: skip

# What stands in the sentence of a link that only points
ABOUT = (
    _row("leave", r"退订|取消订阅|退訂|取消訂閱", "footers"),
    _row("leave", r"(?:不想|不愿|不希望|无需|停止)(?:再|继续)*(?:收到|接收|收取)|不再(?:收到|接收)", "footers"),
    _row("leave", r"unsubscribe|opt[ -]?out|no longer (?:wish|want)|stop receiving|remove (?:you|your)", "footers"),
    _row("leave", r"(?:not|n't) (?:wish|want|like) to (?:receive|get)", "footers"),
    _row("choose", r"(?:管理|更改|修改|更新)(?:[您你我]的)?(?:邮件)?(?:订阅|偏好)", "footers"),
    _row("choose", r"(?:manage|update|change)(?: \w+){0,3} (?:preferences|subscription)", "footers"),
    _row("see in a browser", r"(?:无法|不能)(?:正常|正确)(?:显示|查看|浏览|阅读)|显示(?:不正常|异常)", "heads"),
    _row("see in a browser", r"在浏览器中(?:查看|打开|浏览)|trouble (?:viewing|reading|seeing)", "heads"),
    _row("see in a browser", r"(?:view|see|open|read)(?: \w+){0,3} in (?:your|a|the) browser", "heads"),
)

_HERE = r"(?:此处|这里|这儿|此|本?链接|此链接)"
_ASKS = rf"(?:请?点击?{_HERE}?|您|你|可|可以|即可|以|来|一键|我要)+|(?:please )?(?:click|tap)(?: here)? to "
_LEADS = re.compile(_ASKS, re.IGNORECASE)
_TRAILS = re.compile(
    r"(?:[这本此该](?:封|份|类|些)?)?(?:电子)?(?:邮件|通讯|简报|期刊|列表|订阅|服务)|,? ?(?:here|now)$", re.IGNORECASE
)

# One segment of a path or a host's first label, all of it (segment, who writes it)
SEGMENTS = (
    (r"(?:list-?)?unsub(?:scribe)?(?:d|-me|_me|_confirm)?|one-?click-?unsubscribe", "everybody"),
    (r"opt-?_?out|remove-?me|do-?not-?mail", "direct mail"),
    (r"(?:e?mail|subscri(?:ption|ber)|manage|newsletter)s?[-_]?(?:preferences?|settings|prefs)", "centres"),
    (r"manage[-_]?(?:your[-_]?)?subscriptions?|preference-?center", "centres"),
    (r"tuiding|quxiaodingyue|cancel[-_]?subscri(?:be|ption)", "Chinese senders"),
    (r"view-?in-?browser|webversion|web-version|view_?email|forward-to-friend", "Campaign Monitor, Mailchimp, HubSpot"),
)  # fmt: skip

_SEGMENT = re.compile("|".join(f"(?:{pattern})" for pattern, _ in SEGMENTS), re.IGNORECASE)
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp|do|action)$", re.IGNORECASE)
_POINTS = re.compile(rf"(?:请?点击?)?{_HERE}|(?:(?:please )?(?:click|tap) )?(?:here|(?:this )?link)", re.IGNORECASE)
_BEFORE = re.compile(r"(?:^|[\s|·•。；;>*-])([^|·•。；;\n]{1,60}?)\s*[:：(（<＜\[]*\s*$")
_EDGES = " \t\n[]【】()（）<>《》«»›»→|·•。.,，！!“”\"'"
_IMAGE = re.compile(r"\[image(?:: )?(.*)\]", re.DOTALL)


def leave_out_opt_outs(text: str, mentions: Iterable[Mention]) -> tuple[list[Mention], int]:
    """The mentions without the reader's own, and how many links were among those."""
    found = [(mention, is_opt_out(text, mention)) for mention in mentions]
    links = sum(1 for mention, is_own in found if is_own and "://" in mention.url)
    return [mention for mention, is_own in found if not is_own], links


def warn_of(number: int) -> tuple[Why, ...]:
    """The warning for so many links left out."""
    if not number:
        return ()
    links = "1 link" if number == 1 else f"{number} links"
    return (
        Why(
            f"has {links} to leave or manage the subscription or to view it in a browser; not cited and never opened",
            f"含有 {number} 个退订、管理订阅或在浏览器中查看的链接；不作为引文，也不会打开",
        ),
    )


def is_opt_out(text: str, mention: Mention) -> bool:
    """True for a link that belongs to the reader alone; `text` is what the mention's offsets count in."""
    if _says_by_path(mention.url):
        return True
    words = _plain(mention.anchor or "")
    announced = _announced(text, mention.start) if mention.anchor is None or "@" in mention.url else ""
    if _says(words) or _says(announced):
        return True
    points = mention.anchor is not None and _POINTS.fullmatch(words)
    return bool(points) and any(row.pattern.search(mention.context) for row in ABOUT)


def _plain(anchor: str) -> str:
    return " ".join(_IMAGE.sub(r"\1", anchor).strip(_EDGES).split())


def _says(words: str) -> bool:
    """True when the words say it and nothing else, also politely."""
    if not words or len(words) > MAX_WORDS:
        return False
    lead = _LEADS.match(words)
    forms = {words, words[lead.end() :] if lead else words}
    forms |= {_TRAILS.sub("", form).strip(_EDGES) for form in forms}
    return any(row.pattern.fullmatch(form) for row in SAYS for form in forms)


def _announced(text: str, start: int) -> str:
    """What stands right before a printed URL, on its line or the line above."""
    before = text[max(0, start - BEFORE_CHARACTERS) : start].rstrip(" <(（[：:\n")
    found = _BEFORE.search(before)
    return _plain(found[1] if found else before)


def _says_by_path(url: str) -> bool:
    address = read_address(url)
    if (address.hidden or "").endswith(NEVER_ASKED):
        return True
    try:
        parts = urlsplit(address.hidden or address.uri or url)
    except ValueError:
        return False
    segments = [parts.netloc.partition(".")[0], *unquote(parts.path).split("/")]
    if not parts.scheme.startswith("http"):
        return parts.scheme == "mailto" and "unsubscribe" in url.lower()
    return any(_SEGMENT.fullmatch(_EXTENSION.sub("", segment)) for segment in segments)
