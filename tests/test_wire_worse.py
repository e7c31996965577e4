"""The worse byte cases through the wire into an archive: every record exact, or a prefix that says so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from crawler.archive.metadata import interim_of
from crawler.archive.reader import read_payload
from crawler.archive.recording import Recording
from crawler.archive.warcfields import parse_fields, value_of
from crawler.clock import Clock
from crawler.config import Config
from crawler.errors import ArchiveError
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Exchange
from crawler.wire.wire import CROSSED, Wire
from tests.test_archive_exchanges import Archive, labelled
from tests.warcs import Stored, records_of
from tests.web import FakeWeb, Site
from tests.web.worse_cases import MAX_BODY, MAX_HEAD, WORSE_CASES, Then, WorseCase, host_of

FIELDS = [("User-Agent", "evercite/test"), ("X-Twice", "1"), ("X-Twice", "2")]
AT_ONCE = 16
SLOW = frozenset({Then.SILENCE, Then.DRIBBLE})


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeWeb]:
    sites = [Site(host_of(name), otherwise=case) for name, case in WORSE_CASES.items()]
    with FakeWeb(sites, folder=tmp_path_factory.mktemp("web")) as running:
        yield running


@dataclass(frozen=True)
class Recorded:
    """One case as the wire told it and as the archive holds it."""

    exchange: Exchange
    capture: Capture | None
    records: list[Stored]

    def block(self, kind: str) -> bytes:
        """The block of the record of a kind; empty where there is none."""
        return next((record.block for record in self.records if record.kind == kind), b"")

    @property
    def answer(self) -> Stored | None:
        """The response record."""
        return next((record for record in self.records if record.kind == "response"), None)

    @property
    def stored(self) -> bytes:
        """Interim heads and block: what the records hold of the answer."""
        return interim_of(self.block("metadata")) + self.block("response")


@dataclass(frozen=True)
class Crawl:
    """All cases of one scheme, recorded."""

    scheme: str
    archive: Archive
    cases: dict[str, Recorded]

    def uri(self, name: str) -> str:
        """Where a case stands."""
        return f"{self.scheme}://{host_of(name)}/{name}"


@pytest.fixture(scope="module", params=["http", "https"])
def crawl(request: pytest.FixtureRequest, web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    folder = tmp_path_factory.mktemp(request.param)
    ledger = Ledger.open(folder / "ledger.sqlite3")
    crawl = Crawl(request.param, Archive(folder, ledger), {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(web.ca_file))
        exchanges = asyncio.run(ask_all(web, crawl))
    captures = dict(zip(exchanges, write_all(crawl, exchanges.values()), strict=True))
    records = list(records_of(folder))
    for name, exchange in exchanges.items():
        own = [record for record in records if record.uri == crawl.uri(name)]
        crawl.cases[name] = Recorded(exchange, captures[name], own)
    yield crawl
    ledger.close()


async def ask_all(web: FakeWeb, crawl: Crawl) -> dict[str, Exchange]:
    """Every case asked over one wire."""
    config = Config(
        connect_to=tuple(web.connect_to.items()),
        allow_private_networks=("127.0.0.0/8",),
        max_header_bytes=MAX_HEAD,
        max_body_bytes=MAX_BODY,
    )
    wire, turns = Wire(config, Clock()), asyncio.Semaphore(AT_ONCE)

    async def ask(name: str, case: WorseCase) -> Exchange:
        async with turns:
            return await wire.exchange(crawl.uri(name), FIELDS, deadline_s=2.0 if case.then in SLOW else 30.0)

    try:
        asked = [ask(name, case) for name, case in WORSE_CASES.items()]
        return dict(zip(WORSE_CASES, await asyncio.gather(*asked), strict=True))
    finally:
        await wire.close()


def write_all(crawl: Crawl, exchanges: Iterable[Exchange]) -> list[Capture | None]:
    """Every exchange archived, and let go of."""
    writer = crawl.archive.writer()
    exchanges = list(exchanges)
    captures = writer.write([Recording(exchange, exchange.uri) for exchange in exchanges])
    writer.close()
    for exchange in exchanges:
        exchange.close()
    return captures


cases = pytest.mark.parametrize("name", WORSE_CASES)


@cases
def test_the_request_record_is_what_the_server_received(crawl: Crawl, web: FakeWeb, name: str) -> None:
    served = web.log.for_uri(crawl.uri(name))
    assert [crawl.cases[name].block("request")] == [exchange.request for exchange in served]


@cases
def test_the_answer_is_stored_exactly_or_as_an_exact_prefix(crawl: Crawl, web: FakeWeb, name: str) -> None:
    recorded, expected = crawl.cases[name], WORSE_CASES[name].expected
    [served] = web.log.for_uri(crawl.uri(name))
    assert served.response.startswith(recorded.stored), "the record holds bytes that the server did not send"
    if expected is None:
        assert recorded.stored
    else:
        assert recorded.stored == expected, "the record would not be what was sent"


@cases
def test_what_was_cut_says_so(crawl: Crawl, name: str) -> None:
    case, recorded = WORSE_CASES[name], crawl.cases[name]
    assert (recorded.exchange.failure, recorded.exchange.truncated) == (case.failure, case.truncated)
    if recorded.answer:
        assert recorded.answer.fields.get("WARC-Truncated") == case.truncated
    told = value_of(parse_fields(recorded.block("metadata")), "truncated")
    assert told == case.truncated or (told and case.failure and not recorded.stored), "a cut would go unseen"
    if case.stored is not None and case.truncated is None:
        assert recorded.exchange.failure_detail == CROSSED, "surplus bytes would be dropped in silence"


@cases
def test_the_head_and_the_payload_are_what_the_server_meant(crawl: Crawl, name: str) -> None:
    case, recorded = WORSE_CASES[name], crawl.cases[name]
    assert (recorded.exchange.head.status if recorded.exchange.head else None) == case.status
    if case.status is None or case.then is Then.DRIBBLE:
        return
    assert recorded.exchange.payload_digest == labelled(case.payload)
    assert recorded.answer is not None
    claimed = None if case.failure == "bad-http" else labelled(case.payload)
    assert recorded.answer.fields.get("WARC-Payload-Digest") == claimed


@cases
def test_the_archive_gives_back_a_payload_whose_end_is_known(crawl: Crawl, name: str) -> None:
    case, recorded = WORSE_CASES[name], crawl.cases[name]
    assert (recorded.capture is None) == (recorded.answer is None)
    if recorded.capture is None or case.status is None or case.then is Then.DRIBBLE:
        return
    ledger = crawl.archive.ledger
    if case.failure == "bad-http":
        with pytest.raises(ArchiveError):
            read_payload(crawl.archive.folder, ledger, recorded.capture)
        return
    payload = read_payload(crawl.archive.folder, ledger, recorded.capture)
    assert b"".join(payload.pieces) == case.payload, "an editor would be handed another document than was sent"
