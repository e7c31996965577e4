"""`evercite.toml` → frozen Config. Flat; seconds and bytes; an unknown key is an error naming the nearest."""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.errors import UsageError
from crawler.version import VERSION

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A pattern (a regular expression searched in the fetch uri) and why such targets are not fetched."""

    pattern: str
    why: str


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of a night, with its default. Times in seconds (`_s`), sizes in bytes."""

    user_agent: str = f"evercite/{VERSION}"
    contact: str = ""
    timezone: str = "Asia/Shanghai"
    language: str = "zh"
    allow_private_networks: tuple[str, ...] = ()
    connect_to: tuple[tuple[str, str], ...] = ()
    resolvers: tuple[str, ...] = ()
    proxy: str = ""
    vantage_proxy: str = ""
    delay_s: float = 2.0
    max_delay_s: float = 60.0
    per_host_budget_s: float = 3600.0
    per_host_budget_bytes: int = 2048 * MIB
    concurrency: int = 32
    connect_timeout_s: float = 20.0
    exchange_deadline_s: float = 180.0
    night_hours: float = 8.0
    retry_waits_s: tuple[float, ...] = (30.0, 300.0)
    retry_after_cap_s: float = 600.0
    max_hops: int = 20
    max_body_bytes: int = 1024 * MIB
    max_decoded_bytes: int = 64 * MIB
    max_header_bytes: int = 256 * 1024
    max_spool_bytes: int = 4096 * MIB
    requisites: bool = True
    max_requisites: int = 200
    max_requisites_bytes: int = 64 * MIB
    learn_refetch_s: float = 0.0
    unwrap: str = "once"
    exclude: tuple[Exclusion, ...] = ()
    copies_url: str = ""
    mail_server: str = ""
    mail_security: str = "starttls"
    mail_user: str = ""
    mail_password_file: str = ""
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()
    webhook_url: str = ""
    apprise_urls: tuple[str, ...] = ()
    notify_language: str = ""
    overdue_hours: float = 48.0

    def recorded(self) -> dict[str, Any]:
        """Every setting as it may be kept beside what a night found: of those that name people, or hold what a message
        is sent by, only whether they are set."""
        table = asdict(self)
        return {name: bool(value) if name in PRIVATE else value for name, value in table.items()}

    @property
    def agent_field(self) -> str:
        """The User-Agent field value: product, and the contact in a comment (RFC 9110 §10.1.5)."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent


# Addresses of people, and what opens a channel to them.
PRIVATE = frozenset({"mail_user", "mail_from", "mail_to", "webhook_url", "apprise_urls"})
NAMES = tuple(f.name for f in fields(Config))


def read_config(path: Path) -> Config:
    """Config of a TOML file. Raises UsageError naming the file, the key and what is accepted."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such configuration file; create it or leave out --config") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML ({error}); correct the file") from error
    try:
        return config_of(table)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def config_of(table: dict[str, Any]) -> Config:
    """Config of a parsed table. Raises UsageError naming the key."""
    hints = get_type_hints(Config)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in NAMES:
            near = difflib.get_close_matches(key, NAMES, n=1, cutoff=0.0)[0]
            raise UsageError(f"unknown key {key!r}; the nearest known one is {near!r}")
        values[key] = _coerced(key, value, hints[key])
    config = Config(**values)
    _check(config)
    return config


def _coerced(key: str, value: Any, hint: Any) -> Any:
    if key == "connect_to":
        return tuple(sorted(_table_of_text(key, value).items()))
    if key == "exclude":
        return tuple(_exclusion(row) for row in _list(key, value))
    if hint is bool or isinstance(value, bool):
        if hint is bool and isinstance(value, bool):
            return value
        wanted = "true or false" if hint is bool else "a number or text, not true or false"
        raise UsageError(f"{key} must be {wanted}")
    if hint is float and isinstance(value, int | float):
        return float(value)
    if hint is int and isinstance(value, int):
        return value
    if hint is str and isinstance(value, str):
        return value
    if hint == tuple[str, ...]:
        return tuple(_text(key, item) for item in _list(key, value))
    if hint == tuple[float, ...]:
        return tuple(_number(key, item) for item in _list(key, value))
    raise UsageError(f"{key} = {value!r} has the wrong type; {_SHAPES.get(hint, 'see evercite.example.toml')}")


_SHAPES: dict[Any, str] = {float: "give a number", int: "give a whole number", str: "give text in quotes"}


def _list(key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError(f"{key} must be a list in square brackets")
    return value


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{key} must hold texts in quotes, not {value!r}")
    return value


def _number(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{key} must hold numbers, not {value!r}")
    return float(value)


def _table_of_text(key: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise UsageError(f'{key} must be a table of "host:port" = "address:port"')
    return {_text(key, name): _text(key, place) for name, place in value.items()}


def _exclusion(row: Any) -> Exclusion:
    if not isinstance(row, dict) or set(row) != {"pattern", "why"}:
        raise UsageError('exclude must hold rows like { pattern = "^https://example\\\\.org/", why = "…" }')
    pattern = _text("exclude", row["pattern"])
    try:
        re.compile(pattern)
    except re.error as error:
        raise UsageError(f"exclude: {pattern!r} is no regular expression ({error})") from None
    return Exclusion(pattern, _text("exclude", row["why"]))


def _check(config: Config) -> None:
    """Bounds that a mistyped value would break a night with."""
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
    """What messages are sent by. A sentence names the key alone: an address of a channel may hold its password."""
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
