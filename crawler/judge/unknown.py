"""Why nobody knows where a tracking link leads: one row a reason, in both languages.

The ids are those that fetch.trackers and fetch.opaque record, some with words after a colon; any other answer is
one that led nowhere.
"""

from __future__ import annotations

from crawler.judge.found import Found, found

NOT_ASKED: dict[str, tuple[str, str]] = {
    "redacted-in-source": (
        "A tracking link whose recipient was blacked out in the document; only the original can resolve it.",
        "跟踪链接，收件人信息在文档中已隐去；用原始文档才能查明实际指向。",
    ),
    "names-recipient": (
        "An address that names its reader; it is neither kept whole nor asked. Cite one that anybody may open.",
        "网址中带有读者的个人标识，因此不保存、不访问；请改引任何人都能打开的网址。",
    ),
    "unwrap-never": (
        'A tracking link; the configuration says not to ask it (unwrap = "never").',
        '跟踪链接；按配置不予访问（unwrap = "never"）。',
    ),
    "opt-out": (
        "A tracking link that looks like opting out of a mailing; it is not asked.",
        "跟踪链接，疑似退订链接，不予访问。",
    ),
    "robots-forbids": (
        "A tracking link; its robots.txt forbids asking where it leads.",
        "跟踪链接；对方的 robots.txt 不允许程序访问，无法查明实际指向。",
    ),
    "robots-unreadable": (
        "A tracking link; its robots.txt could not be read, so it was not asked.",
        "跟踪链接；对方的 robots.txt 无法读取，因此未访问。",
    ),
    "target-personal": (
        "A tracking link whose target names its recipient; it is neither kept nor asked.",
        "跟踪链接，它指向的网址带有收件人信息，因此不保存、不访问。",
    ),
    "excluded": (
        "A tracking link; excluded by the configuration: {words}.",
        "跟踪链接；按配置不访问：{words}。",
    ),
    "other-scheme": (
        "A tracking link that leads to something other than http or https; it was not followed.",
        "跟踪链接，指向 http、https 以外的地址，未继续访问。",
    ),
    "too-late": (
        "A tracking link; the night ended before it was asked.",
        "跟踪链接；当晚时间用完，没有来得及询问。",
    ),
    "attempts-used": (
        "A tracking link; 3 attempts led nowhere, and it is not asked again.",
        "跟踪链接；3 次访问均无结果，不再访问。",
    ),
}


def explain_unknown(answer: str | None) -> Found:
    """The evidence for an unresolved tracking link, from what was last recorded of it (None: nothing yet)."""
    why, _, words = (answer or "").partition(": ")
    if why in NOT_ASKED:
        return found(f"tracker-{why}", *(sentence.format(words=words) for sentence in NOT_ASKED[why]))
    if answer is None:
        return found(
            "tracker-unresolved",
            "A tracking link; where it leads is not known yet.",
            "跟踪链接，尚未查明实际指向。",
        )
    return found(
        "tracker-led-nowhere",
        f"A tracking link; when asked, it led nowhere ({answer}).",
        f"跟踪链接；访问后没有结果（{answer}）。",
    )
