"""One story of a Word document – its body, a header, a footnote … – walked once: paragraphs with text and links.

Rules:
- What the document shows is read: insertions yes, deletions and places moved away from no; of alternative contents
  the first; of a field its result.
- A link is innermost: that of a field before that of the element around it. A text box stands outside the links
  and fields of the paragraph it is anchored in, and after that paragraph.
- A link on a text box as a whole shows the words of the box; these are read in the box as well.
- A linked picture is the text `[image]` or `[image: …]` with its alternative text; a picture that says its link
  twice (a drawing and its picture) is linked once.
- The walk is one loop over events: no depth of nesting can exhaust the stack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice

from lxml import etree

from crawler.seeds.package.names import NAMESPACES, q
from crawler.seeds.package.opening import Relation
from crawler.seeds.word.fields import Fields, are_closed, read_hyperlink, with_fragment
from crawler.seeds.word.paragraph import NOTES, Link, NoteKey, Paragraph, Piece, Story, link_to, note_key
from crawler.seeds.word.styles import Styles, read_level, value_of

MAX_BOX_CHARACTERS = 100

_TEXTS = {q(name): words for name, words in {"w:tab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}.items()}
_WRITTEN = (q("w:t"), q("m:t"))
_PICTURES = tuple(q(name) for name in ("wp:docPr", "pic:cNvPr", "wps:cNvPr", "wpg:cNvPr"))
_DRAWINGS = (q("w:drawing"), q("w:pict"), q("w:object"))
_SKIPPED = frozenset(
    q(f"w:{name}")
    for name in (
        "pPr",
        "rPr",
        "tblPr",
        "tblGrid",
        "trPr",
        "tcPr",
        "sectPr",
        "sdtPr",
        "sdtEndPr",
        "rt",
        "del",
        "moveFrom",
    )
)
_VML = f"{{{NAMESPACES['v']}}}"


def read_story(
    root: etree._Element, relations: Mapping[str, Relation], styles: Styles, part: str | None = None
) -> Story:
    """The story in an element; `part` names it, None for the body, whose tables and text boxes get their own names."""
    walk = _Walk(root, relations, styles, part)
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "end":
            walk.leave(element)
        elif not walk.enter(element):
            events.skip_subtree()
    return Story(walk.paragraphs, walk.deleted)


class _Walk:
    """The state of a walk: what is open at the present element."""

    def __init__(
        self, root: etree._Element, relations: Mapping[str, Relation], styles: Styles, part: str | None
    ) -> None:
        self.paragraphs: list[Paragraph] = []
        self.deleted: set[NoteKey] = set()
        self._relations, self._styles, self._is_body = relations, styles, part is None
        self._parts: list[str | None] = [part]
        self._rows: list[int | None] = [None]
        self._last_row = 0
        self._numbers: Counter[str | None] = Counter()
        self._open: list[Paragraph] = []
        self._links: list[Link | None] = [None]
        self._fields = Fields()
        self._outside: list[tuple[list[Link | None], Fields]] = []
        self._look = styles.look(None, None)
        self._pictured: set[tuple[etree._Element, str]] = set()
        self._is_closed = are_closed(root)

    def enter(self, element: etree._Element) -> bool:
        """Take an element in; False when what is below it is not to be read."""
        tag = element.tag
        if tag in _SKIPPED or _is_second_choice(element):
            self.deleted.update(key for one in element.iter(*NOTES) if (key := note_key(one)))
            return False
        if tag in _WRITTEN or tag in _TEXTS:
            self._write(_TEXTS.get(str(tag)) or element.text or "")
        elif tag in _ENTERED:
            _ENTERED[str(tag)](self, element)
        elif isinstance(tag, str) and tag.startswith(_VML):
            self._enter_shape(element)
        return True

    def leave(self, element: etree._Element) -> None:
        """Close what an element opened."""
        if element.tag in _LEFT:
            _LEFT[str(element.tag)](self)

    # ------------------------------------------------------------ what contains paragraphs

    def _enter_table(self, _: etree._Element) -> None:
        self._enter_part("table")

    def _enter_row(self, _: etree._Element) -> None:
        self._last_row += 1
        self._rows.append(self._last_row)

    def _leave_row(self) -> None:
        self._rows.pop()

    def _enter_box(self, _: etree._Element) -> None:
        self._enter_part("text box")
        self._rows.append(None)
        self._outside.append((self._links, self._fields))
        self._links, self._fields = [None], Fields()

    def _enter_part(self, kind: str) -> None:
        self._numbers[kind] += 1
        self._parts.append(f"{kind} {self._numbers[kind]}" if self._is_body else self._parts[-1])

    def _leave_table(self) -> None:
        self._parts.pop()

    def _leave_box(self) -> None:
        self._parts.pop()
        self._rows.pop()
        self._links, self._fields = self._outside.pop()

    def _enter_paragraph(self, element: etree._Element) -> None:
        part = self._parts[-1]
        self._numbers[part] += 1
        properties = element.find(q("w:pPr"))
        style = None if properties is None else value_of(properties, "w:pStyle")
        paragraph = Paragraph(part, self._numbers[part], style, read_level(properties))
        paragraph.is_body, paragraph.row = self._is_body, self._rows[-1]
        self.paragraphs.append(paragraph)
        self._open.append(paragraph)

    def _leave_paragraph(self) -> None:
        self._open.pop()

    def _enter_run(self, element: etree._Element) -> None:
        style = self._open[-1].style if self._open else None
        self._look = self._styles.look(style, element.find(q("w:rPr")))

    def _enter_note(self, element: etree._Element) -> None:
        key = note_key(element)
        if self._open and key:
            self._open[-1].notes.append((key, self._open[-1].length))

    # ------------------------------------------------------------ links

    def _enter_hyperlink(self, element: etree._Element) -> None:
        uri = self._related(element.get(q("r:id")))
        place = element.get(q("w:anchor")) or element.get(q("w:docLocation"))
        self._links.append(link_to(with_fragment(uri, place)) if uri else None)

    def _enter_simple_field(self, element: etree._Element) -> None:
        uri = read_hyperlink(element.get(q("w:instr"), ""))
        self._links.append(link_to(uri) if uri else self._links[-1])

    def _leave_link(self) -> None:
        self._links.pop()

    def _related(self, id_: str | None) -> str | None:
        relation = self._relations.get(id_ or "")
        return relation.target if relation and relation.is_external else None

    def _enter_mark(self, element: etree._Element) -> None:
        self._fields.mark(element.get(q("w:fldCharType")))

    def _enter_code(self, element: etree._Element) -> None:
        self._fields.write(element.text or "")

    def _write(self, words: str) -> None:
        """Add text where it belongs: to the code of a field that is being written, or to the paragraph."""
        if not (self._is_closed and self._fields.write(words)):
            self._add(words, self._link())

    def _link(self) -> Link | None:
        return self._fields.link or self._links[-1]

    def _add(self, words: str, link: Link | None, is_picture: bool = False) -> None:
        if self._open and words:
            self._open[-1].add(Piece(words, link, self._look, is_picture))

    # ------------------------------------------------------------ pictures

    def _enter_picture(self, element: etree._Element) -> None:
        click = element.find(q("a:hlinkClick"))
        uri = None if click is None else self._related(click.get(q("r:id")))
        self._add_picture(element, uri, element.get("descr") or element.get("title"))

    def _enter_shape(self, element: etree._Element) -> None:
        """A VML shape with a link of its own, or a picture under the link around it (ECMA-376-4 §14.1.2)."""
        if element.get("href") or element.tag == q("v:imagedata"):
            self._add_picture(element, element.get("href"), element.get("alt"))

    def _add_picture(self, element: etree._Element, uri: str | None, words: str | None) -> None:
        link = (link_to(uri) if uri else None) or self._link()
        drawing = next(element.iterancestors(*_DRAWINGS), element)
        if link and (drawing, link.uri) not in self._pictured:
            self._pictured.add((drawing, link.uri))
            words = " ".join((words or "").split())
            shown = _box_words(drawing) or (f"[image: {words}]" if words else "[image]")
            self._add(shown, link, is_picture=True)


_ENTERED: Mapping[str, Callable[[_Walk, etree._Element], None]] = {
    q("w:p"): _Walk._enter_paragraph,
    q("w:r"): _Walk._enter_run,
    q("w:tbl"): _Walk._enter_table,
    q("w:tr"): _Walk._enter_row,
    q("w:txbxContent"): _Walk._enter_box,
    q("w:hyperlink"): _Walk._enter_hyperlink,
    q("w:fldSimple"): _Walk._enter_simple_field,
    q("w:fldChar"): _Walk._enter_mark,
    q("w:instrText"): _Walk._enter_code,
    **dict.fromkeys(NOTES, _Walk._enter_note),
    **dict.fromkeys(_PICTURES, _Walk._enter_picture),
}
_LEFT: Mapping[str, Callable[[_Walk], None]] = {
    q("w:p"): _Walk._leave_paragraph,
    q("w:tbl"): _Walk._leave_table,
    q("w:tr"): _Walk._leave_row,
    q("w:txbxContent"): _Walk._leave_box,
    q("w:hyperlink"): _Walk._leave_link,
    q("w:fldSimple"): _Walk._leave_link,
}


def _box_words(drawing: etree._Element) -> str:
    """The words of a short text box: what a link on the box as a whole shows."""
    box = next(drawing.iter(q("w:txbxContent")), None)
    texts = () if box is None else islice(box.iter(q("w:t")), MAX_BOX_CHARACTERS)
    words = " ".join("".join(text.text or "" for text in texts).split())
    return words if len(words) < MAX_BOX_CHARACTERS else ""


def _is_second_choice(element: etree._Element) -> bool:
    """Whether a better alternative stands before this one (ECMA-376-3 §10.2.1)."""
    alternatives = (q("mc:Choice"), q("mc:Fallback"))
    return element.tag in alternatives and next(element.itersiblings(q("mc:Choice"), preceding=True), None) is not None
