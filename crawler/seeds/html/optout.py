"""Links that belong to one reader of a newsletter: leaving the list, choosing what comes, their own copy in a browser.

Rules:
- They are never citations: opening one may end a subscription, or shows what was sent to one person.
- A link says it by its own words, by the end of its path, or – where its words only point ("click here") –
  by its sentence. An article about unsubscribing is none: the words must be all that the link says.
- Words that also lead to what is cited ("View online") count only where their sentence names the mail or how it
  is displayed, or where they stand alone in the document's head or beside other such links in its foot.
- One warning names them by their words, so that an editor can tell, and nobody looks for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from crawler.seeds.html.newsletters import ABOUT, CHOOSING, FOOTERS, LEAVING, MAY_SAY, NAMES_MAIL, SAYS, Words
from crawler.seeds.mention import Mention
from crawler.seeds.reading import Why
from crawler.urls.address import NEVER_ASKED, read_address
from crawler.urls.redact import redact_text

BEFORE_CHARACTERS = 80
MAX_WORDS = 60
MAX_NAMED = 5
NAME_CHARACTERS = 40
HEAD_LINES = 3  # of words
FOOT_LINES = 8
EDGE_CHARACTERS = 4000  # of the text, which hold them
BESIDE_CHARACTERS = 30  # of other words on a line of the head: a date, the number of the issue

_HERE = r"(?:此处|这里|这儿|此|本?链接|此链接)"
_ASKS = rf"(?:请?点击?{_HERE}?|您|你|可|可以|即可|以|来|一键|我要)+|(?:please )?(?:click|tap)(?: here)? to "
_LEADS = re.compile(_ASKS, re.IGNORECASE)
_TRAILS = re.compile(
    r"(?:[这本此该](?:封|份|类|些)?)?(?:电子)?(?:邮件|通讯|简报|期刊|列表|订阅|服务)|,? ?(?:here|now)$", re.IGNORECASE
)
_LEAVING, _CHOOSING = (
    re.compile("|".join(f"(?:{row[0]})" for row in rows), re.IGNORECASE) for rows in (LEAVING, CHOOSING)
)
_IDENTIFIER = re.compile(  # a number, hex, a token of letters and digits or of both cases, a mail address; no title
    r"\d+|[a-z]|[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]+)*"
    r"|(?:(?=[A-Za-z]*\d)|(?=[A-Za-z]*[a-z][A-Z]))[A-Za-z0-9]{8,}[\w=~.-]*|[^@]+@[^@]+"
)
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp|do|action)$", re.IGNORECASE)
_POINTS = re.compile(rf"(?:请?点击?)?{_HERE}|(?:(?:please )?(?:click|tap) )?(?:here|(?:this )?link)", re.IGNORECASE)
_BEFORE = re.compile(r"(?:^|[\s|·•。；;>*-])([^|·•。；;\n]{1,60}?)\s*[:：(（<＜\[]*\s*$")
_SENTENCE = re.compile(r"[。！？!?；;]|[.](?:\s|$)")
_EDGES = " \t\n[]【】()（）<>《》«»›»→|·•。.,，！!“”\"'"
_IMAGE = re.compile(r"\[image(?:: )?(.*)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Edges:
    """The lines of words in a document's head and foot."""

    head: tuple[str, ...]
    foot: tuple[str, ...]


def leave_out_opt_outs(text: str, mentions: Iterable[Mention]) -> tuple[list[Mention], tuple[str, ...]]:
    """The mentions without the reader's own, and what those that are links say of themselves, redacted."""
    edges = _edges(text)
    found = [(mention, _is_own(text, mention, edges)) for mention in mentions]
    said = [_name(text, mention) for mention, is_own in found if is_own and "://" in mention.url]
    return [mention for mention, is_own in found if not is_own], tuple(said)


def warn_of(said: Sequence[str]) -> tuple[Why, ...]:
    """The warning for links left out, by their words."""
    if not said:
        return ()
    links = "1 link" if len(said) == 1 else f"{len(said)} links"
    names = list(dict.fromkeys(filter(None, said)))
    some, more = names[:MAX_NAMED], len(names) > MAX_NAMED
    en = f" ({', '.join(some)}{', …' if more else ''})" if some else ""
    zh = f"（{'、'.join(some)}{'……' if more else ''}）" if some else ""
    return (
        Why(
            f"has {links} to leave or manage the subscription or to view it in a browser{en};"
            " not cited and never opened",
            f"含有 {len(said)} 个退订、管理订阅或在浏览器中查看的链接{zh}；不作为引文，也不会打开",
        ),
    )


def is_opt_out(text: str, mention: Mention) -> bool:
    """True for a link that belongs to the reader alone; `text` is what the mention's offsets count in."""
    return _is_own(text, mention, _edges(text))


def _is_own(text: str, mention: Mention, edges: _Edges) -> bool:
    if _says_by_path(mention.url):
        return True
    words = _plain(mention.anchor or "")
    announced = _announced(text, mention.start) if mention.anchor is None or "@" in mention.url else ""
    if _says(words, SAYS) or _says(announced, SAYS):
        return True
    if _says(words, MAY_SAY) or _says(announced, MAY_SAY):
        return _names_mail(f"{words} {mention.context}") or _is_at_edge(text, mention, edges)
    points = mention.anchor is not None and _POINTS.fullmatch(words)
    return bool(points) and any(row.pattern.search(mention.context) for row in ABOUT)


def _name(text: str, mention: Mention) -> str:
    """What a link is called, as it may be shown: redacted before it is cut, nothing that would write to a terminal."""
    announced = _announced(text, mention.start) if mention.anchor is None else ""
    is_said = _says(announced, SAYS) or _says(announced, MAY_SAY)
    words = mention.anchor or (announced if is_said else read_address(mention.url).printed)
    shown = _plain(redact_text(words))
    plain = "".join(one if one.isprintable() else "?" for one in shown)
    return plain if len(plain) <= NAME_CHARACTERS else plain[: NAME_CHARACTERS - 1] + "…"


def _names_mail(sentence: str) -> bool:
    return any(row.pattern.search(sentence) for row in NAMES_MAIL)


def _edges(text: str) -> _Edges:
    head, foot = _lines_of_words(text[:EDGE_CHARACTERS]), _lines_of_words(text[-EDGE_CHARACTERS:])
    is_short = len(head) <= HEAD_LINES + FOOT_LINES  # then its head is all there is, and says nothing
    return _Edges(tuple(head[: 1 if is_short else HEAD_LINES]), tuple(foot[-FOOT_LINES:]))


def _lines_of_words(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _is_at_edge(text: str, mention: Mention, edges: _Edges) -> bool:
    """True for a link alone on a line of the head, or on a line of the foot that stands by what a foot says."""
    place = mention.start
    if place < EDGE_CHARACTERS:
        line = _line_at(text, place)
        beside = len(line) - (mention.end - place)
        is_head = line in edges.head and beside <= BESIDE_CHARACTERS and not _SENTENCE.search(line)
        if is_head:
            return True
    if place < len(text) - EDGE_CHARACTERS:
        return False
    line = _line_at(text, place)
    number = edges.foot.index(line) if line in edges.foot else None
    return number is not None and bool(FOOTERS.search("\n".join(edges.foot[max(0, number - 1) : number + 2])))


def _line_at(text: str, place: int) -> str:
    start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
    return text[start : end if end >= 0 else len(text)].strip()


def _plain(anchor: str) -> str:
    return " ".join(_IMAGE.sub(r"\1", anchor).strip(_EDGES).split())


def _says(words: str, rows: Iterable[Words]) -> bool:
    """True when the words say it and nothing else, also politely."""
    if not words or len(words) > MAX_WORDS:
        return False
    lead = _LEADS.match(words)
    forms = {words, words[lead.end() :] if lead else words}
    forms |= {_TRAILS.sub("", form).strip(_EDGES) for form in forms}
    return any(row.pattern.fullmatch(form) for row in rows for form in forms)


def _announced(text: str, start: int) -> str:
    """What stands right before a printed URL, on its line or the line above."""
    before = text[max(0, start - BEFORE_CHARACTERS) : start].rstrip(" <(（[：:\n")
    found = _BEFORE.search(before)
    return _plain(found[1] if found else before)


def _says_by_path(url: str) -> bool:
    address = read_address(url)
    if (address.hidden or "").endswith(NEVER_ASKED):
        return True
    try:
        parts = urlsplit(address.hidden or address.uri or url)
    except ValueError:
        return False
    if not parts.scheme.startswith("http"):
        return parts.scheme == "mailto" and "unsubscribe" in url.lower()
    return _says_by_segment(parts)


def _says_by_segment(parts: SplitResult) -> bool:
    """True where a path ends in such a name: what may stand behind it only identifies the reader."""
    label = parts.netloc.partition(".")[0]
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    count = len(segments)
    while segments and _IDENTIFIER.fullmatch(segments[-1]):
        segments.pop()
    last = _EXTENSION.sub("", segments[-1]) if segments else ""
    if _LEAVING.fullmatch(label) or _LEAVING.fullmatch(last):
        return True
    is_personal = bool(parts.query) or len(segments) < count
    return is_personal and bool(_CHOOSING.fullmatch(label) or _CHOOSING.fullmatch(last))
