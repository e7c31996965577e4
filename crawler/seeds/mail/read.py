"""Mails → a reading: both alternatives of their text, and the messages attached to them.

Rules:
- The HTML alternative leads, since it knows what its links are called; from the plain one come only the
  addresses that it has more often. Attached messages are read as parts of this one.
- No field of a head is ever a citation, nor is what a mail asks for by itself (pictures, List-Unsubscribe),
  nor a recipient's own address, nor the heads of messages quoted in it.
- Attached documents are not read; a warning names them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from email.utils import getaddresses, parsedate_tz

from crawler.seeds.html.hrefs import read_base
from crawler.seeds.html.optout import leave_out_opt_outs, warn_of
from crawler.seeds.html.page import read_page, same_target, warn_of_cut
from crawler.seeds.mail import mime
from crawler.seeds.mail.attached import Attached
from crawler.seeds.mail.flowed import unflow
from crawler.seeds.mention import Mention
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why
from crawler.seeds.text.charset import decode_html, decode_text
from crawler.seeds.text.page_text import read_text
from crawler.urls.address import read_address

PLAIN_PART = "plain text"
PAGES = ("text/html", "application/xhtml+xml")
MAX_BODY_BYTES = 16 * 1024 * 1024  # as sent; beyond that it is a file, whatever the mail calls it
RECIPIENTS = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
KNOWN_FIELDS = frozenset(
    {"from", "to", "date", "subject", "message-id", "mime-version", "content-type", "received", "return-path", "sender"}
)

_SEPARATOR = "\n\n"
_MBOX = re.compile(rb"\n\r?\nFrom [^\r\n]{1,200}\d{4}\r?\n[A-Za-z-]+:")
_LINE_END = re.compile("\n")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_QUOTED_FIELD = re.compile(
    r"[>\s*|]*(?:发件人|收件人|抄送|密送|寄件者|收件者|副本|回复|From|To|Cc|Bcc|Reply-To|Sender)\s*[:：*]",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Body:
    """The text of one body and the mentions in it; `is_page` where it was HTML."""

    text: str
    mentions: Sequence[Mention]
    is_page: bool = False


@dataclass(slots=True)
class _Found:
    """What is met on the way through a mail besides its bodies."""

    attached: Attached = field(default_factory=Attached)
    messages: int = 0
    warnings: list[Why] = field(default_factory=list)


def read_eml(content: bytes) -> Reading | Why:
    """The reading of a mail."""
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith(b"From ") and _MBOX.search(content):
        return Why("is a mailbox of several mails; save each as .eml", "是含有多封邮件的邮箱文件；请逐封另存为 .eml")
    mail = mime.Mail(content)
    if not KNOWN_FIELDS.intersection(name.lower() for name in mail.root.head):
        return Why("is no mail: it has no head", "不是邮件：没有邮件头；请从邮件程序另存为 .eml")
    found = _Found()
    bodies = list(_read_part(mail.root, found))
    return _reading(mail, bodies, found)


def eml_text(content: bytes) -> str:
    """The linear text that the offsets of read_eml count in."""
    mail = mime.Mail(content.removeprefix(b"\xef\xbb\xbf").lstrip())
    return _SEPARATOR.join(body.text for body in _read_part(mail.root, _Found()))


def _reading(mail: mime.Mail, bodies: Sequence[Body], found: _Found) -> Reading:
    own = _recipients(mail.root.head)
    mentions: list[Mention] = []
    left_out: list[str] = []
    offset = 0
    for body in bodies:
        lines = [0, *(found.end() for found in _LINE_END.finditer(body.text))]
        cited = [mention for mention in body.mentions if not _is_of_head(body.text, lines, mention, own)]
        kept, links = leave_out_opt_outs(body.text, cited)
        mentions += [_moved(mention, offset) for mention in kept]
        left_out += links
        offset += len(body.text) + len(_SEPARATOR)
    warnings = [*found.attached.warnings(), *found.warnings, *warn_of(left_out), *_cut(mail)]
    subject, text = mime.field(mail.root.head, "subject"), bodies[0].text if bodies else ""
    opening = f"{subject}\n\n{text[:OPENING_CHARACTERS]}"[:OPENING_CHARACTERS].strip()
    return Reading(tuple(mentions), opening, _dated(mail.root.head), tuple(dict.fromkeys(warnings)))


# ---------------------------------------------------------------- bodies


def _read_part(part: mime.Part, found: _Found) -> Iterator[Body]:
    if part.media_type in mime.MESSAGES:
        found.messages += 1
        name = f"attached message {found.messages}"
        for inner in part.parts:
            yield from (_named(body, name) for body in _read_part(inner, found))
    elif part.media_type == "multipart/alternative":
        yield from _paired([body for inner in part.parts for body in _read_part(inner, found)])
    elif part.parts:
        for inner in part.parts:
            yield from _read_part(inner, found)
    elif part.media_type in PAGES and _is_body(part):
        yield _read_html(part, found)
    elif part.media_type == "text/plain" and _is_body(part):
        yield _read_plain(part)
    elif not part.media_type.startswith("multipart/"):
        found.attached.meet(part.media_type, part.file_name)


def _is_body(part: mime.Part) -> bool:
    """True for text that the mail shows, and not a file sent with it."""
    is_file = part.disposition == "attachment" and bool(part.file_name)
    return not is_file and len(part.body) <= MAX_BODY_BYTES


def _read_html(part: mime.Part, found: _Found) -> Body:
    base = read_base(mime.field(part.head, "content-location") or mime.field(part.head, "content-base"))
    page = read_page(decode_html(part.content, part.parameter("charset")), base)
    found.warnings += warn_of_cut(page)
    return Body(page.text, page.mentions, is_page=True)


def _read_plain(part: mime.Part) -> Body:
    text = decode_text(part.content, part.parameter("charset")).replace("\r\n", "\n").replace("\0", " ")
    if part.parameter("format").lower() == "flowed":
        text = unflow(text, part.parameter("delsp").lower() == "yes")
    starts = [0, *(found.end() for found in _PARAGRAPH.finditer(text))]
    return Body(text, [_in_paragraph(mention, starts) for mention in read_text(text)])


def _in_paragraph(mention: Mention, starts: Sequence[int]) -> Mention:
    """A mention as a mail has it: without pages, and no line of it is a line of the file."""
    return replace(mention, page=None, lines=(), column=None, paragraph=bisect_right(starts, mention.start))


def _paired(bodies: Sequence[Body]) -> Iterator[Body]:
    """The alternatives as one: of the plain one only what the page has less often; the headings are the page's."""
    pages = [body for body in bodies if body.is_page]
    if not pages:
        yield from bodies[:1]
        return
    yield from pages
    known = Counter(same_target(read_address(one.url)) for page in pages for one in page.mentions)
    for body in bodies:
        if not body.is_page:
            extra = [replace(one, section=None, candidates=()) for one in _unknown(body.mentions, known)]
            yield _named(replace(body, mentions=extra), PLAIN_PART)


def _unknown(mentions: Iterable[Mention], known: Counter[str]) -> Iterator[Mention]:
    for mention in mentions:
        target = same_target(read_address(mention.url))
        if known[target] > 0:
            known[target] -= 1
        else:
            yield mention


def _named(body: Body, name: str) -> Body:
    """A body that is a part of the mail, and says so."""
    mentions = [replace(one, part=f"{name}, {one.part}" if one.part else name) for one in body.mentions]
    return replace(body, mentions=mentions)


def _moved(mention: Mention, offset: int) -> Mention:
    return replace(mention, start=mention.start + offset, end=mention.end + offset)


# ---------------------------------------------------------------- what the head says


def _recipients(head: mime.Head) -> frozenset[str]:
    """The addresses a mail was sent to, in lower case."""
    fields = [mime.field(head, name) for name in RECIPIENTS]
    return frozenset(address.lower() for _, address in getaddresses(fields) if "@" in address)


def _is_of_head(text: str, lines: Sequence[int], mention: Mention, own: frozenset[str]) -> bool:
    """True for a recipient's own address, and for addresses in the heads of quoted messages; `lines` are the starts."""
    if "@" not in mention.url or read_address(mention.url).mail is None:
        return False
    address = mention.url.lower().removeprefix("mailto:").partition("?")[0]
    line = lines[bisect_right(lines, mention.start) - 1]
    return address in own or bool(_QUOTED_FIELD.match(text, line, mention.start))


def _dated(head: mime.Head) -> str | None:
    """The day a mail was sent, in its sender's time zone (RFC 5322 §3.6.1)."""
    try:
        told = parsedate_tz(mime.field(head, "date"))
        return date(*told[:3]).isoformat() if told else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _cut(mail: mime.Mail) -> tuple[Why, ...]:
    if not mail.is_cut:
        return ()
    return (
        Why(
            f"has parts nested more than {mime.MAX_DEPTH} deep, or more than {mime.MAX_PARTS}; the rest is not read",
            f"邮件嵌套超过 {mime.MAX_DEPTH} 层或超过 {mime.MAX_PARTS} 个部分；其余未读取",
        ),
    )
