"""A ledger of years: targets that behave in many ways over many nights, written as nights would have written it.

Rules:
- Everything is a function of a target's number and a night's: the same ledger every time.
- Observations, captures and what they show are there; nothing is judged. Bodies and WARC files are not needed for that.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from crawler.ledger.ledger import Ledger
from crawler.model import (
    Capture,
    Citation,
    Content,
    Document,
    Failure,
    Hop,
    Kind,
    Night,
    Observation,
    RecordType,
    Sight,
    SightKind,
    Via,
)
from crawler.night.sights import reader_version
from crawler.urls.canonical import urlkey

# Written together: a commit for each would take longer than writing them.
NIGHTS_AT_ONCE = 50
FIRST = datetime(2020, 1, 1, 2, tzinfo=UTC)
HTML, PDF = "text/html", "application/pdf"
_WORDS = (
    *("garden", "ferry", "library", "harbour", "lantern", "meadow", "orchard", "bridge", "council", "market", "river"),
    *("station", "archive", "museum", "timetable", "permit", "budget", "grant", "tender", "survey", "school", "clinic"),
    *("forest", "valley", "island", "quay", "mill", "square", "tower"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a target answers on one night: a status or a failure, what its page shows (`shows` names it), and where a
    redirect leads. `nonce`: the bytes differ although the page shows the same."""

    status: int | None = 200
    failure: Failure | None = None
    shows: str = "article"
    mime: str = HTML
    nonce: bool = False
    to: str = ""
    permanent: bool = False


# What a target plays at a moment: thousandths of the time told of.
Behaviour = Callable[[int, random.Random], Answer]
GOOD = Answer()


def _outages(share: float) -> Behaviour:
    """Good, with nights on which it does not answer."""
    return lambda moment, lot: Answer(None, Failure.TIMEOUT) if lot.random() < share else GOOD


def _after(share: float, later: Answer, first: Answer = GOOD) -> Behaviour:
    """Good at first; something else after that share of the time."""
    return lambda moment, lot: later if moment >= 1000 * share else first


# How many of a hundred targets behave so. The changing ones show another text five times.
BEHAVIOURS: tuple[tuple[int, str, Behaviour], ...] = (
    (48, "healthy", _outages(0.01)),
    (4, "moody", lambda moment, lot: lot.choice([GOOD, GOOD, Answer(403, shows="wall"), Answer(None, Failure.RESET)])),
    (10, "nonce", lambda moment, lot: Answer(nonce=True)),
    (6, "moved", lambda moment, lot: Answer(to="/moved", permanent=True)),
    (4, "redirected", lambda moment, lot: Answer(to="/today")),
    (3, "changing", lambda moment, lot: Answer(shows=f"edition {moment // 200}")),
    (4, "report", lambda moment, lot: Answer(mime=PDF, shows="report")),
    (4, "deleted", _after(0.3, Answer(404, shows="missing"))),
    (1, "removed", _after(0.4, Answer(410, shows="missing"))),
    (2, "soft", _after(0.25, Answer(shows="soft"))),
    (2, "home", _after(0.5, Answer(to="/", shows="home"))),
    (3, "silent", _after(0.6, Answer(None, Failure.TIMEOUT))),
    (1, "nameless", _after(0.45, Answer(None, Failure.DNS_NXDOMAIN))),
    (5, "walled", lambda moment, lot: Answer(403, shows="wall")),
    (1, "expired", lambda moment, lot: Answer(None, Failure.TLS_EXPIRED)),
    (2, "busy", lambda moment, lot: Answer(503, shows="busy") if lot.random() < 0.3 else GOOD),
)
_OF_HUNDRED = [(name, behave) for share, name, behave in BEHAVIOURS for _ in range(share)]


def build(path: Path, targets: int, nights: int, span: int = 1000) -> None:
    """Write a ledger; what happens once, happens within the first `span` nights."""
    ledger = Ledger.open(path)
    cited = [_citation(number) for number in range(targets)]
    shown: set[tuple[str, str]] = set()
    for begun in range(0, nights, NIGHTS_AT_ONCE):
        with ledger.whole():
            for number in range(begun, min(nights, begun + NIGHTS_AT_ONCE)):
                _write_night(ledger, number, cited, span, shown)
    ledger.close()


def _write_night(ledger: Ledger, number: int, cited: list[Citation], span: int, shown: set[tuple[str, str]]) -> None:
    night = _night(number)
    ledger.begin_night(night, '{"resolvers":[]}')
    ledger.record_seeds(night.id, [Document("list.txt", "list", "d")], cited, [])
    seen = [observe(target, number, night, span) for target in range(len(cited))]
    ledger.add_observations(seen)
    ledger.add_captures([capture for one in seen if (capture := _capture(one))])
    for one in seen:
        _show(ledger, one, number, span, shown)
    ledger.end_night(night.id, night.started_at + timedelta(hours=1), 0, "0")


def _night(number: int) -> Night:
    at = FIRST + timedelta(days=number)
    return Night(f"{at:%Y%m%dT%H%M%SZ}", at, simulated=True)


def uri_of(target: int) -> str:
    """A target's address: four to a host."""
    name = _OF_HUNDRED[target % 100][0]
    return f"https://www.{name}-{target // 100}-{target % 100 // 4}.example.org/programme/page-{target}.html"


def _citation(target: int) -> Citation:
    uri = uri_of(target)
    return Citation(
        id=sha256(uri.encode()).hexdigest()[:12],
        document="list.txt",
        sha256="d",
        ordinal=target + 1,
        fragments=1,
        page=None,
        lines=(target + 1,),
        start=0,
        end=len(uri),
        printed=uri,
        anchor=None,
        context=f"The budget is {target % 90 + 10} million, as the council says.",
        kind=Kind.PAGE,
        uri=uri,
        urlkey=urlkey(uri),
        section=None,
        item=None,
    )


def _answer(target: int, number: int, span: int) -> Answer:
    return _OF_HUNDRED[target % 100][1](min(999, number * 1000 // span), random.Random(target * 100_003 + number))


def observe(target: int, number: int, night: Night, span: int = 1000) -> Observation:
    """What a night sees of a target."""
    answer = _answer(target, number, span)
    at = night.started_at + timedelta(seconds=target)
    uri, record = uri_of(target), f"<urn:uuid:{target:08x}-0000-4000-8000-{number:012x}>"
    ip = f"192.0.2.{target % 250 + 1}"
    fields = (("server", "nginx"), ("content-length", "4096"))
    if answer.failure is not None:
        return Observation(night.id, uri, at, (Hop(uri, None, answer.failure),), attempts=3)
    hops = [Hop(uri, answer.status, None, None, "", fields, record, ip)]
    if answer.to:
        status, there = 301 if answer.permanent else 302, uri.partition("/programme")[0] + answer.to
        first = replace(
            hops[0], status=status, fields=(("location", there),), record_id=record.replace("-4000-", "-4001-")
        )
        hops = [first, Hop(there, 200, None, Via.LOCATION, "", fields, record, ip)]
    content = Content(answer.mime, 4096, digest_of(target, number, answer)) if (answer.status or 0) < 400 else None
    return Observation(night.id, uri, at, tuple(hops), content)


def digest_of(target: int, number: int, answer: Answer) -> str:
    """The digest of a payload."""
    name = f"{target} {answer.shows} {number if answer.nonce else ''}"
    return f"sha256:{sha256(name.encode()).hexdigest()}"


def _capture(seen: Observation) -> Capture | None:
    final = seen.final
    if final is None or final.record_id is None or final.status is None:
        return None
    digest = seen.content.digest if seen.content else f"sha256:{sha256(seen.uri.encode()).hexdigest()}"
    return Capture(
        urlkey=urlkey(final.uri),
        timestamp=f"{seen.seen_at:%Y%m%d%H%M%S}000",
        uri=final.uri,
        mime=seen.content.media_type if seen.content else HTML,
        status=final.status,
        digest=digest,
        filename="years.warc.gz",
        offset=0,
        length=0,
        record_id=final.record_id,
        record_type=RecordType.RESPONSE,
        seen_at=seen.seen_at,
        night=seen.night,
        payload_length=4096,
    )


def _show(ledger: Ledger, seen: Observation, number: int, span: int, shown: set[tuple[str, str]]) -> None:
    """Store what an answer shows, once a payload."""
    name = ledger.payload_of(seen)
    if name is None or name in shown:
        return
    shown.add(name)
    target = int(seen.uri.rpartition("-")[2].partition(".")[0])
    sight, text = _sight(target, _answer(target, number, span))
    ledger.link_payload(name, sight.key, reader_version())
    if not ledger.has_sight(sight.key, reader_version()):
        ledger.store_sight(sight, text, reader_version())


def _sight(target: int, answer: Answer) -> tuple[Sight, str]:
    """What a page shows: a text of some 3,000 characters, or the words of an error."""
    key = sha256(f"{target} {answer.shows}".encode()).hexdigest()
    if answer.shows in ("missing", "soft", "wall", "busy"):
        title = {"missing": "Page not found", "soft": "Page not found", "wall": "Access", "busy": "Busy"}[answer.shows]
        return Sight(
            key, SightKind.HTML, title=title, headings=(title,), chars=60, opening=f"{title}. Try the search."
        ), ""
    text = " ".join(_text(target, answer.shows))
    kind = SightKind.PDF if answer.mime == PDF else SightKind.HTML
    return Sight(key, kind, title=f"Programme {target}", chars=len(text), opening=text[:2000], language="en"), text


def _text(target: int, shows: str) -> Iterator[str]:
    lot = random.Random(f"{target} {shows.partition(' ')[0]}")
    for sentence in range(40):
        yield f"The {lot.choice(_WORDS)} of the {lot.choice(_WORDS)} opens the {lot.choice(_WORDS)} to readers"
        yield f"for {target % 90 + 10} million." if sentence == 3 else f"of the {lot.choice(_WORDS)}."
    edition = int(shows[-1]) if shows[-1].isdigit() else 0
    yield f"This is {shows} of programme {target}; it ends on {target % 20 + edition + 1} March {2030 + edition}."
