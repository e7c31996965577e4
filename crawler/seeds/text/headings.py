"""What the layout of a page says: its running head (the section) and the titles of its items.

Rules:
- A running head is a short line of a known form; it may stand mid-page, even after what it heads.
- An item's title is one to three short lines without closing punctuation, where no paragraph is left
  open; it may be printed before or after its body. Short means: plainly shorter than the lines of body
  near it, or repeated by the body's first words.
- Where one title of a page takes several lines and every other is a single line whose words the text
  before it has already named, those are sub-headings of the one, not items of their own.
- Credits, sources, captions, list items, lines with an address in them and a line that only dates the issue are no
  titles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from crawler.seeds.issued import only_dates
from crawler.seeds.text.pages import Line, Page

Block = tuple[Line, ...]

SHORT_OF_BODY = 0.8
MAX_TITLE_COLUMNS = 64
MAX_TITLE_LINES = 3
NAMED_CHARACTERS = 5  # of a sub-heading's beginning: "可持续公共采购行动计划" is named by "可持续公共…"
MAX_PARTS = 64  # sub-headings of one title
NEAR_LINES = (3, 6)  # at least, at most; a paragraph that ends in between is enough

# (name, pattern, where it was met)
RUNNING_HEADS = (
    ("latest progress", re.compile(r"[^\s，。；：、,.;:]{1,14}最新进展"), "both briefings, every page but the imprint"),
)

NO_TITLES = (
    ("source", re.compile(r"[—–-]{1,3}|(?:摘自|来源|转自|资料来源|Source:)", re.IGNORECASE), "——摘自…网站"),
    ("credit", re.compile(r"(?:责任)?编辑[:：]|(?:联系|电话|邮箱|地址|网址|E-?mail|Tel)", re.IGNORECASE), "imprints"),
    (
        "masthead",
        re.compile(r".{0,20}第\s?[\d一二三四五六七八九十百]+\s?期"),
        "newsletters",
    ),
    ("copyright", re.compile(r"Copyright|©|版权", re.IGNORECASE), "caption in the 2025 briefing"),
    ("caption", re.compile(r"(?:图|表|注|Fig(?:ure)?|Table)\s?[\d一二三四五六七八九十.：:]"), "captions"),
    (
        "list item",
        re.compile(r"[※•·●○■□◆◇*►>]|[（(]?\d{1,3}[.、)）]|[一二三四五六七八九十]{1,3}、"),
        "the 2023 briefing",
    ),
)

_CLOSED = re.compile(r"[。！？；：.!?;:…][”’」』）)\"']*$")
_PUNCTUATED = re.compile(r"[，。；：！？、,.;:!?…]$")
_SENTENCE = re.compile(r"[，。；：、,;:]|\.(?:\s|$)")
_GOES_ON = re.compile(r"[，、,]$")
_ADDRESS = re.compile(r"://|www\.|@|https?:", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]")
_INDENT = re.compile(r"^(?:[^\S\n]{2,}|\u3000+)\S")
_MARKS = re.compile(r"[\W_]")


class _Role(Enum):
    HEAD = auto()
    TITLE = auto()
    ASIDE = auto()
    BODY = auto()


@dataclass(frozen=True, slots=True)
class Headings:
    """A page's running head (None when it has none), its item titles in order, and its first words.

    `has_parts`: the one title has sub-headings on its page.
    """

    section: str | None
    titles: tuple[str, ...]
    opening: str | None
    has_parts: bool = False


def read_headings(page: Page) -> Headings:
    """What heads a page."""
    blocks = page.blocks
    roles = _roles(blocks)
    heads = [_words(block) for block, role in zip(blocks, roles, strict=True) if role is _Role.HEAD]
    text = [block for block, role in zip(blocks, roles, strict=True) if role is not _Role.HEAD]
    item = _item_of_parts(blocks, roles)
    return Headings(
        section=heads[-1] if heads else None,
        titles=item or tuple(dict.fromkeys(_titles(blocks, roles))),
        opening=text[0][0].words if text else None,
        has_parts=bool(item),
    )


def titles_above(page: Page) -> dict[int, str]:
    """Line numbers of links that stand right under a title, without a blank line between, and that title."""
    ends = {block[-1].number: _words(block) for block in page.blocks if _could_be_title(block)}
    titles: dict[int, str] = {}
    for line in page.lines:
        title = titles.get(line.number - 1) or ends.get(line.number - 1)
        if line.is_link and title:
            titles[line.number] = title
    return titles


def _roles(blocks: Sequence[Block]) -> list[_Role]:
    roles: list[_Role] = []
    closed = True
    for place, block in enumerate(blocks):
        role = _role(blocks, place, closed)
        closed = role is not _Role.BODY or bool(_CLOSED.search(block[-1].words))
        roles.append(role)
    return roles


def _role(blocks: Sequence[Block], place: int, closed: bool) -> _Role:
    block = blocks[place]
    if closed and _is_head(block):
        return _Role.HEAD
    if any(pattern.match(block[0].words) for name, pattern, _ in NO_TITLES if name != "list item"):
        return _Role.ASIDE
    if len(block) == 1 and only_dates(block[0].words):
        return _Role.ASIDE
    return _Role.TITLE if closed and _is_title(blocks, place) else _Role.BODY


def _is_head(block: Block) -> bool:
    return len(block) == 1 and any(pattern.fullmatch(block[0].words) for _, pattern, _ in RUNNING_HEADS)


def _is_title(blocks: Sequence[Block], place: int) -> bool:
    block = blocks[place]
    if len(block) > MAX_TITLE_LINES or not _could_be_title(block):
        return False
    body = _body_columns(blocks, place)
    return (
        all(_columns(line.words) <= SHORT_OF_BODY * body for line in block) or not body or _is_repeated(blocks, place)
    )


def could_be_title(words: str) -> bool:
    """Whether the words of a single line have the form of a title."""
    return _could_be_title((Line(0, 0, words, is_link=False),))


def is_closed(words: str) -> bool:
    """Whether a line ends a sentence, or stands in brackets of its own."""
    return bool(_CLOSED.search(words)) or words.endswith(("】", "]", "］"))


def _could_be_title(block: Block) -> bool:
    *first, last = [line.words for line in block]
    words = "".join([*first, last])
    return (
        not _INDENT.match(block[0].text)
        and not any(pattern.match(words) for _, pattern, _ in NO_TITLES)
        and not _ADDRESS.search(words)
        and not only_dates(words)
        and len(_WORD.findall(words)) >= 2
        and not _PUNCTUATED.search(last)
        and all(not _PUNCTUATED.search(line) or _GOES_ON.search(line) for line in first)
        and all(_columns(line) <= MAX_TITLE_COLUMNS for line in [*first, last])
    )


def _is_repeated(blocks: Sequence[Block], place: int) -> bool:
    """True when the next block begins with these words, as a body begins with what it is about."""
    title = _MARKS.sub("", _words(blocks[place]))
    following = _MARKS.sub("", _words(blocks[place + 1])) if place + 1 < len(blocks) else ""
    return following != title and following.startswith(title)


def _body_columns(blocks: Sequence[Block], place: int) -> int:
    """The width of the body a block would head: of the paragraph that follows it, else of the one before."""
    most = NEAR_LINES[1]
    sides = (_near(blocks[place + 1 : place + 1 + most]), _near(blocks[max(0, place - most) : place][::-1]))
    body = next((lines for lines in sides if any(_SENTENCE.search(line.words) for line in lines)), [])
    return max((_columns(line.words) for line in body), default=0)


def _near(blocks: Iterable[Block]) -> list[Line]:
    least, most = NEAR_LINES
    lines: list[Line] = []
    for block in blocks:
        if _is_head(block) or len(lines) >= most or (len(lines) >= least and _CLOSED.search(lines[-1].words)):
            break
        lines += block
    return lines


def _titles(blocks: Sequence[Block], roles: Sequence[_Role]) -> list[str]:
    """The titles in order; single lines in a row before a body are one title."""
    titles: list[str] = []
    run: list[str] = []
    for block, role in zip(blocks, roles, strict=True):
        if role is _Role.TITLE and len(block) == 1:
            run.append(block[0].words)
            continue
        titles += [join_words(run)] if run and role is _Role.BODY and len(run) <= MAX_TITLE_LINES else run
        titles += [_words(block)] if role is _Role.TITLE else []
        run = []
    return titles + run


def _item_of_parts(blocks: Sequence[Block], roles: Sequence[_Role]) -> tuple[str, ...]:
    """The page's one item when all its other titles are sub-headings of it; else nothing."""
    places = [place for place, role in enumerate(roles) if role is _Role.TITLE]
    items = [place for place in places if len(blocks[place]) > 1]
    parts = [place for place in places if len(blocks[place]) == 1]
    if len(items) != 1 or not parts or not _are_named_before(blocks, roles, parts):
        return ()
    return (_words(blocks[items[0]]),)


def _are_named_before(blocks: Sequence[Block], roles: Sequence[_Role], places: Sequence[int]) -> bool:
    """Whether the text before each title has said its words, or how they begin."""
    said = ""
    done = 0
    for place in places[:MAX_PARTS]:
        before = zip(blocks[done:place], roles[done:place], strict=True)
        said += _MARKS.sub("", "".join(_words(block) for block, role in before if role is _Role.BODY))
        done = place
        if _MARKS.sub("", _words(blocks[place]))[:NAMED_CHARACTERS] not in said:
            return False
    return len(places) <= MAX_PARTS


def _words(block: Block) -> str:
    return join_words([line.words for line in block])


def join_words(lines: Sequence[str]) -> str:
    """Lines as one: with a space between Latin words, without between Chinese ones."""
    joined = ""
    for line in lines:
        latin = joined[-1:].isascii() and line[:1].isascii() and joined and not joined.endswith("-")
        joined += (" " if latin else "") + line
    return joined


def _columns(text: str) -> int:
    """Columns on a page set in Chinese type: everything but ASCII and half-width forms takes two."""
    return sum(1 if unicodedata.east_asian_width(character) in ("Na", "H", "N") else 2 for character in text)
