"""The museum beside public link checkers: what each calls dead and alive over the same link-nights.

Ours plays all nights with its memory; a peer has none, so it is asked on chosen nights, and each of its answers counts
for itself. A link-night counts as dead where nothing but a death may be told, and as not dead where the truth says
that the target lives, refuses, fails for some nights, or cannot be judged.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import machine
from bench.museum_peers import ALL, Peer, run_peer, versions
from bench.page import Section, notes, table
from crawler.judge.rows import DEADS
from tests.museum.drawn import NIGHTS
from tests.museum.nights import Told, play_side_by_side
from tests.museum.score import admissible, merge, score
from tests.museum.sheet import write_sheet
from tests.museum.sites import museum_hosts
from tests.museum.truth import NAMES, Museum, Target, Truth, read_museum
from tests.web.turning import TurningWeb

# Nights that the peers are asked on; none of them is one without network.
ASKED = (0, 7, 22, 31, 39, 45, 51, 58, 66, 77, 91, 112)
# Peers ask what they are given: an address of the inside, and one that name resolution alone cannot play, are left out.
UNASKED = frozenset({"to-metadata", "plain-only"})
ALIVE = frozenset({Truth.HEALTHY, Truth.MOVED, Truth.CHANGED, Truth.CITED, Truth.EITHER})
NOT_DEAD = ALIVE | {Truth.REFUSING, Truth.FAILING, Truth.BLIND, Truth.CERTIFICATE}

# What a link-night counts as, in the order of the columns.
KINDS = ("alive", "refusing", "failing", "unjudgeable", "dead")
HEAD = ("program", "link-nights", "called dead", *(f"of {kind}" for kind in KINDS), "false deaths in 1,000")


@dataclass(slots=True)
class Tally:
    """Of one program: link-nights by kind, and how many of each it called dead."""

    asked: Counter[str] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, dead: bool) -> None:
        """Count a link-night."""
        self.asked[kind] += 1
        self.called[kind] += dead

    def row(self, name: str) -> list[str]:
        """The row of the table."""
        asked, called = self.asked.total(), self.called.total()
        false = called - self.called["dead"]
        shares = [f"{self.called[kind]} of {self.asked[kind]}" for kind in KINDS]
        return [name, f"{asked:,}", str(called), *shares, f"{1000 * false / asked:.1f}"]


def measured(scale: float) -> Section:
    """Play every museum; `scale` below 1 plays fewer nights."""
    nights = max(3, int(NIGHTS * scale))
    asked = [night for night in ASKED if night < nights]
    museums = [read_museum(name) for name in NAMES]
    tallies = {"ours": Tally()}
    with tempfile.TemporaryDirectory() as place:
        told = play_side_by_side(museums, Path(place), nights)
    for museum in museums:
        _count_ours(tallies["ours"], museum, told[museum.name], asked)
    peers = [peer for peer in ALL if not peer.missing()]
    tallies |= {peer.name: _tally_of(peer, museums, asked) for peer in peers}
    whole = merge([score(museum, told[museum.name]) for museum in museums])
    return Section("Verdicts over nights: the museum", _told(tallies, asked, write_sheet(_title(nights), whole)))


def _title(nights: int) -> str:
    return f"{', '.join(NAMES)}, {nights} nights"


def kind_of(target: Target, night: int, down: frozenset[int]) -> str:
    """What a link-night counts as; '' where it counts for nobody."""
    truth = target.truth[night]
    if truth is Truth.DEAD:
        return "dead" if admissible(target, night, down) <= DEADS else ""
    if truth not in NOT_DEAD:
        return ""
    if truth in ALIVE:
        return "alive"
    return {Truth.REFUSING: "refusing", Truth.FAILING: "failing"}.get(truth, "unjudgeable")


def _asked_of(museum: Museum) -> list[Target]:
    return [one for one in museum.targets if one.is_page and UNASKED.isdisjoint(one.script)]


def _count_ours(tally: Tally, museum: Museum, told: Sequence[Told], nights: Sequence[int]) -> None:
    verdicts = {(one.target, one.night): one.verdict for one in told}
    for night, target, kind in _link_nights(museum, nights):
        tally.add(kind, verdicts[target.id, night] in DEADS)


def _tally_of(peer: Peer, museums: Sequence[Museum], nights: Sequence[int]) -> Tally:
    tally = Tally()
    for museum in museums:
        with TurningWeb(museum_hosts(museum), http_port=80, https_port=443, dns_port=53) as web:
            broken = {night: _ask(peer, museum, web, night) for night in nights}
        for night, target, kind in _link_nights(museum, nights):
            tally.add(kind, broken[night][target.uri])
    return tally


def _ask(peer: Peer, museum: Museum, web: TurningWeb, night: int) -> Mapping[str, bool]:
    web.turn(night)
    with tempfile.TemporaryDirectory() as place:
        return run_peer(peer, [target.uri for target in _asked_of(museum)], Path(place), web)


def _link_nights(museum: Museum, nights: Sequence[int]) -> Iterator[tuple[int, Target, str]]:
    for night in nights:
        for target in _asked_of(museum):
            if kind := kind_of(target, night, museum.down):
                yield night, target, kind


def _told(tallies: Mapping[str, Tally], asked: Sequence[int], sheet: str) -> str:
    rows = [tally.row(name) for name, tally in tallies.items()]
    said = [
        "“Of dead” counts link-nights on which, by the verdict table, a death has to be told by now; what is not "
        "called dead there is missed. All other columns are false.",
        "Failing: down, or 404 for a night or two, and back later. Unjudgeable: certificate trouble, pages that only "
        "a browser can draw, hosts that never answered from here. Replaced pages, taken over domains and what a person "
        "has to look at count for nobody.",
        *(peer.missing() for peer in ALL if peer.missing()),
        "lychee was left out: it is built from crates, and neither PyPI nor npm carries it.",
    ]
    nights = ", ".join(map(str, asked))
    return (
        f"`python -m bench museum`, {machine()}; {versions()}. Peers are asked for the same list on nights {nights}, "
        "with their own settings but for a short timeout; they remember nothing, ours has all nights before.\n\n"
        + table(HEAD, rows)
        + "\n\n"
        + notes(said)
        + f"\n\nThe whole score of ours (`python -m tests.museum`):\n\n```\n{sheet.strip()}\n```"
    )
