"""PDFs drawn line by line with reportlab: two columns, scans, turned pages, protected files.

Rules:
- A line is a list of pieces, each text or (text, uri); a linked piece gets a rectangle as tall as its letters.
- Nothing depends on the day: the same bytes come out, but for what encryption makes random.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from pypdf import PdfReader, PdfWriter
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
A5 = (420, 595)
BODY, HEADING, SMALL = 10.5, 14, 9
LEADING = 17

Piece = str | tuple[str, str]


def new_canvas(size: tuple[float, float] = A5, **options: Any) -> tuple[Canvas, io.BytesIO]:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    return Canvas(out, pagesize=size, invariant=1, **options), out


def _line(canvas: Canvas, x: float, y: float, pieces: Sequence[Piece] | str, size: float = BODY) -> None:
    for piece in [pieces] if isinstance(pieces, str) else pieces:
        text, uri = (piece, "") if isinstance(piece, str) else piece
        width = pdfmetrics.stringWidth(text, FONT, size)
        canvas.setFont(FONT, size)
        canvas.drawString(x, y, text)
        if uri:
            canvas.linkURL(uri, (x, y - 0.2 * size, x + width, y + 0.9 * size), relative=1)
        x += width


def draw_lines(canvas: Canvas, x: float, y: float, lines: Sequence[Sequence[Piece] | str]) -> float:
    """Draw lines downward; one that begins with `# ` is a heading, an empty one parts paragraphs."""
    for line in lines:
        if isinstance(line, str) and line.startswith("# "):
            _line(canvas, x, y, line[2:], HEADING)
            y -= LEADING * 1.5
        elif line:
            _line(canvas, x, y, line)
            y -= LEADING
        else:
            y -= LEADING * 0.6
    return y


def _furniture(canvas: Canvas, head: str, page: int) -> None:
    _line(canvas, 40, 560, head, SMALL)
    _line(canvas, 340, 560, "水岸通讯", SMALL)
    _line(canvas, 205, 25, str(page), SMALL)


def columns() -> bytes:
    """Two columns: an item that can not be decided, a link over columns, running heads of two parts."""
    canvas, out = new_canvas()
    for page, (head, left, right) in enumerate(COLUMNS, 1):
        _furniture(canvas, head, page)
        draw_lines(canvas, 40, 510, left)
        draw_lines(canvas, 224, 510, right)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


_SPRING = "https://shore.example.org/spring"
_LONG = "https://shore.example.org/long-walk"
COLUMNS: tuple[tuple[str, list[list[Piece] | str], list[list[Piece] | str]], ...] = (
    (
        "第一辑 园圃",
        [
            "# 园圃的春天",
            "园圃里的人在春天翻土播种，也修",
            ["整篱笆。读者来信问到", ("播种的日子", _SPRING), "，"],
            "我们请老园丁写了一篇短文来回答",
            "这个问题，短文附有一张图。",
            "# 园圃的秋天",
            "秋天的园圃要收种子，也要堆肥过",
            "冬。堆肥的做法各家不同，读者可",
            "以比较之后再选一种来试。",
        ],
        [
            "本页的图由读者提供，原图比印出",
            ["来的大，", ("原图在这里", "https://shore.example.org/picture.jpg"), "可以取用，取用"],
            "的时候请写明出处和拍摄的日期，",
            "也请告诉我们用在了什么地方。",
            "# 园圃的鸟",
            ["园圃的鸟有", ("一份名录", "https://shore.example.org/birds.pdf"), "，是几位读者"],
            "花了三年时间记下来的，名录里写",
            "了每一种鸟来去的日子。",
        ],
    ),
    (
        "第一辑 园圃",
        [
            "名录以后还会增补，增补的部分先",
            ["印在", ("增补页", "https://shore.example.org/birds/more"), "上，再并入下一版。"],
            "# 长堤散步",
            "从渡口走到灯塔要一个上午，沿路",
            "有三处可以歇脚的亭子，亭子里的",
            "石桌上刻着旧时的水位。我们写了",
            ["一份", ("散步的路线说明，写明每一处", _LONG)],
        ],
        [
            [("亭子到下一处的远近", _LONG), "，附有一张可以"],
            "折起来放进口袋的小图，小图背面",
            "印着潮水涨落的时刻。",
            "# 散步的时节",
            "散步最好的时节是四月和十月，风",
            "不大，水也清。夏天的中午太热，",
            "请带够喝的水和一顶帽子。",
        ],
    ),
    (
        "第二辑 水岸",
        [
            "# 灯塔的夜晚",
            "灯塔每月开放一个夜晚，来看的人",
            ["要先登记，", ("登记在此", "https://tower.example.org/"), "。登记的人多"],
            "的时候分两批上塔，每批二十人，",
            "请按信上写的时间到。",
        ],
        [
            "# 灯塔的旧事",
            "守塔的人写过一本日记，日记里的",
            "天气后来有人抄了出来，抄本在馆",
            "里可以看，也可以在网上看：见",
            "https://tower.example.org/diary。",
        ],
    ),
)


def rewritten(content: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    """A PDF after a change by pypdf."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scanned() -> bytes:
    """Pages that are pictures between pages of text; one picture is linked."""
    canvas, out = new_canvas()
    for page in range(1, 7):
        if page in (1, 5):
            draw_lines(
                canvas,
                40,
                520,
                [
                    f"# {'早' if page == 1 else '晚'}年的旧报",
                    ["旧报的目录", ("在这里", f"https://papers.example.org/{page}"), "。"],
                ],
            )
        else:
            canvas.drawImage(ImageReader(_picture()), 40, 60, 340, 480)
        if page == 3:
            canvas.linkURL("https://papers.example.org/scan", (40, 60, 380, 540), relative=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _picture() -> io.BytesIO:
    """A small grey picture in a form of its own (PGM), the same every time."""
    rows = bytes((37 * place * place) % 251 for place in range(48 * 64))
    return io.BytesIO(b"P5 48 64 255\n" + rows)


def rotated() -> bytes:
    """A page whose text is turned with it, one with a crop box, one that only lies on its side."""
    canvas, out = new_canvas()
    canvas.setPageRotation(90)
    canvas.saveState()
    canvas.translate(420, 0)
    canvas.rotate(90)
    draw_lines(canvas, 40, 380, ["# 横放的地图", ["地图的", ("说明写在", "https://map.example.org/turned"), "这里。"]])
    canvas.restoreState()
    canvas.showPage()
    canvas.setPageRotation(0)
    canvas.setCropBox((100, 200, 400, 560))
    draw_lines(canvas, 120, 520, ["# 裁过的地图", ["地图的", ("边上", "https://map.example.org/cropped"), "裁去了。"]])
    canvas.showPage()
    canvas.setPageRotation(270)
    canvas.setCropBox((0, 0, 595, 420))
    draw_lines(canvas, 40, 380, ["# 侧放的地图", ["侧放的", ("说明", "https://map.example.org/sideways"), "也能读。"]])
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def encrypted() -> bytes:
    """A file that only opens with a password."""
    return _protected(StandardEncryption("garden", ownerPassword="owner", strength=128))


def owned() -> bytes:
    """A file that opens freely but may not be printed or changed, protected with AES-256."""

    def protect(writer: PdfWriter) -> None:
        writer.encrypt("", "owner", algorithm="AES-256")

    return rewritten(_protected(None), protect)


def _protected(encryption: StandardEncryption | None) -> bytes:
    canvas, out = new_canvas(encrypt=encryption)
    draw_lines(
        canvas,
        40,
        520,
        ["# 钥匙的故事", ["故事", ("写在这里", "https://key.example.org/故事"), "，印在www.key.example.org。"]],
    )
    canvas.showPage()
    canvas.save()
    return out.getvalue()
