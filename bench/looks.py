"""Two looks at pages on which only nonces, dates and counters are others, and at a few on which a deadline is.

Rules:
- A page is one of the fake web's (a median of 50 KB), or a Chinese one of that length; what changes is put into it as
  content systems do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from bench import web

ONE_OF_CHANGES = 50  # pages: on the second look, the deadline of this one is another
_WORDS = (
    *("春天", "花园", "植物", "园丁", "每天", "早晨", "记录", "渡轮", "航线", "码头", "居民", "手册", "图书馆", "读者"),
    *("报告", "数据", "合作", "计划", "课程", "学校", "采购", "材料", "建筑", "循环", "指南", "工具", "标准", "案例"),
)


def page(number: int, at: datetime, second: bool) -> bytes:
    """A page as it is at a look."""
    chance = random.Random(number * 2 + second)
    deadline = "18 March 2027" if second and number % ONE_OF_CHANGES == 0 else "12 March 2027"
    if number % 2:
        return _chinese(number, at, chance, deadline)
    head, body = web.page("p", number).split(b"</head><body>", 1)
    token = f"{chance.getrandbits(96):024x}"
    ages = "".join(f"<li>{chance.randrange(2, 23)} hours ago</li>" for _ in range(8))
    before = (
        f'<script nonce="{token}">window.t="{token}"</script><meta name=csrf-token content="{token}"></head><body>'
        f"<p>{at:%A}, {at.day} {at:%B %Y}, {at:%H:%M} UTC</p><p>Apply by {deadline}.</p>"
    )
    behind = (
        f"<ul>{ages}</ul><p>Views: {chance.randrange(10**5):,}</p><div id=w{token}></div>"
        f"<input type=hidden value={token}>"
        f"<a href='/plan.pdf?v={chance.randrange(10**8)}'>Plan</a><p>© 2010–{at.year} Linhu</p>"
        f"<p>Page generated in 0.{chance.randrange(999):03} seconds</p><!-- {token} --></body>"
    )
    return head + before.encode() + body.replace(b"</body>", behind.encode(), 1)


def _chinese(number: int, at: datetime, chance: random.Random, deadline: str) -> bytes:
    token = f"{chance.getrandbits(96):024x}"
    ages = "".join(f"<li>{_title(place)}<span>{chance.randrange(2, 23)}小时前</span></li>" for place in range(8))
    week = "一二三四五六日"[at.weekday()]
    return (
        f"<!doctype html><html lang=zh-CN><head><meta charset=utf-8><title>通知第{number}号</title>"
        f'<script nonce="{token}">window.t="{token}"</script></head><body>'
        f"<p>今天是{at.year}年{at.month}月{at.day}日 星期{week}</p><h1>通知第{number}号</h1>"
        f"<p>报名截止日期：{deadline}</p>"
        f"<p>阅读次数：{chance.randrange(10**5)}</p>{_paragraphs(number % 50)}<ul>{ages}</ul>"
        f"<p>您是第 {chance.randrange(10**6)} 位访问者</p><p>版权所有 © 2010-{at.year} 临湖</p></body></html>"
    ).encode()


@lru_cache(64)
def _paragraphs(seed: int) -> str:
    chance = random.Random(seed)
    return "".join(f'<div class="TRS_Editor"><p>{text}</p></div>\n' for text in _texts(chance))


def _texts(chance: random.Random) -> Iterator[str]:
    for _ in range(chance.randrange(40, 140)):
        yield "，".join("".join(chance.choices(_WORDS, k=8)) for _ in range(6)) + "。"


def _title(place: int) -> str:
    return "".join(random.Random(place).choices(_WORDS, k=6))
