"""HTML as start tags, or as tags and the text between them, read as a browser's tokenizer does (HTML §13.2.5), without
building a tree.

Rules:
- Comments, and text that is no markup (in script, style, title …), hold no tags.
- Linear in the length of the text, whatever stands in it: a tree builder stops at 256 levels of nesting, or takes
  minutes over a tag of nothing but attributes.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from html import unescape
from html.entities import html5

MOST_ATTRIBUTES = 200

# A tag's rest up to its `>`, which may stand in a quoted value; a quote that nobody closes quotes nothing.
_REST = r"""([^>=]*+(?:=[\s]*+(?:"[^"]*+"|'[^']*+')?[^>=]*+)*+)(>?)"""
_TAG = re.compile(rf"<(?:(!--)|[!?][^>]*+>?|([a-zA-Z][^\s/>]*+){_REST})")
# The same with end tags, which nobody needs who looks for links; an end tag without a name is a comment (§13.2.5.7).
_TOKEN = re.compile(rf"<(?:(!--)|/([a-zA-Z][^\s/>]*+)[^>]*+>?|[!?/][^>]*+>?|([a-zA-Z][^\s/>]*+){_REST})")
_COMMENT_END = re.compile("--!?>")
_ATTRIBUTE = re.compile(r"""([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?""")
_REFERENCE = re.compile(r"&(?:#(?:[0-9]+|[xX][0-9a-fA-F]+);?|([A-Za-z][A-Za-z0-9]*+)(;?)(=?))")
_LONG_NUMBER = re.compile(r"&#[0-9]{9,};?")  # beyond Unicode, and for thousands of digits Python refuses to read them

# Elements whose content is text (§13.2.6.4.7); scripts do not run here, so noscript's content is markup.
_TEXT_ONLY = ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _TEXT_ONLY}

# The element in lower case, the text of its attributes, and of style elements their content.
Tag = tuple[str, str, str]
# The text before it, the element in lower case (`/p` for an end tag, empty for none), the text of its attributes, and
# the content of elements whose content is text.
Token = tuple[str, str, str, str]


def read_tags(text: str, wanted: Container[str]) -> Iterator[Tag]:
    """The start tags of wanted elements, and those that may have a style attribute."""
    at = 0
    unended: set[str] = set()
    while found := _TAG.search(text, at):
        comment, name, rest, closed = found.groups()
        at = found.end()
        if comment:
            end = _COMMENT_END.search(text, found.start() + 2)  # `<!-->` is a whole comment
            at = end.end() if end else len(text)
        elif name and closed:
            name = name.lower()
            start = at
            if name in _ENDS:
                at = _end_of_text(text, at, name, rest, unended)
            if name in wanted or "style" in rest.lower():
                yield name, rest, text[start:at] if name == "style" else ""
            if name == "plaintext":
                return


def read_tokens(text: str, most: int) -> Iterator[Token]:
    """All tags, each with the text before it; behind `most` of them everything left is one text, as it is written."""
    at = 0
    unended: set[str] = set()
    for _ in range(most):
        found = _TOKEN.search(text, at)
        if found is None:
            break
        comment, ending, name, rest, closed = found.groups()
        before, at = text[at : found.start()], found.end()
        if comment:
            end = _COMMENT_END.search(text, found.start() + 2)
            at = end.end() if end else len(text)
            yield before, "", "", ""
        elif ending:
            yield before, f"/{ending.lower()}", "", ""
        elif name and closed:
            name, start = name.lower(), at
            if name in _ENDS:
                at = _end_of_text(text, at, name, rest, unended)
            yield before, name, rest, text[start:at]
            if name == "plaintext":
                break
        else:
            yield before, "", "", ""
    yield text[at:], "", "", ""


def _end_of_text(text: str, start: int, name: str, rest: str, unended: set[str]) -> int:
    """Where an element's text ends; one without an end tag that ends itself, as SVG's do, has none.

    `unended` are the names that no end tag follows any more: each is looked for in vain only once.
    """
    end = None if name in unended else _ENDS[name].search(text, start)
    if end is not None:
        return end.start()
    unended.add(name)
    return start if rest.endswith("/") else len(text)


def read_attributes(rest: str) -> dict[str, str]:
    """The attributes of a tag, names in lower case, values as written; of doubles the first counts (§13.2.5.33)."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(rest)[:MOST_ATTRIBUTES]:
        found.setdefault(name.lower(), double or single or bare)
    return found


def plain(value: str) -> str:
    """An attribute's value with its character references replaced: `?a=1&copy=2` holds none (§13.2.5.73)."""
    return _REFERENCE.sub(_character, value) if "&" in value else value


def plain_text(text: str) -> str:
    """Text with its character references replaced; in text, `&copy=2` holds one."""
    return unescape(_LONG_NUMBER.sub("\ufffd", text)) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    name, end, equals = found.groups()
    if name is None:
        return plain_text(found[0])
    if end:
        return html5.get(f"{name};", f"&{name};") + equals
    return html5[name] if name in html5 and not equals else found[0]
