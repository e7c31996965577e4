"""Which columns of a table hold URLs, titles and sections: for spreadsheets, CSV files and tables in documents.

Rules:
- A header row names columns in Chinese or English; the last words of a header cell decide (`原文链接`, `Source URL`).
- Without a header the column where most cells are URLs is the column of URLs, and the only column of words that
  stands beside it is the title. Two columns of words decide nothing: the title stays open.
- Only a column is found here: URLs in every other cell are for the reader to find.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from crawler.model import ItemCandidate
from crawler.seeds.boundary.find import find_urls
from crawler.urls.redact import redact_text
from crawler.urls.repair import looks_like_host

Row = Sequence[str]

HEADER_ROWS = 10  # a title and a remark may stand above the header
HEADER_COLUMNS = 24  # of a header cell; a Han character takes two
SAMPLE_ROWS = 200
HEADER_CHARACTERS = 200  # of such a cell with its remarks in brackets
MAX_COLUMNS = 256  # columns beyond hold links, not what they mean
MAX_CANDIDATES = 50  # of a row
CANDIDATE_CHARACTERS = 80

# (meaning, how header cells end in Chinese, whole words they end with in English)
HEADERS = (
    (
        "url",
        ("网址", "链接", "地址", "链接地址", "超链接", "网页", "连结", "網址", "鏈接", "連結"),
        ("url", "urls", "uri", "link", "links", "hyperlink", "href", "web address", "website", "web page"),
    ),
    (
        "title",
        ("标题", "题名", "书名", "条目", "题目", "篇名", "名称", "文章", "標題", "題名"),
        ("title", "item", "headline", "heading", "name", "article", "subject"),
    ),
    (
        "section",
        ("栏目", "板块", "版块", "分类", "类别", "章节", "专题", "主题", "欄目"),
        ("section", "category", "column", "chapter", "topic", "group"),
    ),
)
NO_URLS = ("邮寄地址", "通讯地址", "通信地址", "办公地址", "联系地址", "单位地址", "家庭地址", "收货地址")

_BRACKETED = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_MARKS = re.compile(r"[\s_:：*＊/\\|.·()（）\[\]【】\-]+")
_WORD = re.compile(r"[^\W\d_]")
_WIDE = "\u2e80"  # from here on characters are as wide as two


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns by number, from 0; `header` is the number of the header row, None when there is none.

    The data begin in row `first_row`. `titles` has one column where the title is decided, none or several where
    it is not.
    """

    urls: tuple[int, ...]
    titles: tuple[int, ...] = ()
    section: int | None = None
    header: int | None = None

    @property
    def first_row(self) -> int:
        """The number of the first row of data."""
        return 0 if self.header is None else self.header + 1

    def section_of(self, row: Row) -> str | None:
        """What the section column says in a row."""
        return (_cell(row, self.section) or None) if self.section is not None else None

    def title_of(self, row: Row) -> str | None:
        """What the title column says in a row, where there is one and it holds words."""
        title = _cell(row, self.titles[0]) if len(self.titles) == 1 else ""
        return title if title and not is_url(title) else None

    def candidates_of(self, row: Row) -> tuple[ItemCandidate, ...]:
        """The item of a row by its title, else each short cell of words that could be one.

        A single guess would look certain, so it is none.
        """
        title = self.title_of(row)
        if title:
            return (ItemCandidate(redact_text(title), "title-column"),)
        section = self.section_of(row)
        cells = (cell for cell in map(_clean, row[:MAX_COLUMNS]) if cell != section and is_words(cell))
        words = dict.fromkeys(islice(cells, MAX_CANDIDATES))
        offers = [ItemCandidate(redact_text(cell), "same-row") for cell in words if len(cell) <= CANDIDATE_CHARACTERS]
        return tuple(offers) if len(offers) > 1 else ()


def find_columns(rows: Sequence[Row]) -> Columns | None:
    """The columns of a table given as rows of cell texts (ragged rows and empty cells are fine).

    None where neither a header names a column of URLs nor most cells of any column are URLs: then the table is
    no list of links, and its cells are running text.
    """
    for number, row in enumerate(rows[:HEADER_ROWS]):
        meanings = [read_header(_clean(cell)) for cell in row[:MAX_COLUMNS]]
        if _is_header(row, meanings) and (len([*filter(None, row)]) > 1 or _width(rows) == 1):
            return _by_header(rows, number, meanings)
    return _by_cells(rows)


def read_header(cell: str) -> str | None:
    """What a header cell says its column holds: `url`, `title`, `section`, or None."""
    if len(cell) > HEADER_CHARACTERS:
        return None
    spellings = [_BRACKETED.sub("", cell), *_BRACKETED.findall(cell)]
    return next((found for words in spellings if (found := _meaning(_MARKS.sub(" ", words).strip().casefold()))), None)


def _meaning(words: str) -> str | None:
    joined = words.replace(" ", "")
    wide = sum(character >= _WIDE for character in words)
    if not words or len(words) + wide > HEADER_COLUMNS or joined in NO_URLS:
        return None
    found = (
        meaning
        for meaning, chinese, english in HEADERS
        if joined.endswith(chinese) or any(f" {words}".endswith(f" {name}") for name in english)
    )
    return next(found, None)


def is_url(cell: str) -> bool:
    """True for a cell that holds one URL and nothing else, also without scheme or `www.`"""
    spans = find_urls(cell)
    whole = len(spans) == 1 and spans[0].end - spans[0].start == len(cell)
    return whole or (looks_like_host(cell) and "." in cell and " " not in cell)


def is_words(cell: str) -> bool:
    """True for a cell of words: no URL, number or date."""
    return len(_WORD.findall(cell)) >= 2 and not find_urls(cell)


def _is_header(row: Row, meanings: Sequence[str | None]) -> bool:
    """A row that names a column of URLs, or two kinds of column, and holds no URL itself."""
    known = {meaning for meaning in meanings if meaning}
    return ("url" in known or len(known) > 1) and not any(find_urls(cell) for cell in row)


def _by_header(rows: Sequence[Row], number: int, meanings: Sequence[str | None]) -> Columns:
    def of(meaning: str) -> tuple[int, ...]:
        return tuple(place for place, found in enumerate(meanings) if found == meaning)

    urls = of("url") or _url_columns(rows[number + 1 : number + 1 + SAMPLE_ROWS])
    titles = tuple(place for place in of("title") if place not in urls)
    return Columns(urls, titles, next(iter(of("section")), None), number)


def _by_cells(rows: Sequence[Row]) -> Columns | None:
    sample = rows[:SAMPLE_ROWS]
    urls = _url_columns(sample)
    if not urls:
        return None
    words = _columns_where(is_words, sample)
    return Columns(urls, tuple(place for place in words if place not in urls))


def _url_columns(rows: Sequence[Row]) -> tuple[int, ...]:
    return _columns_where(is_url, rows)


def _columns_where(holds: Callable[[str], bool], rows: Sequence[Row]) -> tuple[int, ...]:
    """The columns where the test holds for most of the cells that are not empty."""
    return tuple(place for place in range(_width(rows)) if _mostly(holds, (_cell(row, place) for row in rows)))


def _mostly(holds: Callable[[str], bool], cells: Iterable[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return sum(map(holds, filled)) * 2 > len(filled)


def _width(rows: Sequence[Row]) -> int:
    return min(max(map(len, rows), default=0), MAX_COLUMNS)


def _cell(row: Row, place: int) -> str:
    return _clean(row[place]) if place < len(row) else ""


def _clean(cell: str) -> str:
    return " ".join(cell.split())
