"""Word documents written part by part: all kinds of place a link can have, and headings without styles."""

from __future__ import annotations

from collections.abc import Mapping

from tests.makers.packages import NAMES, Part, word

LINKS = {f"l{number}": f"https://kinds.example.org/{number}" for number in range(1, 20)}
LINKS |= {"local": "files/plan.docx", "script": "javascript:alert(1)", "ftp": "ftp://files.example.org/plan"}


def link(id_: str, words: str, more: str = "") -> str:
    """A hyperlink element on words."""
    return f'<w:hyperlink r:id="{id_}"{more}>{run(words)}</w:hyperlink>'


def run(words: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(content: str, style: str = "") -> str:
    """A paragraph of runs."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}</w:pPr>{content}</w:p>"


def mark(kind: str) -> str:
    """The begin, separator or end of a complex field."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def code(*pieces: str) -> str:
    """The code of a field, in runs."""
    return "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in pieces)


def field(instruction: str, result: str) -> str:
    """A complex field with the code in one run."""
    return mark("begin") + code(instruction) + mark("separate") + result + mark("end")


def table(*rows: tuple[str, ...]) -> str:
    """A table of cells that hold paragraphs."""
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def box(choice: str, fallback: str) -> str:
    """A text box as Word writes it: a drawing, and a VML shape for programs that know no drawings."""
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:docPr id="9" name="框"/>'
        f'<a:graphic><a:graphicData uri="urn:x"><wps:wsp><wps:txbx><w:txbxContent>{choice}</w:txbxContent></wps:txbx>'
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape>"
        f"<v:textbox><w:txbxContent>{fallback}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )


def picture(id_: str, words: str = "") -> str:
    """A linked picture that says its link twice, as Word does."""
    click = f'<a:hlinkClick r:id="{id_}"/>'
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="3" name="图片 1" descr="{words}">{click}</wp:docPr><a:graphic>'
        f'<a:graphicData uri="urn:x"><pic:pic><pic:nvPicPr><pic:cNvPr id="4" name="p.png">{click}</pic:cNvPr>'
        "</pic:nvPicPr>"
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def note(kind: str, id_: str) -> str:
    """The reference to a footnote, endnote or comment."""
    return f'<w:r><w:{kind}Reference w:id="{id_}"/></w:r>'


def notes(kind: str, contents: Mapping[str, str], relations: Mapping[str, str]) -> Part:
    """The part of all footnotes, endnotes or comments."""
    inner = "".join(f'<w:{kind} w:id="{id_}">{content}</w:{kind}>' for id_, content in contents.items())
    separator = f'<w:{kind} w:id="-1" w:type="separator">{paragraph(run("https://separator.example.org/"))}</w:{kind}>'
    external = {id_: ("hyperlink", target) for id_, target in relations.items()}
    return Part(f"<w:{kind}s {NAMES}>{separator}{inner}</w:{kind}s>", external)


HEADINGS = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr>'
    "</w:style>"
    '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="标题 2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="own"><w:name w:val="栏目名"/><w:basedOn w:val="1"/></w:style>'
)


def kinds() -> bytes:
    """All kinds of place a link can have, those that no other program at hand writes among them."""
    in_header = Part(
        f"<w:hdr {NAMES}>{paragraph(link('h1', '刊头'))}</w:hdr>",
        {"h1": ("hyperlink", "https://kinds.example.org/header")},
    )
    in_footer = Part(
        f"<w:ftr {NAMES}>{paragraph(link('f1', '刊尾'))}</w:ftr>",
        {"f1": ("hyperlink", "https://kinds.example.org/footer")},
    )
    parts = {
        "aFChunk1": Part("<html>https://chunk.example.org/</html>"),
        "header1": in_header,
        "footer1": in_footer,
        "footnotes": notes(
            "footnote",
            {"7": paragraph(run("甲") + link("l1", "第二条脚注")), "3": paragraph(link("l2", "第一条脚注"))},
            {"l1": "https://kinds.example.org/foot-b", "l2": "https://kinds.example.org/foot-a"},
        ),
        "endnotes": notes("endnote", {"2": paragraph(link("l1", "尾注"))}, {"l1": "https://kinds.example.org/end"}),
        "comments": notes(
            "comment",
            {"0": paragraph(link("l1", "批注")), "5": paragraph(run("已删 https://kinds.example.org/gone"))},
            {"l1": "https://kinds.example.org/comment"},
        ),
    }
    return word(kinds_body(), LINKS, parts, HEADINGS)


def kinds_body() -> str:
    """The body of `kinds`."""
    split = (
        mark("begin")
        + code(" HYPER", 'LINK "https://kinds.example', '.org/complex" \\l "part', '2" ')
        + mark("separate")
    )
    simple = " HYPERLINK &quot;https://kinds.example.org/simple&quot; "
    nested = mark("begin") + code(' HYPERLINK "') + field(" MERGEFIELD Url ", run("https://kinds.example.org/nested"))
    vml = '<w:pict><v:shape href="https://kinds.example.org/vml" alt="船票"><v:imagedata r:id="x"/></v:shape></w:pict>'
    return "".join(
        [
            paragraph(run("种子交换"), "own"),
            paragraph(run("正文里的链接"), "2"),
            paragraph(run("先看") + link("l1", "甲文", ' w:anchor="top"') + run("，再看") + note("footnote", "3")),
            paragraph(link("l2", "分成") + link("l2", "两段") + run("，") + link("l2", "另一处")),
            paragraph(
                run("网址 https://kinds.exa") + run("mple.org/printed", "<w:b/>") + run("。") + note("comment", "0")
            ),
            paragraph(run("表格与框"), "2"),
            table(
                (paragraph(run("单元格")), paragraph(link("l3", "表中"))),
                (table((paragraph(link("l4", "内表")),)), paragraph("")),
            ),
            paragraph(run("框外") + box(paragraph(link("l5", "框中")), paragraph(link("l5", "框中"))) + run("继续")),
            paragraph(run("域与图"), "2"),
            paragraph(f'<w:fldSimple w:instr="{simple}">{run("简单域")}</w:fldSimple>'),
            paragraph(split + run("复杂") + run("域") + mark("end") + note("footnote", "7") + note("endnote", "2")),
            paragraph(nested + code('" ') + mark("separate") + run("套着的域") + mark("end")),
            paragraph(field(' HYPERLINK \\l "_Toc1" ', run("目录 ") + field(" PAGEREF _Toc1 ", run("3")))),
            paragraph(
                mark("begin") + code(' HYPERLINK "https://kinds.example.org/long" ') + mark("separate") + run("跨两段")
            ),
            paragraph(run("的域") + mark("end")),
            paragraph(picture("l6", "渡轮") + f"<w:r>{vml}</w:r>"),
            paragraph(link("l7", "") + f'<w:hyperlink r:id="l8">{picture("", "")}</w:hyperlink>'),
            paragraph(run("修订"), "1"),
            f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph(link('l9', '控件里'))}</w:sdtContent></w:sdt>",
            paragraph(
                f"<w:ins>{link('l10', '新插入')}</w:ins><w:del>{link('l11', '已删')}{note('comment', '5')}</w:del>"
            ),
            paragraph(f"<w:moveFrom>{link('l12', '移走')}</w:moveFrom><w:moveTo>{link('l12', '移来')}</w:moveTo>"),
            paragraph(link("local", "本地文件") + link("script", "脚本") + link("ftp", "文件站")),
            paragraph(link("l13", "https://kinds.example.org/other")),
            '<w:altChunk r:id="partaFChunk1"/><w:sectPr/>',
        ]
    )


def unstyled() -> bytes:
    """A document whose headings are only bold or large, with a running head."""
    bold, large = "<w:b/>", '<w:sz w:val="32"/>'
    body = [
        paragraph(run("街区消息", large)),
        paragraph(run("花园最新进展")),
        paragraph(run("温室换了新玻璃", bold)),
        paragraph(
            run("温室南面的玻璃上周换完，照片在") + link("l1", "这里") + run("，施工单位另有说明，本周继续通风。")
        ),
        paragraph(run("注意：", bold) + run("入口改在 https://kinds.example.org/gate 所示的东门，请各位绕行。")),
        paragraph(run("池塘清淤，", bold)),
        paragraph(run("鱼苗", bold) + run("投放")),
        paragraph(run("秋季的讲座安排", bold)),
        paragraph(
            run("讲座共三场，报名网页是") + link("l2", "讲座报名") + run("，名额有限，先到先得，请尽早办理手续。")
        ),
    ]
    return word("".join(body), LINKS)
