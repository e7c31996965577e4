"""One night, told on one page: cite → fetch → judge → report.

Rules:
- A night that was cut off is taken up by the next start within `night_hours`, under its own id; what it
  observed already stands. After that it is closed as it was, and a new night begins.
- What stops a night is ours (EverciteError, exit 2); what the web does is in the report.
"""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from crawler.archive.merge import merge_index
from crawler.archive.recovery import recover
from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.config import Config, read_config
from crawler.errors import ArchiveError, EverciteError, UsageError
from crawler.fetch.crawl import crawl
from crawler.fetch.round import batches_of
from crawler.fetch.scribe import Scribe
from crawler.fetch.work import Work
from crawler.judge import RULES_VERSION
from crawler.ledger.ledger import Ledger
from crawler.model import Aside, Citation, Group, KnownNames, Night
from crawler.night.assess import assess, before, find_settled, read_night, subject_of
from crawler.night.beside import plan_side_looks
from crawler.night.fixity import prove_again
from crawler.night.lock import night_lock
from crawler.night.notifying import notify_night, queue_night
from crawler.night.plan import (
    cited_by,
    look_again,
    not_due,
    revalidations,
    robots_failing_since,
    second_looks,
    targets_of,
    with_session,
    wrapper_cited_by,
    wrappers_of,
)
from crawler.night.publishing import BESIDE, COPIES, Publisher, tell
from crawler.night.settle import known_targets, settle
from crawler.night.sights import read_sights
from crawler.night.voice import Voice
from crawler.reports.health import Said
from crawler.seeds.documents import Memory, Seeds, read_documents
from crawler.urls.canonical import urlkey

QUIET, NEWS, FAILED, INVALID, TERMINATED = 0, 1, 2, 4, 128 + signal.SIGTERM


@dataclass(frozen=True, slots=True)
class Places:
    """Where a night reads and writes: seeds (files or folders), the archive and the reports."""

    seeds: tuple[Path, ...] = (Path("seeds"),)
    archive: Path = Path("archive")
    reports: Path = Path("reports")


@dataclass(frozen=True, slots=True)
class _Run:
    """A night under way."""

    places: Places
    config: Config
    clock: Clock
    voice: Voice
    ledger: Ledger
    seeds: Seeds
    night: Night
    writer: ArchiveWriter
    work: Work

    @property
    def folder(self) -> Path:
        return self.places.reports / self.night.id


def run_night(places: Places, config: Config, clock: Clock, voice: Voice) -> int:
    """Run a night; returns its exit status. Raises EverciteError when it cannot be run at all."""
    with _opened(places, config, clock, voice) as run:
        crawl(run.work)
        return _finish(run)


@contextmanager
def _opened(places: Places, config: Config, clock: Clock, voice: Voice) -> Iterator[_Run]:
    """A night begun or taken up: the lock held, the archive whole, the seeds read, the work planned."""
    path = places.archive / "ledger.sqlite3"
    # The first time, the seeds are read before anything is made: a slip there leaves no empty archive behind.
    first = None if path.exists() else read_seeds(places.seeds)
    with night_lock(places.archive), closing(Ledger.open(path)) as ledger:
        seeds = first or read_seeds(places.seeds, ledger.names(), ledger)
        recovered = recover(places.archive, ledger, urlkey)
        night = open_night(ledger, places.archive, config, clock)
        _make(places.reports / night.id)
        voice.begin(places.reports / night.id / "night.log")
        try:
            for sentence in recovered:
                voice.say(sentence)
            citations = settle(seeds.citations, known_targets(ledger, config))
            ledger.record_seeds(night.id, seeds.documents, citations, seeds.unreadable)
            writer = ArchiveWriter(places.archive, ledger, night, clock, _warcinfo(config))
            work = plan_work(ledger, night, citations, config, clock, Scribe(writer, ledger))
            work.on_progress = voice.progress
            voice.say(f"night {night.id}: {len(seeds.citations)} citations, {work.size()} targets to check")
            try:
                yield _Run(places, config, clock, voice, ledger, seeds, night, writer, work)
            finally:
                work.scribe.close()
        except EverciteError as error:
            voice.note(str(error))  # the command line says it on standard error
            raise
        finally:
            voice.end()


def _finish(run: _Run) -> int:
    """Judge and report what the crawl saw, and close the night."""
    run.work.scribe.close()
    if run.work.terminated:
        run.writer.close()
        return TERMINATED
    ledger, night, config = run.ledger, run.night, run.config
    problems = prove_again(run.places.archive, ledger, run.voice)
    read_sights(ledger, run.places.archive, night.id, config)
    validity = read_night(ledger, night)
    if validity.valid:
        for found in find_settled(ledger, night, settle(run.seeds.citations, known_targets(ledger, config))):
            run.voice.say(found.en)
    citations = settle(run.seeds.citations, known_targets(ledger, config))
    ledger.record_seeds(night.id, run.seeds.documents, citations, run.seeds.unreadable)
    assess(ledger, night, citations, config)
    status = INVALID if not validity.valid else NEWS if has_news(ledger, night, citations) else QUIET
    publisher = Publisher(ledger, config, run.places.archive, run.voice.say)
    report = publisher.report(ledger.night(night.id), run.places.reports / COPIES, BESIDE, problems)
    run.voice.say(f"status {status}: {report.lead.en}")
    tell(report, run.folder, config.language)
    publisher.summarise(report)
    _archive_resources(run)
    run.writer.close()
    merge_index(run.places.archive)
    _replace_latest(run.places.reports, run.folder)
    queue_night(ledger, report, config, run.clock.now())
    ledger.end_night(night.id, run.clock.now(), status, RULES_VERSION)
    try:
        publisher.write_nights(run.places.reports, run.clock.now())
    except EverciteError as error:
        run.voice.warn(str(error))  # the night and its report stand
    said = (report.lead, *report.archive_problems)
    run.voice.close_with(_joined(said, config.language), run.folder / "index.html")
    notify_night(ledger, config, run.clock.now(), run.voice)
    return status


def _joined(said: Iterable[Said], language: str) -> str:
    return ("" if language == "zh" else " ").join(one.told(language) for one in said)


def _archive_resources(run: _Run) -> None:
    """What a later reader needs to understand the night: its settings, its seeds, its log and its report."""
    digests = {document.path: f"sha256:{document.sha256}" for document in run.seeds.documents}
    blocks = {
        "settings.json": json.dumps(run.config.recorded(), ensure_ascii=False).encode(),
        "seeds.json": json.dumps(digests, ensure_ascii=False).encode(),
        "night.log": (run.folder / "night.log").read_bytes(),
        "report.json": (run.folder / "report.json").read_bytes(),
    }
    for name, block in blocks.items():
        media_type = "application/json" if name.endswith(".json") else "text/plain; charset=utf-8"
        run.writer.write_resource(f"urn:evercite:{run.night.id}:{name}", media_type, block)


def read_seeds(paths: Sequence[Path], names: KnownNames | None = None, memory: Memory | None = None) -> Seeds:
    """The documents and citations of the seeds, under the names they were first recorded by.

    Raises UsageError when nothing in them can be read.
    """
    seeds = read_documents(paths, names, memory)
    if not seeds.documents:
        why = "; ".join(f"{row.document}: {row.why}" for row in seeds.unreadable[:3])
        places = ", ".join(str(path) for path in paths)
        raise UsageError(f"nothing readable in {places}{f' ({why})' if why else ''}; put documents there")
    return seeds


def open_night(ledger: Ledger, archive: Path, config: Config, clock: Clock) -> Night:
    """The night to run: an interrupted one that is still young enough, else a new one."""
    now = clock.started_at
    interrupted = ledger.unfinished_night()
    if interrupted is not None:
        if timedelta(0) <= now - interrupted.started_at < timedelta(hours=config.night_hours):
            return interrupted
        citations = settle(ledger.citations_of(interrupted.id), known_targets(ledger, config))
        read_sights(ledger, archive, interrupted.id, config)
        read_night(ledger, interrupted)
        assess(ledger, interrupted, citations, config)
        ledger.end_night(interrupted.id, now, FAILED, RULES_VERSION)
    night = Night(f"{now:%Y%m%dT%H%M%SZ}", now.replace(microsecond=0), clock.simulated)
    if any(known.id == night.id for known in ledger.nights()):
        raise UsageError(f"night {night.id} was already run; start another second later, or give --now another instant")
    ledger.begin_night(night, json.dumps(config.recorded(), ensure_ascii=False))
    return night


def plan_work(
    ledger: Ledger, night: Night, citations: Sequence[Citation], config: Config, clock: Clock, scribe: Scribe
) -> Work:
    """What is left to fetch this night, and what earlier nights know of it."""
    done = ledger.observations_of(night.id)
    answered, invalid_running = before(ledger, night)
    targets = targets_of(citations, look_again(ledger, citations, night.id), not_due(ledger, night, citations))

    def plan_beside() -> list[Aside]:
        settled = settle(citations, known_targets(ledger, config))  # with the targets of trackers asked tonight
        return plan_side_looks(ledger, scribe.archive_folder, night.id, settled, config)

    return Work(
        night=night.id,
        config=config,
        clock=clock,
        deadline_at=night.started_at + timedelta(hours=config.night_hours),
        ledger=ledger,
        scribe=scribe,
        batches=batches_of(target for target in targets if target.uri not in done),
        wrappers=wrappers_of(citations),
        already=list(done.values()),
        cited_by=cited_by(citations),
        wrapper_cited_by=wrapper_cited_by(citations),
        revalidations=revalidations(ledger, night.id),
        with_session=with_session(citations),
        second_looks=second_looks(targets),
        robots_failing_since=robots_failing_since(ledger, night.id),
        answered_last_valid=answered,
        invalid_nights_running=invalid_running,
        plan_beside=plan_beside,
    )


def has_news(ledger: Ledger, night: Night, citations: Sequence[Citation]) -> bool:
    """Whether a row entered "needs you" this night."""
    now, earlier = ledger.standings_of(night.id), ledger.standings_before(night.id)
    return any(
        now[subject].group is Group.NEEDS_YOU
        and (subject not in earlier or earlier[subject].group is not Group.NEEDS_YOU)
        for subject in map(subject_of, citations)
        if subject in now
    )


def _warcinfo(config: Config) -> dict[str, str]:
    return {
        "operator": config.contact or "not stated",
        "robots": "RFC 9309, obeyed",
        "http-header-user-agent": config.agent_field,
        "description": "the links cited in a briefing, and where they led on this night",
    }


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{folder}: cannot be made ({error.strerror}); check the folder's permissions") from error


def _replace_latest(reports: Path, folder: Path) -> None:
    """`latest/` is a real copy; it is swapped in whole, so that a reader never meets half of one."""
    latest, fresh, old = reports / "latest", reports / ".latest-new", reports / ".latest-old"
    try:
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        shutil.copytree(folder, fresh)
        if latest.exists():
            latest.rename(old)
        fresh.rename(latest)
    except (OSError, shutil.Error) as error:
        raise EverciteError(f"{latest}: cannot be replaced ({error}); the report is in {folder}") from error
    shutil.rmtree(old, ignore_errors=True)


def open_for_scrapy() -> Work:
    """The work of `scrapy crawl citations`: the night that `evercite night` would run here, finished when it closes."""
    default = Path("evercite.toml")
    config = read_config(default) if default.exists() else Config()
    stack = ExitStack()
    run = stack.enter_context(_opened(Places(), config, Clock(), Voice(quiet=True)))

    def finish() -> None:
        with stack:
            if run.work.error is None:
                _finish(run)

    run.work.finish = finish
    return run.work
