"""Behaviours of sites that do not want us, or not now: statuses, challenges, Retry-After, empty and shell pages.

The field names and statuses are those that live walls send; titles and bodies are as short as theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.web.answers import HTML, Answer, Behaviour, NotFound, Tries, error_page
from tests.web.prose import render_page
from tests.web.wire import Call, date_field, make_head

CLOUDFLARE = error_page(
    403, "Just a moment...", ("Server", "cloudflare"), ("cf-mitigated", "challenge"), ("CF-RAY", "8f0c0ffee0ddba11-FRA")
)
CLOUDFLARE_BLOCK = error_page(403, "Attention Required! | Cloudflare", ("Server", "cloudflare"))
CLOUDFLARE_ON_200 = error_page(200, "Just a moment...", ("Server", "cloudflare"), ("cf-mitigated", "challenge"))
AWS_CHALLENGE = Answer(202, fields=(("Server", "CloudFront"), ("x-amzn-waf-action", "challenge")))
AWS_CAPTCHA = error_page(405, "Human Verification", ("Server", "awselb/2.0"), ("x-amzn-waf-action", "captcha"))
AWS_LOAD_BALANCER = error_page(403, "403 Forbidden", ("Server", "awselb/2.0"))
CLOUDFRONT = error_page(
    403, "ERROR: The request could not be satisfied", ("Server", "CloudFront"), ("X-Cache", "Error from cloudfront")
)
AKAMAI = Answer(
    403,
    b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>Reference&#32;&#35;18&#46;1</BODY>",
    "text/html",
    (("Server", "AkamaiGHost"), ("Mime-Version", "1.0")),
)
LINKEDIN = Answer(999, b"<html><head></head><body></body></html>", "text/html", reason="Request denied")
ANUBIS = Answer(200, render_page("Making sure you're not a bot!", ["Verifying your request, one moment."]))

SHELL = Answer(
    body=b'<!doctype html><html><head><title>App</title><script src="/app.js"></script></head>'
    b'<body><div id="root"></div><noscript>JavaScript is needed.</noscript></body></html>'
)
EMPTY = Answer()
NO_CONTENT_BODY = Answer(body=b"<!doctype html><html><head><title></title></head><body></body></html>")


@dataclass(frozen=True)
class NoContent:
    """204, which has neither body nor Content-Length (RFC 9110 §15.3.5)."""

    async def answer(self, call: Call) -> None:
        await call.send(make_head(204, [date_field()]))


@dataclass(frozen=True)
class RetryLater:
    """A 429 or 503 that says when to come again: in seconds, or as a date so far ahead."""

    status: int = 429
    after_s: int = 1
    as_date: bool = False

    async def answer(self, call: Call) -> None:
        at = datetime.now(UTC) + timedelta(seconds=self.after_s)
        value = format_datetime(at, usegmt=True) if self.as_date else str(self.after_s)
        body = render_page("Please come again", [])
        await call.reply(self.status, body, (("Retry-After", value), ("Content-Type", HTML)))


def after_tries(first: Behaviour, then: Behaviour, tries: int = 2) -> Tries:
    """`first`, until at the n-th try of a night the answer is `then`."""
    return Tries({1: first, tries: then})


WALLS: Mapping[str, Behaviour] = {
    "not-found": NotFound(),
    "long-not-found": NotFound(length=660_000),
    "gone": error_page(410, "Gone"),
    "server-error": error_page(500, "Internal Server Error"),
    "bad-gateway": error_page(502, "Bad Gateway"),
    "unavailable": RetryLater(503),
    "unauthorized": error_page(401, "Sign in", ("WWW-Authenticate", 'Basic realm="staff"')),
    "payment": error_page(402, "Payment Required"),
    "forbidden": error_page(403, "Forbidden"),
    "not-allowed": error_page(405, "Method Not Allowed", ("Allow", "POST")),
    "not-acceptable": error_page(406, "Not Acceptable"),
    "proxy-authentication": error_page(407, "Proxy Authentication Required"),
    "teapot": error_page(418, "I'm a teapot"),
    "legal": error_page(451, "Unavailable For Legal Reasons"),
    "bad-request": error_page(400, "Bad Request"),
    "partial": Answer(206, b"half", "text/plain", (("Content-Range", "bytes 0-3/8"),)),
    "too-many": RetryLater(429),
    "too-many-date": RetryLater(429, as_date=True),
    "linkedin": LINKEDIN,
    "cloudflare": CLOUDFLARE,
    "cloudflare-block": CLOUDFLARE_BLOCK,
    "cloudflare-on-200": CLOUDFLARE_ON_200,
    "aws-challenge": AWS_CHALLENGE,
    "aws-captcha": AWS_CAPTCHA,
    "aws-load-balancer": AWS_LOAD_BALANCER,
    "cloudfront": CLOUDFRONT,
    "akamai": AKAMAI,
    "anubis": ANUBIS,
    "shell": SHELL,
    "empty": EMPTY,
    "no-text": NO_CONTENT_BODY,
    "no-content": NoContent(),
}
