"""One host per outcome of a night, and what a night should say of it: a table for tests to go through.

Rules: a row's page stands at https://LABEL.example.org/page; `later` is the outcome on the second night
where it differs. Rows whose outcome needs an understanding of the page's text are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from crawler.model import Outcome
from tests.web.answers import Answer, Behaviour, File, Nights, NotFound, Page, ValidatedPage, VolatilePage, text
from tests.web.bodies import make_jpeg, make_pdf, make_png
from tests.web.certificates import Certificate
from tests.web.names import Name
from tests.web.redirects import (
    RAW_UTF_8,
    CookieGate,
    EndlessHops,
    MetaRefresh,
    NeedsCookie,
    NoLocation,
    Redirect,
    RefreshField,
    chain,
)
from tests.web.sites import Door, Site, robots
from tests.web.trouble import TROUBLE, CloseWhenIdle, Raw, ResetAfterRequest, ResetMidBody, Silence, SilenceMidBody
from tests.web.walls import (
    AKAMAI,
    AWS_CAPTCHA,
    AWS_CHALLENGE,
    CLOUDFLARE,
    EMPTY,
    LINKEDIN,
    WALLS,
    RetryLater,
    after_tries,
)

LANDING: Mapping[str, Behaviour] = {
    "/landing": Page("The page at the end"),
    quote(RAW_UTF_8): Page("循环经济报告", "zh"),
}
NEWS = "The closing date of the call was moved to 14 March after three municipalities asked for more time."


@dataclass(frozen=True)
class OutcomeCase:
    """One row: where, what to expect on the first night, and on the second."""

    label: str
    outcome: Outcome
    behaviour: Behaviour = field(default_factory=lambda: Page("An ordinary page"))
    later: Outcome | None = None
    paths: Mapping[str, Behaviour] = field(default_factory=dict)
    robots: Behaviour = field(default_factory=NotFound)
    certificate: Certificate = Certificate.VALID
    name: Name = Name.KNOWN
    door: Door = Door.OPEN
    scheme: str = "https"

    @property
    def uri(self) -> str:
        """What a briefing would cite."""
        return f"{self.scheme}://{self.label}.example.org/page"

    def on(self, night: int) -> Outcome:
        """The outcome expected on a night."""
        return self.later if night and self.later else self.outcome

    @property
    def site(self) -> Site:
        """The host of the row."""
        paths = {**LANDING, "/page": self.behaviour, **self.paths}
        return Site(f"{self.label}.example.org", paths, self.robots, NotFound(), self.certificate, self.name, self.door)


Case = OutcomeCase

FINE = (
    Case("ok", Outcome.OK),
    Case("plain-http", Outcome.OK, scheme="http"),
    Case("unchanged", Outcome.OK, Page("A page that stays", "zh")),
    Case("changed", Outcome.OK, Page("A page that changes", changes={1: NEWS})),
    Case("volatile", Outcome.OK, VolatilePage("A page with a counter")),
    Case("not-modified", Outcome.OK, ValidatedPage("A page with validators")),
    Case("pdf", Outcome.OK, File(make_pdf("Annual table", ["One line.", "Another line."]), "application/pdf")),
    Case("image", Outcome.OK, File(make_png(), "image/png")),
    Case("photograph", Outcome.OK, File(make_jpeg(), "image/jpeg", validated=True)),
    Case("non-authoritative", Outcome.OK, Answer(203, Page("Through a proxy").body(0))),
    Case("closes-when-idle", Outcome.OK, CloseWhenIdle()),
    Case("restored", Outcome.NOT_FOUND, Nights({0: NotFound(), 1: Page("A page restored")}), later=Outcome.OK),
    Case("busy-then-ok", Outcome.OK, after_tries(RetryLater(503), Page("After a pause"))),
    Case("too-many-then-ok", Outcome.OK, after_tries(RetryLater(429), Page("After another pause"))),
)
MOVED = (
    Case("moved", Outcome.OK_MOVED, paths=chain("/page", (301, 301, 308), Page("Moved for good"))),
    Case("found", Outcome.OK_REDIRECTED, paths=chain("/page", (302, 303, 307), Page("Moved for now"))),
    Case("moved-and-found", Outcome.OK_REDIRECTED, paths=chain("/page", (301, 302), Page("Moved somehow"))),
    Case("cookie-302", Outcome.OK_REDIRECTED, CookieGate("/landing")),
    Case("cookie-301", Outcome.OK_MOVED, CookieGate("/landing", status=301)),
    Case(
        "cookie-chain",
        Outcome.OK_REDIRECTED,
        CookieGate("/landing", by_way_of="/gate"),
        paths={"/gate": NeedsCookie(Redirect("/landing"))},
    ),
    Case("refresh", Outcome.OK_REDIRECTED, RefreshField("/landing")),
    Case("meta-refresh", Outcome.OK_REDIRECTED, MetaRefresh("/landing")),
    Case("raw-location", Outcome.OK_REDIRECTED, Redirect(RAW_UTF_8)),
    Case("relative-location", Outcome.OK_REDIRECTED, Redirect("../landing?from=relative#part")),
)
REFUSED = (
    Case("robots-disallow", Outcome.ROBOTS, robots=robots("Disallow: /page")),
    Case("robots-pattern", Outcome.ROBOTS, robots=robots("Allow: /", "Disallow: /*ge$", "Crawl-delay: 1")),
    Case("robots-moved", Outcome.ROBOTS, robots=Redirect("/rules", 301), paths={"/rules": robots("Disallow: /")}),
    Case("robots-for-others", Outcome.OK, robots=text("User-agent: otherbot\nDisallow: /\n")),
    Case("robots-forbidden", Outcome.OK, robots=WALLS["forbidden"]),
    Case("robots-502", Outcome.SERVER_ERROR, robots=WALLS["bad-gateway"]),
    Case("robots-timeout", Outcome.TIMEOUT, robots=Silence()),
    Case("forbidden", Outcome.BLOCKED, WALLS["forbidden"]),
    Case("unauthorized", Outcome.BLOCKED, WALLS["unauthorized"]),
    Case("legal", Outcome.BLOCKED, WALLS["legal"]),
    Case("linkedin", Outcome.BLOCKED, LINKEDIN),
    Case("cloudflare", Outcome.BLOCKED, CLOUDFLARE),
    Case("aws-challenge", Outcome.BLOCKED, AWS_CHALLENGE),
    Case("aws-captcha", Outcome.BLOCKED, AWS_CAPTCHA),
    Case("akamai", Outcome.BLOCKED, AKAMAI),
    Case("too-many", Outcome.RATE_LIMITED, RetryLater(429)),
    Case("too-many-date", Outcome.RATE_LIMITED, RetryLater(429, as_date=True)),
    Case("to-file", Outcome.NOT_CHECKED, Redirect("file:///etc/passwd")),
    Case("to-javascript", Outcome.NOT_CHECKED, Redirect("javascript:alert(1)")),
    Case("to-metadata", Outcome.NOT_CHECKED, Redirect("http://169.254.169.254/latest/meta-data/")),
    Case("to-mapped-private", Outcome.NOT_CHECKED, Redirect("http://[::ffff:10.0.0.1]/")),
)
FAILING = (
    Case("gone", Outcome.GONE, WALLS["gone"]),
    Case("not-found", Outcome.NOT_FOUND, NotFound()),
    Case("long-not-found", Outcome.NOT_FOUND, NotFound(length=660_000)),
    Case("server-error", Outcome.SERVER_ERROR, WALLS["server-error"]),
    Case("unavailable", Outcome.UNAVAILABLE, RetryLater(503)),
    Case("client-error", Outcome.CLIENT_ERROR, WALLS["bad-request"]),
    Case("timeout", Outcome.TIMEOUT, Silence()),
    Case("timeout-mid-body", Outcome.TIMEOUT, SilenceMidBody()),
    Case("timeout-connect", Outcome.TIMEOUT, door=Door.UNANSWERED),
    Case("timeout-handshake", Outcome.TIMEOUT, door=Door.SILENT),
    Case("reset", Outcome.RESET, ResetAfterRequest()),
    Case("reset-mid-body", Outcome.RESET, ResetMidBody()),
    Case("reset-on-accept", Outcome.RESET, door=Door.RESET, scheme="http"),
    Case("refused", Outcome.REFUSED, door=Door.REFUSED),
    Case("cut", Outcome.TRUNCATED, TROUBLE["close-mid-body"]),
    Case("partial", Outcome.BAD_HTTP, WALLS["partial"]),
    Case("no-location", Outcome.BAD_HTTP, NoLocation()),
    Case("not-http", Outcome.BAD_HTTP, Raw(b"220 mail.example.org ESMTP ready\r\n")),
    Case("loop", Outcome.REDIRECT_LOOP, Redirect("/page")),
    Case("loop-of-two", Outcome.REDIRECT_LOOP, Redirect("/other"), paths={"/other": Redirect("/page")}),
    Case("too-many-hops", Outcome.REDIRECT_LOOP, EndlessHops()),
    Case("no-such-name", Outcome.DNS_NXDOMAIN, name=Name.UNKNOWN),
    Case("no-data", Outcome.DNS_NODATA, name=Name.NO_DATA),
    Case("server-failure", Outcome.DNS_FAILURE, name=Name.SERVER_FAILURE),
    Case("silent-resolver", Outcome.DNS_FAILURE, name=Name.SILENT),
    Case("expired", Outcome.TLS_EXPIRED, certificate=Certificate.EXPIRED),
    Case("self-signed", Outcome.TLS_SELF_SIGNED, certificate=Certificate.SELF_SIGNED),
    Case("wrong-host", Outcome.TLS_HOSTNAME, certificate=Certificate.WRONG_HOST),
    Case("incomplete-chain", Outcome.TLS_INCOMPLETE_CHAIN, certificate=Certificate.INCOMPLETE),
    Case("plain-on-443", Outcome.TLS_PROTOCOL, door=Door.PLAIN),
    Case("handshake-alert", Outcome.TLS_PROTOCOL, door=Door.ALERT),
    Case("empty", Outcome.EMPTY, EMPTY),
    Case("no-content", Outcome.EMPTY, WALLS["no-content"]),
)

OUTCOME_CASES: tuple[OutcomeCase, ...] = (*FINE, *MOVED, *REFUSED, *FAILING)


def outcome_sites() -> list[Site]:
    """The web in which every row of OUTCOME_CASES holds."""
    return [case.site for case in OUTCOME_CASES]
