"""What newsletters write on, around and into links that belong to one reader: tables, one row a habit.

Rules:
- A row is (purpose, pattern, who writes so); a segment's row is (pattern, who writes it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


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
    _row("see in a browser", r"(?:view|see|open|read)(?: [\w-]+){0,3} (?:in|on|with) (?:[\w-]+ ){0,2}browser", "heads"),
    _row("sent to", r"[本此该这]?封?(?:电子)?邮件[已是]?(?:发送|发|寄)[至给到往]", "footers"),
    _row("sent to", r"this (?:e-?mail|message|newsletter) (?:was|is) (?:sent to|intended for)", "footers"),
    _row("pass on", r"转发给(?:朋友|好友|同事)|forward (?:.{1,30} )?to a (?:friend|colleague)", "Mailchimp"),
)  # fmt: skip

# Words that say it in a mail's head or foot, and of a report that it can be read on the web
MAY_SAY = (
    _row("see in a browser", r"在线(?:查看|浏览|阅读)|(?:查看|浏览|阅读|打开)?网页版(?:本)?", "heads"),
    _row("see in a browser", r"(?:view )?(?:web|online|browser) version|view (?:this )?(?:e-?mail )?online", "heads"),
)

# What names the mail and how it is displayed, in the sentence of such a link; "数据显示" names neither
NAMES_MAIL = (
    _row("the mail", r"[本此该这]封?(?:电子)?邮件|(?:查看|浏览|阅读|收到|打开).{0,4}邮件", "heads"),
    _row("the mail", r"邮件.{0,6}(?:查看|浏览|阅读|显示)", "heads"),
    _row("the mail", r"\b(?:this|our|the|an?|your) (?:e-?mail|message)\b|\be-?mail online", "heads"),
    _row("the browser", r"浏览器|瀏覽器|\bbrowser", "heads"),
    _row("the display", r"(?:无法|不能|未能|不)(?:正常|正确|完整)?显示", "heads"),
    _row("the display", r"(?:正常|正确|完整)显示|显示(?:不|异常|有误)", "heads"),
    _row("the display", r"\bdisplay(?:ed|ing|s)?\b|trouble (?:viewing|reading|seeing)", "heads"),
)

# What stands beside such a link in the foot of a mail
FOOTERS = re.compile(r"退订|订阅|退訂|訂閱|©|版权所有|subscri|preferences|copyright", re.IGNORECASE)

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

# The last name in a path, but for what identifies the reader, or a host's first label: all of it (name, who writes it)
LEAVING = (
    (r"(?:list-?)?unsub(?:scribe)?(?:d|-me|_me|_confirm)?|one-?click-?unsubscribe", "everybody"),
    (r"opt-?_?out|remove-?me|do-?not-?mail", "direct mail"),
    (r"tuiding|quxiaodingyue|cancel[-_]?subscri(?:be|ption)", "Chinese senders"),
)
# The same, where the address also identifies a reader: without that it is a page for everybody
CHOOSING = (
    (r"(?:e?mail|subscri(?:ption|ber)|manage|newsletter)s?[-_]?(?:preferences?|settings|prefs)", "centres"),
    (r"manage[-_]?(?:your[-_]?)?subscriptions?|preference-?center", "centres"),
    (r"view-?in-?browser|webversion|web-version|view_?email|forward-to-friend", "Campaign Monitor, Mailchimp, HubSpot"),
)  # fmt: skip
