"""The stories of a Word document in order, as one text.

Rules:
- The body comes first, then footnotes, endnotes and comments in the order they are referred to, then headers and
  footers. Notes that only deleted text refers to are gone; those that nothing refers to come last.
- A note belongs where it is referred to. Headers and footers belong to no place in the body.
- Paragraphs are set apart by a blank line.
- What cannot be read beside the body is a warning: a damaged part, a document within the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from crawler.seeds.package.names import q
from crawler.seeds.package.opening import Package, Relation
from crawler.seeds.reading import Why
from crawler.seeds.word.paragraph import NoteKey, Paragraph
from crawler.seeds.word.story import read_story
from crawler.seeds.word.styles import Styles
from crawler.urls.redact import redact_text

GAP = "\n\n"
NO_WORD = Why("holds no Word document; open it and save it again as .docx", "不含 Word 文档；请打开后另存为 .docx")

# (root element of the main part, why it is no Word document)
_OTHERS = (
    (
        "workbook",
        "is an Excel workbook under another name; rename it to .xlsx",
        "是 Excel 工作簿；请将扩展名改为 .xlsx",
    ),
    ("presentation", "is a presentation; save it as .pdf", "是演示文稿；请另存为 .pdf"),
)
_EMBEDDED = {
    "aFChunk": ("an inserted document", "插入的文档"),
    "package": ("an embedded document", "嵌入的文档"),
    "oleObject": ("an embedded object", "嵌入的对象"),
    "subDocument": ("a subdocument", "子文档"),
}
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
_NOTES = ("footnote", "endnote", "comment")
_MARGINS = ("header", "footer")


@dataclass(frozen=True, slots=True)
class WordDocument:
    """The paragraphs of all stories in order, the styles, and what could not be read."""

    styles: Styles
    paragraphs: Sequence[Paragraph]
    warnings: Sequence[Why]

    @property
    def text(self) -> str:
        """The linear text of the document."""
        return GAP.join(paragraph.text for paragraph in self.paragraphs)

    def starts(self) -> Iterator[tuple[int, Paragraph]]:
        """The paragraphs with their offsets in the text."""
        start = 0
        for paragraph in self.paragraphs:
            yield start, paragraph
            start += paragraph.length + len(GAP)


def read_document(package: Package) -> WordDocument | Why:
    """The stories of the Word document in a package, or why there is none."""
    main = package.main() or ""
    root = package.tree(main)
    if not isinstance(root, etree._Element):
        return root or NO_WORD
    if root.tag != q("w:document"):
        return _why_other(str(root.tag).rpartition("}")[2])
    return _Reader(package, main).read(root)


def _why_other(root: str) -> Why:
    return next((Why(en, zh) for name, en, zh in _OTHERS if name == root), NO_WORD)


class _Reader:
    """Reads story after story of one document."""

    def __init__(self, package: Package, main: str) -> None:
        self._package, self._main = package, main
        self._warnings: list[Why] = []
        self._relations = package.relations(main)
        self._referred: dict[NoteKey, tuple[Paragraph, int]] = {}
        self._deleted: set[NoteKey] = set()
        self._styles = Styles(next((root for _, root in self._parts("styles")), None))
        self._paragraphs: list[Paragraph] = []

    def read(self, root: etree._Element) -> WordDocument:
        """All stories, that of the body first."""
        self._read(root, self._relations, None)
        for kind in _NOTES:
            self._read_notes(kind)
        for kind in _MARGINS:
            for number, (name, part) in enumerate(self._parts(kind), 1):
                self._read(part, self._package.relations(name), kind if number == 1 else f"{kind} {number}")
        return WordDocument(self._styles, self._paragraphs, list(dict.fromkeys(self._warnings)))

    def _parts(self, kind: str) -> Iterator[tuple[str, etree._Element]]:
        """The parts of a kind that the document is related to, each once; a damaged one is a warning."""
        for name in dict.fromkeys(one.target for one in self._relations.values() if one.kind == kind):
            tree = self._package.tree(name)
            if isinstance(tree, Why):
                self._warnings.append(tree)
            elif tree is not None:
                yield name, tree

    def _read_notes(self, kind: str) -> None:
        """The footnotes, endnotes or comments, numbered in the order they are referred to."""
        found: dict[NoteKey, tuple[etree._Element, Mapping[str, Relation]]] = {}
        for name, root in self._parts(f"{kind}s"):
            relations = self._package.relations(name)
            for note in root.iterchildren(q(f"w:{kind}")):
                if note.get(q("w:type")) not in _SEPARATORS:
                    found[kind, str(note.get(q("w:id")))] = note, relations
        referred = [key for key in self._referred if key in found]
        left = [key for key in found if key not in self._referred and key not in self._deleted]
        for number, key in enumerate([*referred, *left], 1):
            self._read(*found[key], f"{kind} {number}", self._referred.get(key))

    def _read(
        self,
        root: etree._Element,
        relations: Mapping[str, Relation],
        part: str | None,
        cited_in: tuple[Paragraph, int] | None = None,
    ) -> None:
        story = read_story(root, relations, self._styles, part)
        for paragraph in story.paragraphs:
            paragraph.cited_in = cited_in
            for key, offset in paragraph.notes:
                self._referred.setdefault(key, (paragraph, offset))
        self._paragraphs += story.paragraphs
        self._deleted |= story.deleted
        self._warnings += [_embedded(one) for one in relations.values() if one.kind in _EMBEDDED]


def _embedded(relation: Relation) -> Why:
    en, zh = _EMBEDDED[relation.kind]
    name = redact_text("".join(one if one.isprintable() else "?" for one in relation.target.rpartition("/")[2]))[:60]
    return Why(
        f"holds {en} ({name}) whose links are not read; save it as a file of its own",
        f"{zh}（{name}）中的链接未读取；请将其另存为单独的文件",
    )
