"""What an editor says of a citation's target: typed, taken back, shown, or a tracking link asked now.

Rules:
- Nothing is overwritten: each word of an editor is a row of its own, and the newest counts.
- A typed target is a web address that anybody may open: no tracking link, nothing that names a recipient.
- Asking now goes past robots.txt, used attempts and `unwrap = "never"`, which is why only an editor can; what
  was answered once, is blacked out in its source, or looks like opting out is not asked by anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from crawler.clock import Clock
from crawler.config import Config
from crawler.errors import UsageError
from crawler.fetch.asking import host_of
from crawler.fetch.opaque import Answer, ask_now, refusal_of
from crawler.judge.unknown import explain_unknown
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Flag, Kind, Override, Wrapper
from crawler.night.settle import typed_subject
from crawler.seeds.documents import read_documents
from crawler.urls.address import NAMES_RECIPIENT, read_address
from crawler.urls.redact import redact, redact_text
from crawler.wire import addresses


def find_citation(ledger: Ledger, citation_id: str) -> Citation:
    """A citation that some night read, in its newest form. Raises UsageError naming what to do for any other id."""
    citation = ledger.citation(citation_id)
    if citation is None:
        raise UsageError(
            f"no night has read a citation {redact_text(citation_id)!r}; `evercite cite` lists the ids of the seeds,"
            " and --archive names another archive"
        )
    return citation


def type_target(
    ledger: Ledger, citation_id: str, printed: str, why: str, clock: Clock, config: Config | None = None
) -> str:
    """Record the target an editor typed; returns the cleaned uri. Raises UsageError saying what is wrong with it."""
    citation = find_citation(ledger, citation_id)
    if citation.kind is Kind.MAIL:
        raise UsageError(f"{citation.id} is an e-mail address: it is kept and never opened, so it has no target")
    uri = _web_address(_text(printed))
    _check_public(uri, config or Config())
    ledger.type_target(_override(citation, uri, why, clock))
    return uri


def take_back(ledger: Ledger, citation_id: str, why: str, clock: Clock) -> None:
    """Record that a typed target is taken back. Raises UsageError when none is typed."""
    citation = find_citation(ledger, citation_id)
    if typed_subject(citation) not in ledger.overrides():
        raise UsageError(f"{citation.id} has no typed target to take back; `evercite target show` tells what it has")
    ledger.type_target(_override(citation, None, why, clock))


def _override(citation: Citation, uri: str | None, why: str, clock: Clock) -> Override:
    return Override(typed_subject(citation), citation.id, uri, words_of(why, "--why"), clock.now())


def words_of(text: str, option: str) -> str:
    """An editor's words as they are kept: on one line, printable, every address in them redacted.

    Raises UsageError when nothing is left, naming the option.
    """
    words = redact_text(_plain(" ".join(_text(text).split())))
    if not words:
        raise UsageError(f"{option} is empty; say in a few words {_WANTED[option]}, for whoever reads the report later")
    return words


_WANTED = {"--why": "why", "--by": "who you are"}


def _text(words: str) -> str:
    """Words from a command line that can be written anywhere: bytes that are no UTF-8 replaced."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _plain(words: str) -> str:
    """Words without what a terminal would obey."""
    return "".join(one if one.isprintable() else " " for one in words)


def _web_address(printed: str) -> str:
    """The fetch uri of what an editor typed; an offline wrapper is opened."""
    address = read_address(printed)
    if any(not one.isprintable() or one.isspace() for one in printed.strip()):
        raise UsageError(f"{redact_text(_plain(printed))} is not one address; give one, without spaces in it")
    if address.is_tracker and address.rule == NAMES_RECIPIENT:
        raise UsageError(f"{address.display} names a recipient; give an address that anybody may open")
    if address.is_tracker:
        raise UsageError(
            f"{address.display} is itself a tracking link; open it in a browser and give the address it ends on"
        )
    if address.redacted_in_source:
        raise UsageError(f"{address.printed} is blacked out; give the address itself")
    if address.uri is None:
        raise UsageError(f"{address.printed} is no web address; give one that begins with https:// or http://")
    if Flag.SCHEME_INFERRED in address.flags:
        raise UsageError(f"{address.printed} says neither http nor https; give {redact('https://' + printed.strip())}")
    if redact(address.uri) != address.uri:
        raise UsageError(f"{redact(address.uri)} names a recipient; give an address that anybody may open")
    return address.uri


def _check_public(uri: str, config: Config) -> None:
    """Refuse what no reader can open: an address of this machine or of a private network."""
    host = host_of(uri).strip("[]")
    address = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host
    allowed = addresses.networks_of(config.allow_private_networks)
    refused = addresses.refusal_of(address, allowed) if addresses.is_literal(address) else ""
    if refused:
        raise UsageError(f"{redact(uri)}: {refused}; give an address that anybody may open")


# ---------------------------------------------------------------- asking now


def resolve_now(
    ledger: Ledger, config: Config, clock: Clock, citation_id: str, paths: Sequence[Path]
) -> tuple[str | None, str]:
    """Ask where a tracking link leads, unless that is known: the target or None, and a sentence that says how.

    The link itself stands only in the seed documents, which are read again. Raises UsageError where it cannot be
    asked at all.
    """
    citation = find_citation(ledger, citation_id)
    wrapper = citation.wrapper
    if wrapper is None:
        raise UsageError(f"{citation.id} is no tracking link; it leads to {redact(citation.uri or citation.printed)}")
    typed = ledger.overrides().get(wrapper.sha256)
    if typed is not None:
        told = f"an editor typed its target on {_day(typed.set_at, config)} ({typed.why})"
        return typed.uri, f"not asked: {told}; take it back with `target unset` first"
    answered = ledger.tracker_answer(wrapper.sha256)
    if answered is not None:
        times = [attempt.intended_at for attempt in ledger.attempts_of(wrapper.sha256) if attempt.answer]
        return answered, f"not asked again: it was answered on {_day(times[-1], config)}"
    answer = ask_now(ledger, config, clock, _wrapper_to_ask(ledger, config, citation, paths))
    return answer.uri, _told(answer)


def _day(at: datetime, config: Config) -> str:
    return f"{at.astimezone(ZoneInfo(config.timezone)):%F}"


def _wrapper_to_ask(ledger: Ledger, config: Config, citation: Citation, paths: Sequence[Path]) -> Wrapper:
    """The wrapper as its document has it. Raises UsageError for one that nobody may ask."""
    found = next((c for c in read_documents(paths, ledger.names()).citations if c.id == citation.id), None)
    if found is None or found.wrapper is None:
        raise UsageError(
            f"{citation.id} stands in {redact_text(citation.document)}, which is not among the documents read;"
            " name where it lies with --seeds"
        )
    wrapper = found.wrapper
    if wrapper.redacted_in_source:
        raise UsageError(f"{citation.id} is blacked out in its document; put the original there, or type the target")
    refused = NAMES_RECIPIENT if wrapper.rule == NAMES_RECIPIENT else refusal_of(wrapper.raw, config)
    if refused is not None:
        raise UsageError(f"{citation.id} is not asked: {explain_unknown(refused).evidence.en}")
    return wrapper


def _told(answer: Answer) -> str:
    if answer.uri is not None:
        return f"asked now: it leads there ({len(answer.hops)} hops)"
    return f"asked now, still unknown: {explain_unknown(answer.words).evidence.en}"
