"""`python -m tests.reference`: write docs/verdicts.md anew from the tables that judge, and the words of the reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.judge import RULES_VERSION, outcome, rows, soft404
from crawler.judge.fragments import MADE_BY_SCRIPTS
from crawler.judge.phrases import Phrases
from crawler.judge.walls import WALLS
from crawler.judge.words import (
    consent,
    maintenance,
    missing_sentences,
    missing_titles,
    offers,
    sign_in,
    templates,
    wall_pages,
)
from crawler.model import Family, Group, Outcome, Verdict
from crawler.reports.words import say

PAGE = Path(__file__).parent.parent / "docs" / "verdicts.md"

HEAD = f"""\
# Outcomes and verdicts

Generated from the tables in `crawler/judge/` by `make docs`; rules version {RULES_VERSION}. Ids are closed: other
programs rely on them.

An **outcome** reads what one night saw of one target. A **verdict** says what the nights so far mean. Refusals,
unchecked and invalid nights neither count nor reset; a good night starts every count anew.

## Outcome of one night

The first row that fits wins.

| outcome | family | looks at | 报告用语 |
|---|---|---|---|
"""

WORDS = """
## Words and hosts that pages are known by

Each row stands in the file named, with where it was read and when (`make docs` counts them).

| what | file | rows |
|---|---|---|
"""

SIGNS = f"""
## Score of a page that is not there

HTML only, never a cited home page. From {soft404.SOFT} on it is `soft-404`, from {soft404.SUSPECTED} on
`soft-404-suspected`. A page *says* so by title, headline or sentence; without that nobody is told that it is dead
before its text was seen to be another one.

| sign | weight | looks at | says so |
|---|--:|---|---|
"""

VERDICTS = """
## Verdict over nights

`k` is the number of nights of that row's own evidence since the last good night; they span at least 20 hours × (k − 1).

| verdict | group | evidence | k | 报告用语 | what to do |
|---|---|---|--:|---|---|
"""

# What is counted, and where it stands.
TABLES: tuple[tuple[str, str, tuple[Phrases, ...]], ...] = (
    (
        "titles and headlines of missing pages",
        "words/missing_titles.py",
        missing_titles.TITLES + missing_titles.REGRETS,
    ),
    (
        "sentences of missing pages",
        "words/missing_sentences.py",
        missing_sentences.SAID + missing_sentences.ASKED + missing_sentences.MISSING,
    ),
    ("titles of offers of a domain", "words/offers.py", offers.TITLES + offers.TITLES_BESIDE_NAME),
    ("offers of a domain", "words/offers.py", offers.OFFERS),
    ("titles of sign-in pages", "words/sign_in.py", sign_in.TITLES),
    ("consent walls", "words/consent.py", consent.CONTROLS + consent.SPEAKS_OF),
    ("maintenance pages", "words/maintenance.py", maintenance.TITLES + maintenance.LOOSE + maintenance.SAID),
)


def render() -> str:
    """The whole page."""
    words = WORDS + "".join(_words()) + SIGNS + "".join(_signs())
    return HEAD + "".join(_outcomes()) + words + VERDICTS + "".join(_verdicts()) + "".join(_groups())


def _outcomes() -> Iterator[str]:
    for row in outcome.TABLE:
        yield f"| `{row.outcome}` | {row.family} | {row.looks_at} | {say(f'outcome.{row.outcome}', 'zh')} |\n"


def _words() -> Iterator[str]:
    by_language = Counter[str]()
    for wall in wall_pages.WALL_PAGES:
        by_language[wall.language] += 1
    yield f"| walls by their head | walls.py | {len(WALLS)} |\n"
    yield f"| walls by their page | words/wall_pages.py | {_counted(by_language)} |\n"
    yield f"| default 404 pages of programs | words/templates.py | {len(templates.TEMPLATES)} |\n"
    yield f"| hosts where domains are sold or parked | words/offers.py | {len(offers.DEALERS)} |\n"
    yield f"| hosts that ask for consent | words/consent.py | {len(consent.GATES)} |\n"
    yield f"| fragments that scripts answer to | fragments.py | {len(MADE_BY_SCRIPTS)} |\n"
    for what, file, table in TABLES:
        yield f"| {what} | {file} | {_phrases(table)} |\n"


def _phrases(table: Iterable[Phrases]) -> str:
    by_language = Counter[str]()
    for row in table:
        by_language[row.language] += len(row.texts)
    return _counted(by_language)


def _counted(by_language: Counter[str]) -> str:
    """`312: en 80, zh 60, …`, the most first."""
    return f"{by_language.total()}: " + ", ".join(f"{language} {n}" for language, n in by_language.most_common())


def _signs() -> Iterator[str]:
    for sign in (*soft404.FOR, *soft404.AGAINST):
        weight = f"{sign.weight:+}".replace("-", "−")
        yield f"| {sign.id} | {weight} | {sign.looks_at} | {'yes' if sign.said else ''} |\n"


def _verdicts() -> Iterator[str]:
    for row in rows.TABLE:
        evidence = _evidence(row.evidence)
        advice = say(f"verdict_advice.{row.verdict}", "en", copy=say("ui.advise_copy", "en"))
        words = say(f"verdict.{row.verdict}", "zh"), advice
        yield f"| `{row.verdict}` | {rows.GROUP[row.verdict]} | {evidence} | {row.k} | {words[0]} | {words[1]} |\n"


def _evidence(outcomes: frozenset[Outcome]) -> str:
    """The outcomes of a row: whole families by name, the others one by one."""
    members = {family: {o for o, f in outcome.FAMILY.items() if f is family} for family in Family}
    whole = [family for family, of in members.items() if of <= outcomes]
    rest = [f"`{o}`" for o in outcome.FAMILY if o in outcomes and outcome.FAMILY[o] not in whole]
    return ", ".join([*(f"any of {family}" for family in whole), *rest]) or "an editor's word"


def _groups() -> Iterator[str]:
    yield "\n## Groups of the report\n\n| group | 报告用语 | verdicts |\n|---|---|---|\n"
    for group in Group:
        verdicts = " ".join(f"`{v}`" for v in Verdict if rows.GROUP[v] is group)
        first = " `target-unknown` (first night)" if group is Group.NEEDS_YOU else ""
        yield f"| {group} | {say(f'group.{group}', 'zh')} | {verdicts}{first} |\n"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
