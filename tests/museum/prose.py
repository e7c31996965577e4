"""Sentences of invented offices in seven languages, the same for the same seed: what articles are made of.

Rules: a seed names all that is said; two seeds say different things; sentences of kind `a` and `b` share no phrases.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

_GAP = re.compile(r"\{(\w+)\}")


@cache
def words(language: str) -> dict[str, Any]:
    """The sentences and words of a language."""
    table: dict[str, Any] = tomllib.loads(Path(__file__).with_name("prose.toml").read_text("utf-8"))
    row: dict[str, Any] = table[language]
    return row


def write_date(day: date, language: str) -> str:
    """A date as the language writes it."""
    row = words(language)
    month = row["months"][day.month - 1] if "months" in row else ""
    return str(row["date"].format(day=day.day, month=month, monthnumber=day.month, year=day.year))


def write_sentence(chance: Random, language: str, kind: str = "a") -> str:
    """One sentence, its gaps filled by chance."""
    row = words(language)
    return _GAP.sub(lambda gap: _fill(chance, row, gap[1]), chance.choice(row[kind]))


def _fill(chance: Random, row: dict[str, Any], gap: str) -> str:
    if gap in ("n", "m"):
        return str(chance.randint(3, 96))
    word = str(chance.choice(row[gap.removesuffix("_low")]))
    return word[0].lower() + word[1:] if gap.endswith("_low") else word


def write_sentences(seed: str, number: int, language: str, kind: str = "a") -> tuple[str, ...]:
    """So many different sentences."""
    chance = Random(f"{language}:{kind}:{seed}")
    found: dict[str, None] = {}
    while len(found) < number:
        found[write_sentence(chance, language, kind)] = None
    return tuple(found)


def join(sentences: tuple[str, ...], language: str) -> str:
    """Sentences as a paragraph."""
    return ("" if language == "zh" else " ").join(sentences)
