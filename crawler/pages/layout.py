"""The visible text of a page while its tags go by.

Rules:
- Visible is what a browser without style sheets shows: no scripts, no comments, nothing hidden by an attribute. What is
  hidden from assistive technology only (aria-hidden) is visible.
- A number in an element of its own behind Chinese is set apart, as style sheets do: 标题<span>3小时前</span>.
- A hidden element ends where its end tag or an ancestor's stands, or where the next of its kind begins, for those whose
  end tag may be left out: this is all that hiding needs of a tree.
"""

from __future__ import annotations

import re
from collections import Counter

from crawler.pages.elements import BLOCKS, ENDED_BY_NEXT, FORMATTING, SPACED, TABLE, UNSEEN, VOID
from crawler.pages.tags import plain_text

_HIDING = re.compile(r"(?:^|[;\s])(?:display\s*+:\s*+none|visibility\s*+:\s*+hidden)", re.IGNORECASE)

_HAN, _HAN_END = "\u3400", "\u9fff"

Attributes = dict[str, str]


class Layout:
    """Lays text out: a block of the page is a line of the text."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._open: Counter[str] = Counter()
        self._hidden = ""  # the element whose end shows text again
        self._inside: Counter[str] = Counter()  # elements open below it

    @property
    def hides(self) -> bool:
        """Whether what comes now is hidden."""
        return bool(self._hidden)

    @property
    def place(self) -> int:
        """A mark for `since`."""
        return len(self._pieces)

    def is_in(self, name: str) -> bool:
        """Whether such an element is open."""
        return self._open[name] > 0

    def since(self, place: int) -> str:
        """The text that came after a mark."""
        lines = "".join(self._pieces[place:]).split("\n")
        return "\n".join([squeezed for line in lines if (squeezed := " ".join(line.split()))])

    def write(self, text: str) -> None:
        """Take text as it stands in the markup."""
        if text and not self._hidden:
            written = plain_text(text)
            if written[0].isdigit() and self._pieces and _HAN <= self._pieces[-1][-1:] <= _HAN_END:
                self._pieces.append(" ")
            self._pieces.append(written if self._open["pre"] else written.replace("\n", " "))

    def start(self, name: str, attributes: Attributes) -> None:
        """Take a start tag."""
        if self._hidden and self._is_ended_by(name):
            self._show()
        if self._hidden:
            self._inside[name] += name not in VOID
            return
        self._space(name)
        if name in VOID:
            return
        if _is_hidden(name, attributes):
            self._hidden = name
        else:
            self._open[name] += 1

    def end(self, name: str) -> None:
        """Take an end tag."""
        if self._hidden:
            self._end_hidden(name)
            return
        if self._open[name] > 0:
            self._open[name] -= 1
        self._space(name)

    def _end_hidden(self, name: str) -> None:
        if self._inside[name] > 0:
            self._inside[name] -= 1
        elif name == self._hidden:
            self._show()
            self._space(name)
        elif self._open[name] > 0 and (self._hidden not in FORMATTING or name in TABLE):  # an ancestor ends
            self._show()
            self.end(name)
        elif self._open[name] > 0:
            self._open[name] -= 1

    def _is_ended_by(self, name: str) -> bool:
        """Whether a start tag ends the hidden element, whose end tag may be left out."""
        if name == "body" or (self._hidden == "p" and name in BLOCKS):
            return True
        return name == self._hidden and name in ENDED_BY_NEXT and not self._inside[name]

    def _show(self) -> None:
        self._hidden = ""
        self._inside.clear()

    def _space(self, name: str) -> None:
        if name in BLOCKS:
            self._pieces.append("\n")
        elif name in SPACED:
            self._pieces.append(" ")


def _is_hidden(name: str, attributes: Attributes) -> bool:
    if name in UNSEEN and not (name == "dialog" and "open" in attributes):
        return True
    if "hidden" in attributes:
        return True
    return "style" in attributes and _HIDING.search(attributes["style"]) is not None
