"""Why nobody knows where a tracking link leads: one row a reason, in both languages.

The ids are those that fetch.trackers records; any other answer is one that led nowhere.
"""

from __future__ import annotations

from crawler.judge.found import Found, found

NOT_ASKED: dict[str, tuple[str, str]] = {
    "redacted-in-source": (
        "A tracking link whose recipient was blacked out in the document; only the original can resolve it.",
        "跟踪链接，收件人信息在文档中已隐去；用原始文档才能查出它指向哪里。",
    ),
    "unwrap-never": (
        'A tracking link; the configuration says not to ask it (unwrap = "never").',
        '跟踪链接；按配置不去询问（unwrap = "never"）。',
    ),
    "opt-out": (
        "A tracking link that looks like opting out of a mailing; it is not asked.",
        "跟踪链接，看上去是退订链接，因此不去访问。",
    ),
    "robots-forbids": (
        "A tracking link; its robots.txt forbids asking where it leads.",
        "跟踪链接；对方的 robots.txt 不允许程序访问，查不出它指向哪里。",
    ),
    "robots-unreadable": (
        "A tracking link; its robots.txt could not be read, so it was not asked.",
        "跟踪链接；对方的 robots.txt 读不到，因此没有访问。",
    ),
    "attempts-used": (
        "A tracking link; three attempts led nowhere, and it is not asked again.",
        "跟踪链接；三次询问都没有结果，不再询问。",
    ),
}


def explain_unknown(answer: str | None) -> Found:
    """The evidence for an unresolved tracking link, from what was last recorded of it (None: nothing yet)."""
    if answer in NOT_ASKED:
        return found(f"tracker-{answer}", *NOT_ASKED[answer])
    if answer is None:
        return found(
            "tracker-unresolved",
            "A tracking link; where it leads is not known yet.",
            "这是跟踪链接，目前还不知道它实际指向哪里。",
        )
    return found(
        "tracker-led-nowhere",
        f"A tracking link; when asked, it led nowhere ({answer}).",
        f"跟踪链接；询问后没有结果（{answer}）。",
    )
