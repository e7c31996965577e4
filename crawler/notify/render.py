"""A letter as text for mail, as a page for mail, and as a short text for chats.

Rules:
- Text keeps to 76 columns, wide characters counting as two; an address is never broken.
- The page loads nothing, and links to our own server only: a dead or hijacked address is shown, not offered.
- In a chat nothing of a stranger's acts: no mention, no markup. It fits the smallest of them (WeCom's robots take 2048
  bytes: developer.work.weixin.qq.com/document/path/91770, 2026-01).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from crawler.notify.letter import Entry, Letter, cut
from crawler.reports.page import environment
from crawler.reports.words import HTML_LANGUAGES, say

COLUMNS = 76
MOST_CHAT_BYTES = 1800
MOST_CHAT_LINES = 2
MOST_CHAT_LINE = 100
MOST_CHAT_ADDRESS = 200
_ENVIRONMENT = environment(Path(__file__).parent)


# ---------------------------------------------------------------- text


def render_text(letter: Letter) -> str:
    """The letter as plain text."""
    blocks = ["\n".join(wrap(line)) for line in letter.opening]
    for section in letter.sections:
        blocks.append(f"{section.heading}\n{'-' * min(width_of(section.heading), COLUMNS)}")
        blocks += ["\n".join(_tell_entry(n, entry, letter.language)) for n, entry in enumerate(section.entries, 1)]
        blocks += ["\n".join(wrap(line)) for line in (*section.lines, *_left_out(section.left_out, letter))]
    if letter.report:
        blocks.append(f"{letter.report_label}\n{letter.report}")
    return "\n\n".join([*blocks, *("\n".join(wrap(line)) for line in letter.closing)]) + "\n"


def _left_out(n: int, letter: Letter) -> tuple[str, ...]:
    return (say("notify.left_out", letter.language, n=n),) if n else ()


def _tell_entry(number: int, entry: Entry, language: str) -> Iterator[str]:
    indent = " " * len(f"{number}. ")
    yield from wrap(f"{number}. {entry.head}", indent)
    for line in (entry.place, entry.address, entry.why):
        yield from wrap(indent + line, indent) if line else ()
    if entry.link:
        yield indent + labelled(say("notify.details", language), entry.link)


def labelled(label: str, address: str) -> str:
    """An address behind its label; a full-width colon brings its own space."""
    return f"{label}{address}" if label.endswith("：") else f"{label} {address}"


# A wide character takes the punctuation behind it along: no line begins with a full stop.
_UNIT = re.compile(r"\s+|[\u2e80-\uffef][，。；：！？、）】》”’…]*|[^\s\u2e80-\uffef]+[，。；：！？、）】》”’…]*")


def wrap(text: str, indent: str = "", columns: int = COLUMNS) -> list[str]:
    """Lines of at most so many columns, all but the first indented; only what cannot be broken is longer."""
    lines, line = [], text[: len(text) - len(text.lstrip())]
    for unit in _UNIT.findall(text.lstrip()):
        if line.strip() and width_of(line) + width_of(unit.rstrip()) > columns:
            lines.append(line.rstrip())
            line = indent
        line += unit if line.strip() or not unit.isspace() else ""
    return [*lines, line.rstrip()]


def width_of(text: str) -> int:
    """Columns that a text takes: wide characters take two (UAX #11)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


# ---------------------------------------------------------------- page


def render_html(letter: Letter) -> str:
    """The letter as a page for mail programs."""
    return _ENVIRONMENT.get_template("letter.html.j2").render(
        letter=letter,
        html_language=HTML_LANGUAGES[letter.language],
        left_out=lambda n: _left_out(n, letter),
        details=say("notify.details", letter.language).rstrip("：:"),
    )


# ---------------------------------------------------------------- chat


def render_chat(letter: Letter) -> str:
    """The letter as a short text: as many entries as fit, and how many do not."""
    entries = [entry for section in letter.sections for entry in section.entries]
    for told in range(len(entries), 0, -1):
        text = _chat(letter, entries, told)
        if len(text.encode()) <= MOST_CHAT_BYTES:
            return text
    return _chat(letter, entries, 0)


def _chat(letter: Letter, entries: Sequence[Entry], told: int) -> str:
    lines = [cut(line, MOST_CHAT_LINE) for section in letter.sections for line in section.lines[:MOST_CHAT_LINES]]
    blocks = [calm(line) for line in (*letter.opening, *lines)]
    blocks += [_tell_briefly(entry) for entry in entries[:told]]
    blocks += _left_out(len(entries) - told + sum(section.left_out for section in letter.sections), letter)
    if letter.report:
        blocks.append(labelled(letter.report_label, letter.report))
    return "\n\n".join(blocks)


def _tell_briefly(entry: Entry) -> str:
    place, address = calm(cut(entry.place, MOST_CHAT_LINE)), calm_address(cut(entry.address, MOST_CHAT_ADDRESS))
    return "\n".join(filter(None, (f"• {entry.head}", place, address, entry.link)))


_ACTING = str.maketrans("@<>[]`*\\", "＠＜＞［］｀＊＼")
_ACTING_IN_ADDRESSES = {ord(char): f"%{ord(char):02X}" for char in "@<>[]`*\\"}


def calm(text: str) -> str:
    """Text in which nothing is a mention or markup to a chat."""
    return text.translate(_ACTING)


def calm_address(address: str) -> str:
    """An address in which nothing is a mention or markup to a chat; a web address still leads where it led."""
    return address.translate(_ACTING_IN_ADDRESSES) if re.match(r"https?://\S+$", address) else calm(address)
