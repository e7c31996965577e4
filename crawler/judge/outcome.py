"""One observation → one outcome: a table with one row per outcome, read from the top, the first match wins.

Rules:
- Every outcome has exactly one row, and the row names what it looks at.
- Rows of stage CITATION are decided from the citation, rows of stage WIRE from hops, heads and lengths, rows of
  stage PAGE from what the page shows; where it is not known, they match nothing.
- The order is that of the verdicts' page. Only an explicit offer of the domain steps before its place: what shows
  nothing, or leads to one page, may be for sale.
- An observation with a certificate failure is judged up to that failure: the second, unverified look that follows
  classifies what is there and changes no outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from crawler.judge import answers, barriers, fragments, redirects, sight, soft404
from crawler.judge.case import Case
from crawler.judge.found import Found, Test, found
from crawler.judge.likeness import is_unlike
from crawler.judge.parked import parked
from crawler.judge.sink import redirect_sink
from crawler.judge.unknown import explain_unknown
from crawler.judge.walls import FIELDS_READ as WALL_FIELDS
from crawler.model import (
    NO_CONNECTION,
    Citation,
    Defect,
    Failure,
    Family,
    Kind,
    Observation,
    Outcome,
    Reading,
    Surroundings,
)


class Stage(StrEnum):
    """What must be at hand to decide a row."""

    CITATION = "citation"
    WIRE = "wire"
    PAGE = "page"


class On(StrEnum):
    """Which observations a row can match at all: what rules it out need not be asked."""

    ANY = "any"
    GOOD = "a good answer"
    BAD = "anything else"


@dataclass(frozen=True, slots=True)
class Row:
    """One outcome: its family, what it looks at, and the tests that give it (any of them)."""

    outcome: Outcome
    family: Family
    looks_at: str
    tests: tuple[Test, ...] = ()
    on: On = On.ANY
    stage: Stage = Stage.WIRE


def _failure_row(outcome: Outcome, family: Family, looks_at: str) -> Row:
    return Row(outcome, family, looks_at, (answers.failed(Failure(outcome)),), On.BAD)


def _page_row(outcome: Outcome, family: Family, looks_at: str, *tests: Test) -> Row:
    return Row(outcome, family, looks_at, tests, On.GOOD, Stage.PAGE)


_OURS, _REFUSAL, _OUTAGE = Family.OURS, Family.REFUSAL, Family.OUTAGE
_CERTIFICATE, _SIGHT, _INFERRED, _CONTENT = Family.CERTIFICATE, Family.SIGHT, Family.INFERRED, Family.CONTENT
_server_error = answers.any_status("status-5xx", range(500, 600), "the server failed", "服务器出错")
_client_error = answers.any_status("status-4xx", range(400, 500), "the server rejects the request", "服务器不接受请求")

TABLE: tuple[Row, ...] = (
    Row(Outcome.NOT_CRAWLED, _OURS, "the citation's kind: mail and others", stage=Stage.CITATION),
    Row(Outcome.MALFORMED, _OURS, "the citation's defect after repair", stage=Stage.CITATION),
    Row(Outcome.TARGET_UNKNOWN, _OURS, "a tracker without a known target", stage=Stage.CITATION),
    Row(Outcome.NOT_CHECKED, _OURS, "our refusal, or no hop asked", (answers.not_checked,)),
    Row(Outcome.ROBOTS, _REFUSAL, "a parsed Disallow", (answers.robots,)),
    Row(
        Outcome.BLOCKED,
        _REFUSAL,
        "walls.py on the last head; words/wall_pages.py on its page, of any status; 401 402 403 405 406 407 451",
        (answers.walled, barriers.walled_page, answers.refusing_status),
    ),
    Row(Outcome.RATE_LIMITED, _REFUSAL, "429", (answers.rate_limited,), On.BAD),
    Row(
        Outcome.LOGIN,
        _REFUSAL,
        "a redirect to a sign-in path with a return parameter; a page with a password field and little text",
        (redirects.login, barriers.sign_in_page),
        On.GOOD,
    ),
    _page_row(
        Outcome.CONSENT,
        _REFUSAL,
        "a redirect to a consent host; a page that asks for consent and for nothing else",
        barriers.consent_gate,
        barriers.consent_page,
    ),
    Row(Outcome.GONE, Family.GONE, "410", (answers.gone,), On.BAD),
    Row(Outcome.NOT_FOUND, Family.GONE, "404", (answers.not_found,), On.BAD),
    _failure_row(Outcome.DNS_NXDOMAIN, Family.HOST, "no such name"),
    _failure_row(Outcome.DNS_FAILURE, _OUTAGE, "no answer about the name"),
    _failure_row(Outcome.DNS_NODATA, _OUTAGE, "a name without address"),
    _failure_row(Outcome.REFUSED, _OUTAGE, "connection refused"),
    _failure_row(Outcome.RESET, _OUTAGE, "connection reset"),
    _failure_row(Outcome.TIMEOUT, _OUTAGE, "no answer in time"),
    _failure_row(Outcome.TRUNCATED, _OUTAGE, "a body that the peer broke off"),
    Row(
        Outcome.BAD_HTTP, _OUTAGE, "not HTTP; 1xx, 206, ≥ 600; 3xx without usable Location", (answers.bad_http,), On.BAD
    ),
    Row(
        Outcome.REDIRECT_LOOP,
        _OUTAGE,
        "the last hop's detail: redirect-loop, max-hops",
        (answers.redirect_loop,),
    ),
    Row(
        Outcome.UNAVAILABLE,
        _OUTAGE,
        "503 with Retry-After; 202; a maintenance page on 2xx",
        (answers.unavailable, barriers.maintenance_page),
    ),
    Row(Outcome.SERVER_ERROR, _OUTAGE, "other 5xx", (_server_error,), On.BAD),
    Row(Outcome.CLIENT_ERROR, _OUTAGE, "other 4xx", (_client_error,), On.BAD),
    _failure_row(Outcome.TLS_EXPIRED, _CERTIFICATE, "certificate out of date"),
    _failure_row(Outcome.TLS_HOSTNAME, _CERTIFICATE, "certificate for another name"),
    _failure_row(Outcome.TLS_SELF_SIGNED, _CERTIFICATE, "certificate of unknown issuer"),
    _failure_row(Outcome.TLS_INCOMPLETE_CHAIN, _CERTIFICATE, "intermediate certificate not sent"),
    _failure_row(Outcome.TLS_PROTOCOL, _OUTAGE, "no TLS session"),
    Row(
        Outcome.EMPTY, _SIGHT, "zero bytes, 204; HTML without text and scripts", (sight.no_body, sight.no_text), On.GOOD
    ),
    _page_row(
        Outcome.JS_SHELL, _SIGHT, f"HTML with scripts and under {sight.SHELL_CHARS} characters of text", sight.js_shell
    ),
    _page_row(
        Outcome.UNSUPPORTED_TYPE, _SIGHT, "a complete body that does not open as its type", sight.unsupported_type
    ),
    Row(
        Outcome.REDIRECT_ROOT,
        _INFERRED,
        "a deep path that ends on its site's home",
        (redirects.redirect_root,),
        On.GOOD,
    ),
    Row(Outcome.REDIRECT_ERROR, _INFERRED, "a last path named after an error", (redirects.redirect_error,), On.GOOD),
    _page_row(
        Outcome.REDIRECT_SINK,
        _INFERRED,
        "three and more cited paths of a host that end on one page, neither deep nor their parent",
        redirect_sink,
    ),
    _page_row(Outcome.PARKED, _INFERRED, "for-sale hosts in the chain; for-sale phrases on a short page", parked),
    _page_row(
        Outcome.SOFT_404, _INFERRED, f"the score of a page that is not there, {soft404.SOFT} and more", soft404.soft_404
    ),
    _page_row(Outcome.SOFT_404_SUSPECTED, _INFERRED, f"the same, {soft404.SUSPECTED} or 3", soft404.soft_404_suspected),
    _page_row(Outcome.FRAGMENT_MISSING, _CONTENT, "#id or #page=N in the page", fragments.fragment_missing),
    _page_row(Outcome.TEXT_FRAGMENT_MISSING, _CONTENT, "#:~:text= in the page", fragments.text_fragment_missing),
    Row(Outcome.OK_HTTPS, _CONTENT, "cited and last uri differ in scheme alone", (redirects.ok_https,), On.GOOD),
    Row(Outcome.OK_MOVED, _CONTENT, "301 or 308 on every hop", (redirects.ok_moved,), On.GOOD),
    Row(Outcome.OK_REDIRECTED, _CONTENT, "more than one hop", (redirects.ok_redirected,), On.GOOD),
    Row(Outcome.OK, _CONTENT, "2xx with a body; 304 for a body that was ok", (answers.ok,), On.GOOD),
)

FAMILY: dict[Outcome, Family] = {row.outcome: row.family for row in TABLE}
# No exchange came about: what was met on the way to robots.txt would be met on the way to the page.
UNREACHED = frozenset({Failure.DNS_FAILURE, Failure.DNS_NODATA, Failure.REFUSED, Failure.TLS_PROTOCOL})
CERTIFICATE_FAILURES = frozenset(Failure(row.outcome) for row in TABLE if row.family is Family.CERTIFICATE)
# Response fields (names in lower case) that a Hop must keep for these rows.
FIELDS_READ = WALL_FIELDS | {"content-length", "retry-after"}


_ON_GOOD = tuple((row.outcome, test) for row in TABLE if row.on is not On.BAD for test in row.tests)
_ON_BAD = tuple((row.outcome, test) for row in TABLE if row.on is not On.GOOD for test in row.tests)


def read(observation: Observation, cited_uri: str, around: Surroundings = Surroundings()) -> Reading:  # noqa: B008
    """The outcome of one observation of the target cited as `cited_uri`, with its evidence.

    `around` is what is known beside the observation; rows that need what is not known do not match.
    """
    case = Case(_as_verified(observation), cited_uri, around)
    for outcome, test in _ON_GOOD if case.is_good else _ON_BAD:
        match = test(case)
        if match is not None:
            unlike = _unlike_last_good(case) if FAMILY[outcome] is Family.INFERRED else None
            return Reading(outcome, match.evidence, match.sub, _is_robots_alone(observation), unlike)
    raise AssertionError(f"no row of the outcome table fits {observation!r}")


def _unlike_last_good(case: Case) -> bool | None:
    """Whether the page shows something else than the last good capture; None where one of the two is not known."""
    page, last_good = case.page, case.around.last_good
    return None if page is None or last_good is None else is_unlike(page, last_good)


def _is_robots_alone(observation: Observation) -> bool:
    """Whether robots.txt failed where its pages may still be there; no connection is none for any of them."""
    final = observation.final
    if not observation.robots_only or final is None:
        return observation.robots_only
    return not (final.failure in UNREACHED or (final.failure is Failure.TIMEOUT and final.detail == NO_CONNECTION))


def _as_verified(observation: Observation) -> Observation:
    """The observation up to its first certificate failure; whole where there was none."""
    for n, hop in enumerate(observation.hops):
        if hop.failure in CERTIFICATE_FAILURES:
            failed_hop = replace(hop, status=None, fields=(), detail="")
            return replace(observation, hops=(*observation.hops[:n], failed_hop), content=None)
    return observation


def read_citation(citation: Citation, tracker_answer: str | None = None) -> Reading | None:
    """The outcome of a citation that has nothing to fetch; None where there is a target to observe.

    `tracker_answer` is what was last recorded of its tracking link (see unknown.py).
    """
    for outcome, test in (
        (Outcome.NOT_CRAWLED, _not_crawled),
        (Outcome.MALFORMED, _malformed),
        (Outcome.TARGET_UNKNOWN, lambda c: None if c.uri is not None else explain_unknown(tracker_answer)),
    ):
        match = test(citation)
        if match is not None:
            return Reading(outcome, match.evidence, match.sub)
    return None


def _not_crawled(citation: Citation) -> Found | None:
    if citation.kind is Kind.MAIL:
        return found("kind-mail", "An e-mail address: kept, never contacted.", "电子邮件地址：只登记，不检查。")
    parsed = citation.defect in (None, Defect.UNSUPPORTED_SCHEME)
    if citation.defect is Defect.UNSUPPORTED_SCHEME or (citation.kind is Kind.OTHER and parsed):
        return found("kind-other", "Neither http nor https: kept, not checked.", "不是网页链接：只登记，不检查。")
    return None


def _malformed(citation: Citation) -> Found | None:
    if citation.defect is None:
        return None
    return found(
        f"defect-{citation.defect}",
        "What is printed is no web address, even after repair.",
        "印出的文字修补之后仍不是有效的网址。",
        citation.defect,
    )
