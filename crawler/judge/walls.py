"""Walls that tell themselves apart by the head of their answer: one row each, with its source.

Rules:
- A row names the statuses it stands for, the fields it needs, and how long its page may be.
- 410, 404 and 5xx of a delivery network are answers about the page, unless a challenge field says otherwise.
- Walls that only their page shows (titles, captchas) stand in words/wall_pages.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import Observation

ANY_STATUS = frozenset(range(100, 1000))
CLIENT_ERRORS = frozenset(range(400, 500))
SHORT_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Wall:
    """One kind of wall. `fields` are (name in lower case, prefix of its value in lower case), all needed;
    `longest_bytes` is the longest payload it was seen with; `source` says where that is written, read `read_on`."""

    id: str
    name: str
    statuses: frozenset[int]
    fields: tuple[tuple[str, str], ...]
    source: str
    read_on: str
    longest_bytes: int | None = None


WALLS: tuple[Wall, ...] = (
    Wall(
        "cloudflare-challenge",
        "Cloudflare",
        ANY_STATUS,
        (("cf-mitigated", "challenge"),),
        "https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/",
        "2026-11-21",
    ),
    Wall(
        "aws-waf-action",
        "AWS WAF",
        ANY_STATUS,  # documented: 202 for a challenge, 405 for a captcha
        (("x-amzn-waf-action", ""),),
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-actions.html",
        "2026-11-21",
    ),
    Wall(
        "akamai-denied",
        "Akamai",
        CLIENT_ERRORS - {404, 410},
        (("server", "akamaighost"),),
        "https://community.akamai.com/community/cloud-security/blog/2016/04/07/why-is-akamai-blocking-me",
        "2026-11-21",
        SHORT_BYTES,
    ),
    Wall(
        "aws-elb",
        "AWS ELB",
        frozenset({403, 429}),
        (("server", "awselb"),),
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html",
        "2026-11-21",
    ),
    Wall(
        "cloudfront-own-page",
        "Amazon CloudFront",
        frozenset({403, 405, 429}),
        (("server", "cloudfront"), ("x-cache", "error from cloudfront")),
        "https://repost.aws/knowledge-center/cloudfront-troubleshoot-403-errors",
        "2026-11-21",
    ),
    Wall(
        "status-999",
        "999",
        frozenset({999}),
        (),
        "no registered status (IANA HTTP Status Code Registry); what linkedin.com answers to robots",
        "2026-11-21",
    ),
    Wall(
        "status-418",
        "418",
        frozenset({418}),
        (),
        "RFC 9110 §15.5.19 reserves it unused; what douban.com and others answer to robots",
        "2026-11-21",
    ),
)

FIELDS_READ = frozenset(name for wall in WALLS for name, _ in wall.fields)


_BY_STATUS = {status: tuple(wall for wall in WALLS if status in wall.statuses) for status in ANY_STATUS}


def find_wall(observation: Observation) -> Wall | None:
    """The first row that the last answer of an observation fits, or None."""
    final = observation.final
    if final is None or final.status is None:
        return None
    fields = dict(final.fields)
    walls = _BY_STATUS.get(final.status, ())
    return next((wall for wall in walls if _fits(wall, fields) and _is_short(wall, observation)), None)


def _fits(wall: Wall, fields: dict[str, str]) -> bool:
    return all(name in fields and fields[name].strip().lower().startswith(prefix) for name, prefix in wall.fields)


def _is_short(wall: Wall, observation: Observation) -> bool:
    if wall.longest_bytes is None:
        return True
    length = payload_length(observation)
    return length is not None and length <= wall.longest_bytes


def payload_length(observation: Observation) -> int | None:
    """Bytes of the last answer's payload: as received, else as announced, else None."""
    if observation.content is not None:
        return observation.content.length_bytes
    announced = observation.final.value("content-length") if observation.final else None
    return int(announced) if announced and announced.isascii() and announced.isdigit() else None
