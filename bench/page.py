"""docs/benchmarks.md: a section a suite, each written by its own run and leaving the others as they are."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Each section is written by the command it names. Machines differ and are noisy: the ratios are what to quote, CPU before
wall time.
"""


def write_section(name: str, title: str, body: str) -> None:
    """Put a suite's section into the page, in place of its earlier one."""
    page = PAGE.read_text("utf-8") if PAGE.exists() else _HEAD
    section = f"<!-- {name} -->\n## {title}\n\n{body.strip()}\n<!-- /{name} -->\n"
    old = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->\n", re.DOTALL)
    page = old.sub(lambda _: section, page) if old.search(page) else page.rstrip() + "\n\n" + section
    PAGE.write_text(page, "utf-8")


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; all columns but the first to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
