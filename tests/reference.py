"""`python -m tests.reference`: write docs/verdicts.md anew from the tables that judge, and the words of the reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crawler.judge import RULES_VERSION, outcome, rows
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

VERDICTS = """
## Verdict over nights

`k` is the number of nights of that row's own evidence since the last good night; they span at least 20 hours × (k − 1).

| verdict | group | evidence | k | 报告用语 | what to do |
|---|---|---|--:|---|---|
"""

LATER = "not judged yet: "


def render() -> str:
    """The whole page."""
    return HEAD + "".join(_outcomes()) + VERDICTS + "".join(_verdicts()) + "".join(_groups())


def _outcomes() -> Iterator[str]:
    for row in outcome.TABLE:
        looks_at = row.looks_at if row.stage is not outcome.Stage.PAGE else LATER + row.looks_at
        yield f"| `{row.outcome}` | {row.family} | {looks_at} | {say(f'outcome.{row.outcome}', 'zh')} |\n"


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
