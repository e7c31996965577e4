"""Good answers that show nothing a robot could judge."""

from __future__ import annotations

from crawler.judge.answers import name_of
from crawler.judge.case import Case
from crawler.judge.found import Found, found


def no_body(case: Case) -> Found | None:
    """A good answer without a byte (204 too: RFC 9110 §15.3.5); never one that a limit of ours cut."""
    content = case.observation.content
    if case.is_cut_by_us or (content is not None and content.length_bytes and case.status != 204):
        return None
    name = name_of(case)
    return found(
        "no-body",
        f"{name} answered {case.status} with an empty page.",
        f"{name} 返回 {case.status}，但页面是空的，没有任何内容。",
    )
