"""Messages in the ledger: each is sent once by each channel, whoever else would send it, and whatever was cut off."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils.db import Database

from crawler.ledger.ledger import Ledger
from crawler.ledger.messages import CLAIMED, Fate, Queued
from crawler.ledger.schema import MIGRATIONS
from crawler.model import Night

AT = datetime(2026, 1, 2, 2, tzinfo=UTC)
DIGEST = Queued("20260102T020000Z", "digest", "mail", '{"text": "甲"}', AT)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "archive" / "ledger.sqlite3")


def test_a_message_comes_back_as_it_was_queued(ledger: Ledger) -> None:
    ledger.queue_messages([DIGEST, replace(DIGEST, channel="webhook")])
    assert ledger.messages() == [DIGEST, replace(DIGEST, channel="webhook")]


def test_what_was_sent_is_not_sent_again(ledger: Ledger) -> None:
    ledger.queue_messages([DIGEST])
    assert ledger.claim_message(DIGEST, AT)
    ledger.settle_message(replace(DIGEST, fate=Fate.SENT, rounds=1, at=AT))
    ledger.queue_messages([replace(DIGEST, data="{}")])
    assert not ledger.claim_message(DIGEST, AT + timedelta(days=9)), "editors would get the same digest twice"
    assert ledger.messages() == [replace(DIGEST, fate=Fate.SENT, rounds=1, at=AT, data="")]


def test_of_two_senders_one_gets_a_message(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger.open(tmp_path / "archive" / "ledger.sqlite3")
    ledger.queue_messages([DIGEST])
    assert [ledger.claim_message(DIGEST, AT), other.claim_message(DIGEST, AT + timedelta(minutes=9))] == [True, False]


def test_a_message_whose_sender_was_killed_is_taken_up_later(ledger: Ledger) -> None:
    ledger.queue_messages([DIGEST])
    assert ledger.claim_message(DIGEST, AT)
    assert not ledger.claim_message(DIGEST, AT + CLAIMED / 2), "it may still be under way"
    assert ledger.claim_message(DIGEST, AT + CLAIMED * 2), "nobody would ever hear of that night"


def test_what_was_given_up_can_be_asked_for_again(ledger: Ledger) -> None:
    ledger.queue_messages([DIGEST])
    ledger.settle_message(replace(DIGEST, fate=Fate.GIVEN_UP, rounds=2, error="the server answered 554", at=AT))
    assert not ledger.claim_message(DIGEST, AT + timedelta(days=1))
    ledger.queue_messages([DIGEST])
    assert ledger.messages()[0].rounds == 0
    assert ledger.claim_message(DIGEST, AT + timedelta(days=1))


def test_an_older_ledger_is_brought_up_to_date_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        database = Database(connection)
        MIGRATIONS.apply(database, stop_before="m005_messages")
        assert "messages" not in database.table_names()
        connection.execute(
            "INSERT INTO nights (id, started_at, simulated, settings) VALUES (?, ?, 1, '{}')", ("n1", AT.isoformat())
        )
        connection.commit()
    with closing(Ledger.open(path)) as ledger:
        assert ledger.nights() == [Night("n1", AT, simulated=True)]
        ledger.queue_messages([DIGEST])
        assert ledger.messages() == [DIGEST]
