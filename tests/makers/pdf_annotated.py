"""A PDF with every kind of annotation, put in by pypdf: what is no link to the web, and links in unusual forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from tests.makers.pdf_drawings import BODY, LEADING, draw_lines, new_canvas, rewritten


def annotated() -> bytes:
    """Every kind of annotation: what is no link to the web, and links written in unusual ways."""
    canvas, out = new_canvas()
    draw_lines(canvas, 40, 520, ["# 船票的买法", *(f"第{number}种买法写在这里" for number in "一二三四五六七八九十")])
    canvas.showPage()
    draw_lines(canvas, 40, 520, ["# 船期的改动", "船期改动的说明写在这里，说明分两", "段，两段都要看。也看这里。"])
    canvas.showPage()
    canvas.save()
    return rewritten(out.getvalue(), _annotate)


def _annotate(writer: PdfWriter) -> None:
    first, second = (_annotations(writer, number) for number in (0, 1))
    writer.root_object[NameObject("/URI")] = DictionaryObject(
        {NameObject("/Base"): TextStringObject("https://boat.example.org/tickets/")}
    )
    baselines = [520 - LEADING * 1.5 - LEADING * number for number in range(10)]
    uris: list[Any] = [
        TextStringObject("https://boat.example.org/one"),
        ByteStringObject("https://boat.example.org/二".encode("utf-16")),
        ByteStringObject("https://boat.example.org/三".encode()),
        ByteStringObject(b"https://boat.example.org/caf\xe9"),
        TextStringObject("five.html?class=1"),
    ]
    for uri, baseline in zip(uris, baselines, strict=False):
        first.append(_link(writer, _row(baseline - 2), {"/S": NameObject("/URI"), "/URI": uri}))
    others: list[dict[str, Any]] = [
        {"/S": NameObject("/GoTo"), "/D": ArrayObject([NumberObject(1), NameObject("/Fit")])},
        {"/S": NameObject("/Launch"), "/F": TextStringObject("timetable.xls")},
        {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.launchURL('https://boat.example.org/js')")},
        {"/S": NameObject("/URI"), "/URI": TextStringObject("file:///home/boat/list.txt")},
    ]
    for action, baseline in zip(others, baselines[5:], strict=False):
        first.append(_link(writer, _row(baseline - 2), action))
    broken = _link(writer, [], {"/S": NameObject("/URI"), "/URI": TextStringObject("https://boat.example.org/broken")})
    first.append(broken)
    widget = _link(writer, _row(40), {"/S": NameObject("/URI"), "/URI": TextStringObject("https://boat.example.org/w")})
    widget.get_object()[NameObject("/Subtype")] = NameObject("/Widget")
    first.append(widget)
    second.append(_quads(writer))
    tall = {"/S": NameObject("/URI"), "/URI": TextStringObject("https://boat.example.org/here")}
    second.append(_link(writer, [40 + 10 * BODY, baselines[1] - 2, 40 + 12 * BODY, baselines[1] + 10], tall))


def _quads(writer: PdfWriter) -> Any:
    """One annotation over the end of one line and the begin of the next."""
    action = {"/S": NameObject("/URI"), "/URI": TextStringObject("https://boat.example.org/quads")}
    link = _link(writer, [40, 475, 220, 504], action)
    first, second = (40 + 12 * BODY, 492, 40 + 16 * BODY, 504), (40, 475, 40 + 7 * BODY, 487)
    corners = [
        value
        for left, bottom, right, top in (first, second)
        for value in (left, top, right, top, left, bottom, right, bottom)
    ]
    link.get_object()[NameObject("/QuadPoints")] = _numbers(corners)
    return link


def _row(bottom: float) -> list[float]:
    return [40, bottom, 40 + 5 * BODY, bottom + 12]


def _numbers(values: Sequence[float]) -> ArrayObject:
    return ArrayObject([FloatObject(value) for value in values])


def _link(writer: PdfWriter, box: Sequence[float], action: dict[str, Any]) -> Any:
    stored = DictionaryObject({NameObject(key): value for key, value in action.items()})
    annotation = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): _numbers(box),
            NameObject("/A"): writer._add_object(stored),
        }
    )
    return writer._add_object(annotation)


def _annotations(writer: PdfWriter, page: int) -> ArrayObject:
    annotations = ArrayObject()
    writer.pages[page][NameObject("/Annots")] = writer._add_object(annotations)
    return annotations
