"""Every setting of a night, with its default."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

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
