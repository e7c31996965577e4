"""Years of nights of healthy links, simulated: none is ever called dead, and true deaths are told in time.

The figures behind "Why these numbers" (docs: verdicts): what simpler rules would have called dead on the same nights is
counted beside ours.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from crawler.judge.outcome import FAMILY
from crawler.judge.rows import DEADS, GOOD, Known
from crawler.judge.verdict import course
from crawler.model import Family, NightReading, Outcome, Verdict

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
YEAR = 365
LINKS = 400
LONGEST_OUTAGE = 13
SILENT = (Outcome.TIMEOUT, Outcome.RESET, Outcome.REFUSED, Outcome.DNS_FAILURE, Outcome.SERVER_ERROR)
WALLS = (Outcome.BLOCKED, Outcome.RATE_LIMITED, Outcome.LOGIN, Outcome.CONSENT, Outcome.ROBOTS)
Year = Callable[[random.Random], list[Outcome]]


def outages(lot: random.Random, usual: Callable[[], Outcome], longest: int = LONGEST_OUTAGE) -> list[Outcome]:
    """A year that is as usual but for outages: one begins on a night in a hundred and lasts three on average.

    Before and behind an outage the site answers as it does: silence beside it would be a longer outage.
    """
    nights: list[Outcome] = []
    while len(nights) < YEAR:
        if lot.random() < 0.01:
            length = min(longest, 1 + int(lot.expovariate(1 / 2.5)))
            nights += [answer(usual), *[lot.choice(SILENT)] * length, answer(usual)]
        else:
            nights.append(usual())
    return nights[:YEAR]


def answer(usual: Callable[[], Outcome]) -> Outcome:
    """What a site says when it is not silent."""
    return next(outcome for outcome in iter(usual, None) if outcome not in SILENT)


def moody(share: float, silent: float = 0.0, otherwise: Outcome = Outcome.OK) -> Year:
    """A firewall that refuses on a share of the nights, and drops on another."""

    def night(lot: random.Random) -> Outcome:
        drawn = lot.random()
        return lot.choice(WALLS) if drawn < share else lot.choice(SILENT) if drawn < share + silent else otherwise

    return lambda lot: outages(lot, lambda: night(lot))


def blinking(otherwise: Outcome, fault: Outcome, share: float) -> Year:
    """A page that is not found for a night, now and then, while its site is worked on."""

    def year(lot: random.Random) -> list[Outcome]:
        nights = outages(lot, lambda: otherwise)
        for place in range(2, YEAR - 2, 2):
            if lot.random() < share and nights[place - 1 : place + 2] == [otherwise] * 3:
                nights[place] = fault
        return nights

    return year


HEALTHY: dict[str, Year] = {
    "outages": lambda lot: outages(lot, lambda: Outcome.OK),
    "a firewall, now and then": moody(0.05),
    "a firewall, every third night": moody(0.33),
    "a firewall, most nights": moody(0.9),
    "never let in": moody(1.0),
    "now and then silent": moody(0.0, 0.1),
    "scripts only, at times silent": moody(0.0, 0.1, Outcome.JS_SHELL),
    "a chain that browsers mend": moody(0.0, 0.1, Outcome.TLS_INCOMPLETE_CHAIN),
    "404 for a night": blinking(Outcome.OK, Outcome.NOT_FOUND, 0.05),
    "404 for a night, scripts only": blinking(Outcome.JS_SHELL, Outcome.NOT_FOUND, 0.02),
    "looks gone for a night": blinking(Outcome.OK, Outcome.SOFT_404, 0.05),
}
# What the table cannot tell from a death without fail: an outage of thirteen nights, one refusal, and silence again.
MIXED: dict[str, Year] = {
    "outages of any length": lambda lot: outages(lot, lambda: Outcome.OK, YEAR),
    "refused or silent, half the nights": moody(0.45, 0.05),
    "never let in, silent 1 night in 30": moody(0.97, 0.03),
    "never let in, silent 1 night in 10": moody(0.9, 0.1),
}


def nights_of(outcomes: Sequence[Outcome]) -> list[NightReading]:
    """A night a day; what looks gone looks otherwise than before."""
    return [
        NightReading(
            f"{n:04}",
            FIRST + timedelta(days=n),
            outcome,
            sub="said" * (outcome is Outcome.SOFT_404),
            unlike_last_good=True if FAMILY[outcome] is Family.INFERRED else None,
        )
        for n, outcome in enumerate(outcomes)
    ]


def ours(outcomes: Sequence[Outcome]) -> bool:
    """Whether the table calls a link dead at any time."""
    known = Known(heard_since=FIRST)
    return any(standing.verdict in DEADS | {Verdict.HIJACKED} for standing in course(nights_of(outcomes), known))


def in_a_row(k: int) -> Callable[[Sequence[Outcome]], bool]:
    """The rule of most link checkers: k nights in a row that are not good."""

    def rule(outcomes: Sequence[Outcome]) -> bool:
        run = longest = 0
        for outcome in outcomes:
            run = 0 if outcome in GOOD else run + 1
            longest = max(longest, run)
        return longest >= k

    return rule


def three_days_apart(outcomes: Sequence[Outcome]) -> bool:
    """Three failures, each at least three days after the one before, with no good night between."""
    failures: list[int] = []
    for n, outcome in enumerate(outcomes):
        if outcome in GOOD:
            failures = []
        elif not failures or n - failures[-1] >= 3:
            failures.append(n)
        if len(failures) >= 3:
            return True
    return False


RULES: dict[str, Callable[[Sequence[Outcome]], bool]] = {
    "ours": ours,
    "one strike": in_a_row(1),
    "3 in a row": in_a_row(3),
    "3, 3 days apart": three_days_apart,
}


def shares_of(kinds: dict[str, Year], links: int) -> dict[str, dict[str, float]]:
    """By kind and rule, the share of links that are called dead within a year."""
    found = {}
    for kind, year in kinds.items():
        years = [year(random.Random(f"{kind} {n}")) for n in range(links)]
        found[kind] = {name: sum(map(rule, years)) / links for name, rule in RULES.items()}
    return found


def show(shares: dict[str, dict[str, float]], links: int) -> None:
    """Print the figures."""
    print(f"\nhealthy links called dead within a year, of {links} each:")
    for kind, row in shares.items():
        print(f"  {kind:<36}" + "  ".join(f"{name} {share:6.2%}" for name, share in row.items()))


@pytest.mark.proof
def test_healthy_links_are_never_called_dead(capsys: pytest.CaptureFixture[str]) -> None:
    shares = shares_of(HEALTHY, LINKS)
    with capsys.disabled():
        show(shares, LINKS)
    assert {kind: row["ours"] for kind, row in shares.items() if row["ours"]} == {}, "a healthy link was called dead"
    assert shares["outages"]["3 in a row"] > 0.3, "these nights are too kind to prove anything"


@pytest.mark.proof
def test_what_looks_like_death_for_two_weeks_is_mistaken_seldom(capsys: pytest.CaptureFixture[str]) -> None:
    shares = shares_of(MIXED, 2 * LINKS)
    with capsys.disabled():
        show(shares, 2 * LINKS)
    assert {kind: row["ours"] for kind, row in shares.items() if row["ours"] > 0.03} == {}
    assert all(row["ours"] < row["3, 3 days apart"] / 4 for row in shares.values())


@pytest.mark.parametrize(
    ("outcome", "verdict", "after"),
    [
        (Outcome.GONE, Verdict.GONE, 2),
        (Outcome.NOT_FOUND, Verdict.DEAD, 3),
        (Outcome.DNS_NXDOMAIN, Verdict.HOST_GONE, 7),
        (Outcome.TIMEOUT, Verdict.DEAD_UNREACHABLE, 14),
        (Outcome.REDIRECT_ROOT, Verdict.DEAD_INFERRED, 5),
    ],
)
def test_true_deaths_are_told_within_their_nights(outcome: Outcome, verdict: Verdict, after: int) -> None:
    for kind, year in HEALTHY.items():
        alive = [*year(random.Random(kind))[:60], Outcome.OK]
        nights = nights_of([*alive, *[outcome] * 20])
        told = [standing.verdict for standing in course(nights, Known(heard_since=FIRST))]
        assert told[len(alive) + after - 1] is verdict, f"{kind}: {verdict} was not told on night {after}"
        assert told[len(alive) + after - 2] is not verdict
