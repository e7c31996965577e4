"""Differences that stand on several pages of a host: one row for all of them, and no page's own change.

Rules:
- A thing that differs is site-wide when LEAST pages of a host show the same one on the same night; a difference is,
  when all that it is made of is. Cited evidence that is missing is always the page's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from crawler.changes.parts import is_known, spelled
from crawler.model import Difference

LEAST = 3
# A difference of more parts is a page's own, whatever other pages do.
MOST_PARTS = 25


@dataclass(frozen=True, slots=True)
class SiteWide:
    """The same difference on several pages of a host; `difference` is that of the first, by name."""

    host: str
    subjects: tuple[str, ...]
    difference: Difference


def shared_parts(parts: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """What LEAST pages or more of one host show: `parts` by page; see parts.spelled."""
    pages: dict[str, int] = defaultdict(int)
    for names in parts.values():
        for digest in spelled(names):
            pages[digest] += 1
    return frozenset(digest for digest, n in pages.items() if n >= LEAST)


def is_site_wide(difference: Difference, shared: frozenset[str]) -> bool:
    """Whether a difference is nothing but what other pages show, too."""
    if difference.cited_missing or not 0 < len(difference.parts) <= MOST_PARTS:
        return False
    return all(is_known(name, shared) for name in difference.parts)


def collapse(differences: Mapping[tuple[str, str], Difference]) -> list[SiteWide]:
    """A night's differences, by (host, subject), that stand on several pages of their host, the widest first."""
    hosts: dict[str, dict[str, Difference]] = defaultdict(dict)
    for (host, subject), difference in differences.items():
        hosts[host][subject] = difference
    found: list[SiteWide] = []
    for host, pages in sorted(hosts.items()):
        shared = shared_parts({subject: one.parts for subject, one in pages.items()})
        groups: dict[frozenset[str], list[str]] = defaultdict(list)
        for subject, one in sorted(pages.items()):
            if is_site_wide(one, shared):
                groups[frozenset(spelled(one.parts) & shared)].append(subject)
        found += [SiteWide(host, tuple(group), pages[group[0]]) for group in groups.values() if len(group) >= LEAST]
    return sorted(found, key=lambda one: -len(one.subjects))
