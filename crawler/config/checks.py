"""What a setting may be: bounds that a mistyped value would break a night with, each a sentence naming the key.

Rules:
- A sentence about a channel names the key alone: its address may hold a password.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.config.settings import Config
from crawler.errors import UsageError


def check(config: Config) -> None:
    """Raise UsageError for the first setting that no night can run with."""
    _check_numbers(config)
    _check_words(config)
    _check_places(config)
    _check_channels(config)


def _check_numbers(config: Config) -> None:
    for name in _POSITIVE:
        if not 0 < getattr(config, name) <= _LARGEST:
            raise UsageError(f"{name} must be greater than 0 and at most {_LARGEST:,}")
    if config.night_hours > MOST_NIGHT_HOURS:
        raise UsageError(f"night_hours must be at most {MOST_NIGHT_HOURS}: a week")
    for name in ("learn_refetch_s", "retry_after_cap_s", "max_delay_s"):
        if not 0 <= getattr(config, name) <= _LARGEST:
            raise UsageError(f"{name} must not be negative, and at most {_LARGEST:,}")
    if not all(0 <= wait <= _LARGEST for wait in config.retry_waits_s):
        raise UsageError(f"retry_waits_s must not hold negative numbers, nor more than {_LARGEST:,}")


def _check_words(config: Config) -> None:
    if config.language not in ("zh", "en"):
        raise UsageError(f'language = "{config.language}" is not known; use "zh" or "en"')
    if config.notify_language not in ("", "zh", "en"):
        raise UsageError(f'notify_language = "{config.notify_language}" is not known; use "zh", "en" or leave it out')
    if config.mail_security not in ("starttls", "tls", "none"):
        raise UsageError(f'mail_security = "{config.mail_security}" is not known; use "starttls", "tls" or "none"')
    if config.unwrap not in ("once", "never"):
        raise UsageError(f'unwrap = "{config.unwrap}" is not known; use "once" or "never"')
    if not re.fullmatch(r"[ -~]+", config.agent_field):
        raise UsageError("user_agent and contact must be printable ASCII: they go into a header field")
    try:
        ZoneInfo(config.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f'timezone = "{config.timezone}" is not known; write one like "Asia/Shanghai"') from None


def _check_places(config: Config) -> None:
    for proxy in (config.proxy, config.vantage_proxy):
        if proxy and not re.fullmatch(r"http://[^/@\s]+:\d+/?", proxy):
            raise UsageError(f'proxy {proxy!r} must look like "http://host:port"')
    for network in config.allow_private_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise UsageError(f'allow_private_networks: {network!r} is no network; write "127.0.0.0/8"') from None
    for name, place in _places(config):
        found = re.fullmatch(r"(?:\[[0-9A-Fa-f:.]+\]|[^:\s]+):([0-9]{1,5})", place)
        if not found or not 0 < int(found[1]) < 65536:
            raise UsageError(f'{name}: {place!r} must look like "host:port"')


def _places(config: Config) -> Iterator[tuple[str, str]]:
    yield from (("connect_to", place) for pair in config.connect_to for place in pair)
    yield from (("resolvers", place) for place in config.resolvers)
    yield from (("mail_server", place) for place in (config.mail_server,) if place)


def _check_channels(config: Config) -> None:
    """What messages are sent by."""
    _check_mail(config)
    for name, url in (("webhook_url", config.webhook_url), ("copies_url", config.copies_url)):
        if url and not _is_web(url):
            raise UsageError(f'{name} must look like "https://host/path", in ASCII and without blanks')
    if not all(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[!-~]+", url) for url in config.apprise_urls):
        raise UsageError('apprise_urls must hold addresses as apprise writes them, like "wecombot://KEY"')


def _check_mail(config: Config) -> None:
    if not config.mail_server:
        return
    if not (config.mail_from and config.mail_to):
        raise UsageError("mail_server needs mail_from and mail_to: who writes, and to whom")
    for name, address in (("mail_from", config.mail_from), *(("mail_to", one) for one in config.mail_to)):
        if not _MAIL.fullmatch(address):
            raise UsageError(f'{name} must hold plain addresses in ASCII, like "editors@example.org"')
    if bool(config.mail_user) != bool(config.mail_password_file):
        raise UsageError("mail_user and mail_password_file belong together; give both or none")
    if config.mail_user and not (config.mail_user.isascii() and config.mail_user.isprintable()):
        raise UsageError("mail_user must be printable ASCII")
    if config.mail_user and config.mail_security == "none" and not _LOOPBACK.match(config.mail_server):
        raise UsageError('mail_security = "none" would show the password to the network; use "starttls" or "tls"')


def _is_web(url: str) -> bool:
    """Whether a text is an http or https address with a host that a connection can be made to."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return re.fullmatch(r"https?://[!-~]+", url) is not None and bool(parts.hostname) and port_is_good


# The addresses that any mail server takes (RFC 5321 §4.1.2, without quoted strings and literals).
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.\d+){3}|\[::1\]):")


# Beyond this a number is a slip of the pen; times further on overflow (not-a-number fails every comparison, too).
_LARGEST = 10**12
MOST_NIGHT_HOURS = 7 * 24
_POSITIVE = (
    "delay_s",
    "per_host_budget_s",
    "per_host_budget_bytes",
    "concurrency",
    "connect_timeout_s",
    "exchange_deadline_s",
    "night_hours",
    "overdue_hours",
    "max_hops",
    "max_body_bytes",
    "max_decoded_bytes",
    "max_header_bytes",
    "max_spool_bytes",
    "max_requisites",
    "max_requisites_bytes",
)
