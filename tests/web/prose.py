"""Invented paragraphs in English and Chinese: pages that read like an organisation's, said by nobody.

The same title always gives the same text; different titles give different texts.
"""

from __future__ import annotations

from html import escape
from random import Random

ENGLISH = (
    ("The regional office of", "A working party from", "Municipal engineers in", "The purchasing desk of"),
    ("Port Alder", "the Venn valley", "Lower Maristead", "Quillon county", "East Harrowby", "the Osk delta"),
    ("has reviewed", "is testing", "published", "will repeat", "compared", "has put out to tender"),
    ("leasing terms for", "a shared register of", "repair targets for", "material passports for", "a price floor for"),
    ("school kitchens", "street lighting", "timber frames", "office laptops", "tram shelters", "hospital linen"),
    ("over a period of", "after a delay of", "within", "at the end of"),
    ("months", "quarters", "budget years", "site visits"),
    ("and expects savings near", "with a response rate of", "while waste fell by", "at a cost increase of"),
)

CHINESE = (
    ("奥尔德港的采购处", "文恩谷的市政工程队", "马里斯特镇工作组", "昆隆县统计室", "奥斯克三角洲联合会"),
    ("近日梳理了", "正在试行", "公布了", "重新比较了", "计划推广"),
    ("学校食堂", "道路照明", "木结构房屋", "办公电脑", "电车候车亭", "医院布草"),
    ("的租赁条款", "的维修指标", "的共享登记册", "的材料护照", "的最低价格规则"),
    ("，周期为", "，用时约", "，前后经历", "，全程共"),
    ("个月", "个季度", "个预算年度", "次现场走访"),
    ("，预计节约", "，回复率达到", "，废弃物减少", "，成本上升"),
)


def write_paragraphs(title: str, count: int = 4, language: str = "en") -> list[str]:
    """Paragraphs of about six sentences each."""
    chance = Random(f"{language}:{title}")
    write = _write_chinese if language == "zh" else _write_english
    return [("" if language == "zh" else " ").join(write(chance) for _ in range(6)) for _ in range(count)]


def _write_english(chance: Random) -> str:
    who, where, did, what, thing, span, unit, result = (chance.choice(column) for column in ENGLISH)
    return (
        f"{who} {where} {did} {what} {thing} {span} {chance.randint(2, 40)} {unit} {result} {chance.randint(2, 60)} %."
    )


def _write_chinese(chance: Random) -> str:
    who, did, thing, what, span, unit, result = (chance.choice(column) for column in CHINESE)
    return f"{who}{did}{thing}{what}{span}{chance.randint(2, 40)}{unit}{result}{chance.randint(2, 60)}%。"


def render_page(title: str, paragraphs: list[str], *, language: str = "en", head: str = "", extra: str = "") -> bytes:
    """An HTML page with navigation, style sheet, picture, article and footer; `head` and `extra` are markup."""
    text = "\n".join(f"    <p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return f"""<!doctype html>
<html lang="{language}">
<head>
  <meta charset="utf-8">
  <title>{escape(title)}</title>
  <link rel="stylesheet" href="/theme/site.css">
  {head}
</head>
<body>
  <header><nav><a href="/">Home</a> <a href="/contact">Contact</a></nav></header>
  <main>
    <h1>{escape(title)}</h1>
    <img src="/theme/picture.png" alt="">
{text}
    {extra}
  </main>
  <footer>A page of the fake web. Nothing on it is true.</footer>
</body>
</html>
""".encode()
