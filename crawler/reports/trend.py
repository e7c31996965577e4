"""Link rot over time: what each month's last night said of the links that were cited then.

Rules:
- A month is told by its last night that counts; a month without one is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.model import Group


@dataclass(frozen=True, slots=True)
class Month:
    """What the last night that counted in a month (`2026-01`) said: citations per group, of everything and by host."""

    month: str
    night: str
    counts: Mapping[Group, int]
    hosts: Mapping[str, Mapping[Group, int]] = field(default_factory=dict)
