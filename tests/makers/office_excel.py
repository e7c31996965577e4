"""Workbooks written part by part: ranges, shared formulas, drawings, threads, merged titles, a hidden sheet."""

from __future__ import annotations

from tests.makers.packages import NAMES, Part, excel, sheet


def catalogue() -> bytes:
    """A workbook with what LibreOffice does not write: ranges, shared formulas, drawings, threads, merged titles."""
    rows = (
        cells(1, A="标题", B="栏目", C="链接", D="出处")
        + cells(2, A="海边的风筝", B="户外", C="查看", D="https://kite.example.org/src")
        + cells(3, D="second.example.org/kite")
        + f'<row r="4">{cell("A4", "竹编入门")}{cell("B4", "手工")}<c r="C4"><f t="shared" ref="C4:C5" si="0">'
        'HYPERLINK("https://craft.example.org/"&amp;E4,"看"&amp;$A$4)</f></c><c r="E4"><v>12</v></c></row>'
        f'<row r="5">{cell("A5", "陶土课")}{cell("B5", "手工")}<c r="C5"><f t="shared" si="0"/></c>'
        '<c r="E5"><v>34</v></c></row>'
        f'<row r="6">{cell("A6", "旧书市")}{cell("B6", "集市")}<c r="C6"><f>HYPERLINK(VLOOKUP(A6,X:Y,2),"查")</f></c>'
        "</row>" + cells(7, A="夜航", B="渡轮", C="甲", D="乙")
    )
    links = (
        '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="B2:B3"/></mergeCells><hyperlinks>'
        '<hyperlink ref="C2" r:id="k1" location="part"/><hyperlink ref="C7:D7" r:id="k2"/>'
        '<hyperlink ref="A7" location="目录!A1"/></hyperlinks>'
    )
    relations = {
        "k1": ("hyperlink", "https://kite.example.org/a"),
        "k2": ("hyperlink", "https://night.example.org/"),
        "k3": ("comments", "xl/comments1.xml"),
        "k4": ("threadedComment", "xl/threadedComments/t1.xml"),
        "k5": ("drawing", "xl/drawings/d1.xml"),
    }
    sheets = {"活动": sheet(rows, links, relations), "草稿": sheet(cells(1, A="底稿 https://draft.example.org/x"))}
    return excel(sheets, parts=catalogue_parts(), hidden=("草稿",))


def catalogue_parts() -> dict[str, Part]:
    """The comments, threads and drawings of `catalogue`."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    threads = 'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"'
    comments = (
        f"<comments {main}><authors><author>编辑</author><author>tc={{1}}</author></authors><commentList>"
        '<comment ref="A4" authorId="0"><text><r><t>教材 https://craft.example.</t></r><r><t>org/book</t></r></text></comment>'
        '<comment ref="A5" authorId="1"><text><t>[Threaded comment] https://threads.example.org/help</t></text>'
        "</comment>"
        "</commentList></comments>"
    )
    thread = '<threadedComment ref="A5"><text>窑温表 https://kiln.example.org/t</text></threadedComment>'
    click = '<a:hlinkClick r:id="d1"/>'
    shapes = (
        f"<xdr:wsDr {NAMES}><xdr:oneCellAnchor><xdr:from><xdr:col>4</xdr:col><xdr:row>1</xdr:row></xdr:from><xdr:pic>"
        f'<xdr:nvPicPr><xdr:cNvPr id="2" name="p" descr="风筝">{click}</xdr:cNvPr></xdr:nvPicPr></xdr:pic>'
        "</xdr:oneCellAnchor>"
        "<xdr:oneCellAnchor><xdr:from><xdr:col>4</xdr:col><xdr:row>3</xdr:row></xdr:from><xdr:sp><xdr:txBody><a:p><a:r>"
        f"<a:rPr>{click}</a:rPr><a:t>放飞地点</a:t></a:r><a:r><a:t>或 https://kite.example.org/map</a:t></a:r></a:p>"
        "</xdr:txBody></xdr:sp></xdr:oneCellAnchor></xdr:wsDr>"
    )
    return {
        "xl/comments1.xml": Part(comments),
        "xl/threadedComments/t1.xml": Part(f"<ThreadedComments {threads}>{thread}</ThreadedComments>"),
        "xl/drawings/d1.xml": Part(shapes, {"d1": ("hyperlink", "https://kite.example.org/field")}),
    }


def cell(place: str, words: str) -> str:
    """A cell with its text in it."""
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


def cells(number: int, **words: str) -> str:
    """A row of text cells by column."""
    return f'<row r="{number}">{"".join(cell(f"{column}{number}", text) for column, text in words.items())}</row>'
