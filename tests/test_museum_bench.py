"""The museum's benchmark counts what it says, and the peers are asked and heard aright."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.museum import ASKED, KINDS, NOT_DEAD, Tally, kind_of
from bench.museum_peers import ALL, Peer, run_peer
from crawler.judge.rows import DEADS
from tests.museum.score import admissible
from tests.museum.sites import museum_hosts
from tests.museum.truth import NAMES, Museum, Truth, read_museum
from tests.web.turning import TurningWeb

MUSEUMS = [read_museum(name) for name in NAMES]


@pytest.mark.parametrize("museum", MUSEUMS, ids=lambda museum: str(museum.name))
def test_a_link_night_counts_as_dead_only_where_nothing_else_may_be_told(museum: Museum) -> None:
    for target in museum.targets:
        for night, truth in enumerate(target.truth):
            kind = kind_of(target, night, museum.down)
            assert kind in ("", *KINDS)
            assert (kind in ("", "dead")) == (truth not in NOT_DEAD)
            assert kind != "dead" or (truth is Truth.DEAD and admissible(target, night, museum.down) <= DEADS)


def test_no_peer_is_asked_on_a_night_without_network() -> None:
    assert not any(museum.down & set(ASKED) for museum in MUSEUMS)


def test_every_kind_is_asked_for() -> None:
    asked = [kind_of(target, night, m.down) for m in MUSEUMS for target in m.targets for night in ASKED]
    assert set(asked) == {"", *KINDS}


def test_a_row_counts_every_call_that_is_not_of_the_dead_as_false() -> None:
    tally = Tally()
    for kind, dead in [("alive", False)] * 7 + [("alive", True), ("refusing", True), ("dead", True)]:
        tally.add(kind, dead)
    assert tally.row("x") == ["x", "10", "3", "1 of 8", "1 of 1", "0 of 0", "0 of 0", "1 of 1", "200.0"]


SMALL = ("steady", "never-there", "never-lets-us-in", "name-never-was", "moved", "network-of-professionals")


@pytest.mark.parametrize("peer", ALL, ids=lambda peer: str(peer.name))
def test_a_peer_names_every_link_and_calls_the_missing_ones_broken(peer: Peer) -> None:
    if peer.missing():
        pytest.skip(peer.missing())
    small = MUSEUMS[0].of(SMALL)
    hosts = museum_hosts(small)
    with TemporaryDirectory() as place, TurningWeb(hosts, http_port=80, https_port=443, dns_port=53) as web:
        web.turn(0)
        found = run_peer(peer, [target.uri for target in small.targets], Path(place), web)
    broken = {target.id for target in small.targets if found[target.uri]}
    assert {"never-there", "name-never-was"} <= broken
    assert broken.isdisjoint({"steady", "moved"}), "the peer cannot reach the fake web: its figures would be worthless"
