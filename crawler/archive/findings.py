"""What a check found, in figures and sentences, and how it is told to a person.

Rules:
- Bounded, however broken an archive is: of each file the first problems are kept and all are counted.
- A sentence names the thing, its place and what was lost; what to do stands once below a file's sentences.
- Addresses are shown redacted: a report may be mailed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

WIDTH = 80
SHOWN = 10


class Remedy(StrEnum):
    """What to do about a problem."""

    RESTORE = "Restore this file from a backup; without one, run `evercite archive repair`, which keeps what is whole."
    LOST = "Only a backup brings this back; what is whole beside it stays readable."
    REINDEX = "Run `evercite archive reindex`."
    MOVE = "Move this file out of the archive's folder, and keep it until a check finds nothing else wrong."
    REPAIR = "Run `evercite archive repair`, which cuts a torn end and keeps its bytes."


@dataclass(slots=True)
class Troubles:
    """The problems of one file, or of the archive as a whole: the first of them in words, and how many."""

    count: int = 0
    first: list[str] = field(default_factory=list)
    remedies: list[Remedy] = field(default_factory=list)


@dataclass(slots=True)
class CheckReport:
    """What a check read and proved; an archive without problems is whole. `notes` are no problems.

    `answers` are all, as in the figures of `archive stats`; `revisits` are those of them that repeat another.
    `held_elsewhere` counts revisits whose original is lost, and whose payload another record holds. `left_out`
    says in words what was not looked at, when only a part was meant to be. `lost_files` cannot be read at all:
    each is one problem.
    """

    files: int = 0
    records: int = 0
    answers: int = 0
    revisits: int = 0
    length_bytes: int = 0
    digests: int = 0
    places: int = 0
    references: int = 0
    indexes: int = 0
    held_elsewhere: int = 0
    problems: dict[str, Troubles] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    left_out: str = ""
    lost_files: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many problems there are."""
        return sum(troubles.count for troubles in self.problems.values())

    def add(self, where: str, what: str, remedy: Remedy) -> None:
        """Count a problem of a file (or of "the archive"), and keep its sentence if it is among the first."""
        troubles = self.problems.setdefault(where, Troubles())
        troubles.count += 1
        if len(troubles.first) < SHOWN:
            troubles.first.append(what)
        if remedy not in troubles.remedies:
            troubles.remedies.append(remedy)

    def add_lost_file(self, filename: str, why: str | None, answers: int) -> None:
        """Count a file that cannot be read, and say how many indexed answers went with it."""
        self.lost_files.append(filename)
        self.add(filename, f"The file cannot be read ({why}): {many(answers, 'indexed answer')} lost.", Remedy.RESTORE)

    def sentences(self) -> list[str]:
        """The problems that were kept, each with its file."""
        return [f"{where}: {what}" for where, troubles in self.problems.items() for what in troubles.first]


def render(report: CheckReport) -> str:
    """The report as lines of at most 80 columns, but for names and addresses that are longer by themselves."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: CheckReport) -> Iterator[str]:
    yield from wrapped(
        f"Read: {many(report.files, 'file')}, {many(report.records, 'record')}, {size_of(report.length_bytes)}:"
        f" {many(report.answers, 'answer')}, of which {many(report.revisits, 'revisit')}."
    )
    yield from wrapped(
        f"Proven: {many(report.digests, 'digest')}, {many(report.places, 'place')} in the index,"
        f" {many(report.references, 'revisit target')}, {many(report.indexes, 'CDXJ file')}."
    )
    if report.left_out:
        yield from wrapped(f"Left out: {report.left_out}.")
    if not report.problems:
        yield "Every digest, place and reference holds."
    else:
        yield f"{many(report.count, 'problem')} in {many(len(report.problems), 'place')}:"
    for where, troubles in report.problems.items():
        yield from _told(where, troubles)
    if report.held_elsewhere:
        lost = f"{many(report.held_elsewhere, 'revisit')} lost the original; the same payload is held by another record"
        yield from wrapped(f"Note: {lost}, which answers for it here, but not in other tools.")
    for note in report.notes:
        yield from wrapped(f"Note: {note}")


def _told(where: str, troubles: Troubles) -> Iterator[str]:
    yield ""
    yield from wrapped(f"{where} ({many(troubles.count, 'problem')})")
    for what in troubles.first:
        yield from wrapped(f"- {what}", "  ")
    if troubles.count > len(troubles.first):
        yield f"  - and {troubles.count - len(troubles.first):,} more"
    for remedy in troubles.remedies:
        yield from wrapped(remedy, "  ")


def wrapped(text: str, indent: str = "") -> list[str]:
    """Lines of a paragraph or a list's entry; a word longer than the line stays whole, so that it can be copied."""
    indent += text[: len(text) - len(text.lstrip())]
    text = text.lstrip()
    hanging = indent + ("  " if text.startswith("- ") else "")
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


def many(number: int, thing: str) -> str:
    """So many of a thing."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def size_of(length_bytes: float) -> str:
    """A length for a person."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if length_bytes < 1024:
            return f"{length_bytes:.0f} bytes" if unit == "bytes" else f"{length_bytes:.1f} {unit}"
        length_bytes /= 1024
    return f"{length_bytes:.1f} TiB"
