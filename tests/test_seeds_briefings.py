"""The two briefings: their citation lists always, the documents themselves where EVERCITE_BRIEFINGS names them."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from crawler.seeds.documents import each_document, read_documents
from crawler.seeds.explain import explain
from crawler.seeds.show import citation_json
from crawler.seeds.table import document_table
from tests.golden_briefings import VARIABLE, read_briefings, read_golden

LISTS = Path(__file__).parent.parent / "seeds"
BRIEFINGS = os.environ.get(VARIABLE, "")
needs_briefings = pytest.mark.skipif(not BRIEFINGS, reason=f"{VARIABLE} does not name the briefings")

SAME = ("kind", "uri", "urlkey", "section", "item", "fragments", "text_fragment", "alternatives", "defect")


def _lists() -> list[dict[str, Any]]:
    return [citation_json(citation) for citation in read_documents([LISTS]).citations]


def _counts(citations: list[dict[str, Any]]) -> tuple[int, int]:
    return len(citations), sum(one["fragments"] for one in citations)


def _same_by_document(citations: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    documents: dict[str, list[dict[str, Any]]] = {}
    for one in citations:
        documents.setdefault(one["document"], []).append({name: one[name] for name in SAME})
    return documents


def test_the_lists_hold_every_citation_once() -> None:
    assert _counts(_lists()) == _counts(read_golden()) == (36, 46), "a link of the briefings is lost or invented"


def test_the_lists_say_what_the_briefings_say() -> None:
    lists, golden = _same_by_document(_lists()), _same_by_document(read_golden())
    assert [lists["2025-briefing.md"], lists["2023-briefing.md"]] == list(golden.values())


def test_an_undecided_item_has_candidates_and_a_decided_one_a_reason() -> None:
    for one in [*_lists(), *read_golden()]:
        assert len(one["item_candidates"]) == 1 if one["item"] else len(one["item_candidates"]) >= 2, one["id"]


def test_the_three_trackers_can_not_be_asked_from_the_lists() -> None:
    trackers = [one for one in read_documents([LISTS]).citations if one.wrapper]
    assert [one.wrapper and one.wrapper.redacted_in_source for one in trackers] == [True] * 3
    assert all(one.uri is None for one in trackers)


@needs_briefings
def test_the_briefings_read_as_recorded() -> None:
    assert read_briefings(Path(BRIEFINGS)) == read_golden(), (
        "run `make golden` if the change is meant, and read the diff"
    )


@needs_briefings
def test_nothing_of_the_recipient_leaves_the_briefings() -> None:
    citations = read_documents([Path(BRIEFINGS)]).citations
    raw = "".join(path.read_text("utf-8") for path in sorted(Path(BRIEFINGS).glob("*.txt")))
    secrets = set(re.findall(r"/(?:signature|userid)/([0-9a-f]+)", raw)) | set(re.findall(r"[\w.]+@[\w.]+", raw))
    assert len(secrets) == 3
    shown = "".join(json.dumps(citation_json(one)) + explain(one) + repr(one) for one in citations)
    shown += "".join(map(document_table, each_document([Path(BRIEFINGS)])))
    for secret in secrets:
        for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")):
            assert form not in shown, "a recipient could be read from the output"


@needs_briefings
def test_offsets_point_at_what_the_briefings_print() -> None:
    for path in sorted(Path(BRIEFINGS).glob("*.txt")):
        text = path.read_text("utf-8")
        for one in read_documents([path]).citations:
            printed = text[one.start : one.end]
            assert printed == (one.wrapper.raw if one.wrapper else printed)
            assert printed[:12] == one.printed[:12] or one.kind == "mail"
