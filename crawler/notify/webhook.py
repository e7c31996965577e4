"""A web hook: the message's JSON object, posted to the address that the operator chose.

Rules:
- The address may lead into a private network: whoever runs this chose it, and nobody else can.
- No redirect is followed: what was meant for one receiver goes to no other.
- 2xx is success (RFC 9110 §15.3); 5xx and what asks to come back later is tried again, other answers are not.
- Idempotency-Key is the same each time (draft-ietf-httpapi-idempotency-key-header-07 §2), so that a repetition shows.
"""

from __future__ import annotations

import base64
import json
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, unquote, urlsplit

from crawler.config import Config
from crawler.notify.message import Message
from crawler.notify.trouble import PASSING_STATUSES, Trouble, trouble_of


@dataclass(frozen=True, slots=True)
class WebHook:
    """The web hook of a configuration."""

    config: Config
    timeout_s: float
    name: str = "webhook"

    def send(self, message: Message) -> Trouble | None:
        """Post a message; None when it was taken."""
        url = urlsplit(self.config.webhook_url)
        try:
            connection = _connect(url, self.config.proxy, self.timeout_s)
            try:
                body = json.dumps(message.payload).encode("ascii")
                connection.request("POST", _target(url, self.config.proxy), body, _fields(url, message, self.config))
                return judge_answer(connection.getresponse(), self.config.retry_after_cap_s)
            finally:
                connection.close()
        except HTTPException:
            return Trouble("its answer is no HTTP")
        except OSError as error:
            return trouble_of(error)


def _connect(url: SplitResult, proxy: str, timeout_s: float) -> HTTPConnection:
    """A connection to the host of a url, or to the proxy before it."""
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    if not proxy:
        return _open(url.scheme, host, port, timeout_s)
    through = urlsplit(proxy)
    connection = _open(url.scheme, through.hostname or "", through.port or 80, timeout_s)
    if url.scheme == "https":
        connection.set_tunnel(host, port)
    return connection


def _open(scheme: str, host: str, port: int, timeout_s: float) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=timeout_s, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=timeout_s)


def _target(url: SplitResult, proxy: str) -> str:
    """The request target: absolute where a proxy is asked for it in the clear (RFC 9112 §3.2.2)."""
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return f"http://{_host(url)}{path}" if proxy and url.scheme == "http" else path


def _host(url: SplitResult) -> str:
    return url.netloc.rpartition("@")[2]


def _fields(url: SplitResult, message: Message, config: Config) -> dict[str, str]:
    fields = {
        "Host": _host(url),
        "User-Agent": config.agent_field,
        "Content-Type": "application/json",
        "Idempotency-Key": f'"{message.key}"',
        "Connection": "close",
    }
    if url.username is not None:
        pair = f"{unquote(url.username)}:{unquote(url.password or '')}"
        fields["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
    return fields


def judge_answer(answer: HTTPResponse, most_wait_s: float) -> Trouble | None:
    """What an answer means for the message: None for success."""
    status = answer.status
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return Trouble(f"it answered {status}, a redirect; write where it leads into webhook_url", passing=False)
    passing = status >= 500 or status in PASSING_STATUSES
    asked_s = _retry_after_s(answer.getheader("Retry-After"))
    return Trouble(f"it answered {status}", passing, wait_s=min(asked_s, most_wait_s) if passing else 0.0)


def _retry_after_s(value: str | None) -> float:
    """Seconds that Retry-After asks for, as a number or a date (RFC 9110 §10.2.3); 0 where it says nothing."""
    if not value:
        return 0.0
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        when = parsedate_to_datetime(value)
        return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when.tzinfo else 0.0
    except (ValueError, OverflowError, TypeError):
        return 0.0
