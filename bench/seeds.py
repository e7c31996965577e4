"""How fast documents are read: text briefings, and a long PDF beside a plain pypdf text loop; and what memory it takes.

The documents are made here: Chinese text of the length of a briefing, links of every kind, a page as a briefing's is.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bench.measure import MEBI, Cost, machine, run_in_turn
from bench.page import Section, table

BRIEFINGS = (100, 1000)
PAGES_OF_BRIEFING = 9
PDF_PAGES = (100, 1000)
_WORDS = (
    *("春天", "花园", "植物", "园丁", "每天", "早晨", "记录", "渡轮", "航线", "码头", "居民", "手册", "图书馆", "读者"),
    *("报告", "数据", "合作", "伙伴", "计划", "课程", "学校", "采购", "材料", "建筑", "循环", "指南", "工具", "标准"),
    *("案例", "经验", "讨论", "会议", "推进", "发布", "介绍", "支持", "提供", "重点", "目标", "变化", "影响", "方法"),
)

# The peer: what anybody would write first.
PYPDF_LOOP = """
import sys
from pypdf import PdfReader
print(sum(len(page.extract_text()) for page in PdfReader(sys.argv[1]).pages))
"""


def measured(scale: float) -> Section:
    """Make the documents and read them; these take no time, whatever the scale."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        texts = {number: _briefings(folder / f"texts-{number}", number) for number in BRIEFINGS}
        pdfs = {pages: _pdf(folder / f"{pages}.pdf", pages) for pages in PDF_PAGES}
        cite = [sys.executable, "-m", "crawler", "cite", "--format", "jsonl"]
        commands = {
            "start": [*cite, str(_short(folder))],
            "pypdf start": [sys.executable, "-c", PYPDF_LOOP, str(_pdf(folder / "1.pdf", 1))],
        }
        commands |= {f"text {number}": [*cite, str(path)] for number, path in texts.items()}
        commands |= {f"pdf {pages}": [*cite, str(path)] for pages, path in pdfs.items()}
        commands |= {f"pypdf {n}": [sys.executable, "-c", PYPDF_LOOP, str(path)] for n, path in pdfs.items()}
        costs = run_in_turn(commands)
        return Section("Reading documents", _told(costs, folder))


def _told(costs: dict[str, Cost], folder: Path) -> str:
    start = costs["start"]
    rows = [["one short document (start-up)", "", _s(start), _mb(start), "", ""]]
    for number in BRIEFINGS:
        cost = costs[f"text {number}"]
        rows.append(_row(f"{number} text briefings", number * PAGES_OF_BRIEFING, cost, start))
    for pages in PDF_PAGES:
        peer = costs[f"pypdf {pages}"]
        rows.append(_row(f"a PDF of {pages} pages", pages, costs[f"pdf {pages}"], start, peer, costs["pypdf start"]))
        rows.append(_row("the same by a plain pypdf text loop", pages, peer, costs["pypdf start"]))
    head = ["documents", "pages", "CPU s", "peak MB", "pages per CPU s", "CPU, of pypdf's"]
    return (
        f"`make bench` (or `python -m bench seeds`), {machine()}. Median of three runs in turn; pages per CPU second"
        " and the ratio are without start-up (Python and the imports, of either program). Each page carries three"
        f" links and about {len(_page(random.Random(1), 1))} characters.\n\n" + table(head, rows)
    )


def _row(
    name: str, pages: int, cost: Cost, start: Cost, peer: Cost | None = None, peer_start: Cost | None = None
) -> list[str]:
    cpu_s = cost.cpu_s - start.cpu_s
    share = f"{cpu_s / (peer.cpu_s - peer_start.cpu_s):.2f}" if peer and peer_start else ""
    return [name, str(pages), _s(cost), _mb(cost), f"{pages / cpu_s:.0f}", share]


def _s(cost: Cost) -> str:
    return f"{cost.cpu_s:.2f}"


def _mb(cost: Cost) -> str:
    return f"{cost.peak_bytes / MEBI:.0f}"


# ---------------------------------------------------------------- the documents


def _short(folder: Path) -> Path:
    path = folder / "short.txt"
    path.write_text("https://example.org/\n", "utf-8")
    return path


def _briefings(folder: Path, number: int) -> Path:
    folder.mkdir()
    for place in range(number):
        chance = random.Random(place)
        pages = [_page(chance, page) for page in range(1, PAGES_OF_BRIEFING + 1)]
        (folder / f"briefing-{place:04}.txt").write_text("\n\n".join(pages), "utf-8")
    return folder


def _page(chance: random.Random, number: int) -> str:
    """A page as a briefing's text export is: a running head, paragraphs, a title, and the page's links below."""
    body = "\n\n".join(_line(chance) for _ in range(18))
    links = "\n".join(_link(chance) for _ in range(3))
    return f" 花园最新进展\n\n{body}。\n\n{_title(chance)}\n\n{links}\n"


def _line(chance: random.Random) -> str:
    return "".join(chance.choice(_WORDS) for _ in range(17)) + chance.choice(["，", "。", ""])


def _title(chance: random.Random) -> str:
    return "".join(chance.choice(_WORDS) for _ in range(6))


def _link(chance: random.Random) -> str:
    path = "/".join("".join(chance.choices("abcdefghijklmnop-", k=9)) for _ in range(3))
    return f"https://www.example{chance.randrange(40)}.org/{path}?utm_source=news&id={chance.randrange(10**6)}"


def _pdf(path: Path, pages: int) -> Path:
    """The same pages as a PDF, the links under words of the text."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=A4, pageCompression=1)
    for number in range(1, pages + 1):
        _draw(canvas, random.Random(number), number)
        canvas.showPage()
    canvas.save()
    return path


def _draw(canvas: Canvas, chance: random.Random, number: int) -> None:
    canvas.setFont("STSong-Light", 9)
    canvas.drawString(60, 810, "花园最新进展")
    canvas.setFont("STSong-Light", 18)
    canvas.drawString(60, 770, _title(chance))
    canvas.setFont("STSong-Light", 11)
    for row in range(18):
        canvas.drawString(60, 740 - 20 * row, _line(chance))
    for row in range(3):
        canvas.drawString(60, 300 - 30 * row, "详见报告全文与附件")
        canvas.linkURL(_link(chance), (60, 296 - 30 * row, 160, 312 - 30 * row))
    canvas.drawString(290, 40, str(number))
