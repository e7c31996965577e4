"""docs/benchmarks.md: a section a suite, each written by its own run and leaving the others as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Each section is written by the command it names. Machines differ and are noisy: the ratios are what to quote, CPU before
wall time.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """What a suite found, as Markdown."""

    title: str
    body: str


def write_section(name: str, section: Section) -> None:
    """Put a suite's section into the page, in place of its earlier one."""
    page = PAGE.read_text("utf-8") if PAGE.exists() else _HEAD
    text = f"<!-- {name} -->\n## {section.title}\n\n{section.body.strip()}\n<!-- /{name} -->\n"
    old = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->\n", re.DOTALL)
    page = old.sub(lambda _: text, page) if old.search(page) else page.rstrip() + "\n\n" + text
    PAGE.write_text(page, "utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def notes(lines: Sequence[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"* {line}" for line in lines)


def bound(what: str, value: float, most: float, unit: str = "") -> str:
    """A target and whether it was met, as a line."""
    return f"{what}: {value:.2f}{unit}, at most {most:g}{unit} – {'met' if value <= most else '**missed**'}"
