"""Host weather: one line for a host that refuses or fails everything tonight, in place of one for each link.

Rules:
- Weather is the host's: refusals, outages, certificates, a name that is missing. A page that is gone is the page's.
- There is weather where nothing of a host is seen well, and either all of at least two targets are in trouble, or at
  least three are.
- What was not checked, and what has no host, says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawler.judge.rows import CERTIFICATE, GOOD, NO_NAME, OUTAGE, REFUSAL, SIGHT
from crawler.judge.sites import host
from crawler.model import Evidence, Outcome

FEWEST = 2
FEWEST_BESIDE_OTHERS = 3
TROUBLE = REFUSAL | OUTAGE | CERTIFICATE | NO_NAME
# Where something of the host was seen: it answers, and lets us in.
_SEEN = GOOD | SIGHT

SENTENCES: dict[str, tuple[str, str]] = {
    "weather-refusing": (
        "{host} refuses all {n} links that were asked of it tonight; that says nothing about the single page.",
        "{host}：当晚检查的 {n} 个链接全部被拒绝自动访问，这并不说明某个页面失效。",
    ),
    "weather-failing": (
        "{host} gave no usable answer to any of {n} links tonight; it is the site's trouble, not the single page's.",
        "{host}：当晚检查的 {n} 个链接全部没有有效响应，是整个网站的问题，并非个别页面失效。",
    ),
    "weather-no-name": (
        "{host} does not exist as a name tonight; all {n} links to it fail for that one reason.",
        "{host}：当晚查不到这个域名，{n} 个链接全部因此无法访问。",
    ),
    "weather-certificate": (
        "{host} has trouble with its certificate; all {n} links to it are affected.",
        "{host}：安全证书有问题，{n} 个链接全部受影响。",
    ),
    "weather-mixed": (
        "{host} refuses or fails all {n} links that were asked of it tonight; it is the site's trouble.",
        "{host}：当晚检查的 {n} 个链接全部被拒绝或无法访问，是整个网站的问题。",
    ),
}
_KINDS: tuple[tuple[frozenset[Outcome], str], ...] = (
    (REFUSAL, "weather-refusing"),
    (NO_NAME, "weather-no-name"),
    (CERTIFICATE, "weather-certificate"),
    (OUTAGE | NO_NAME, "weather-failing"),
)


@dataclass(frozen=True, slots=True)
class Weather:
    """Trouble of one host: the targets it touches, and what is said of it in one line."""

    host: str
    uris: tuple[str, ...]
    evidence: Evidence


def find_weather(seen: Iterable[tuple[str, Outcome]]) -> tuple[Weather, ...]:
    """The weather of a night from its targets' outcomes, by host in the order they come; a uri counts once.

    Only nights that count have any: on an invalid one the trouble was ours.
    """
    hosts: dict[str, dict[str, Outcome]] = {}
    for uri, outcome in seen:
        if outcome in TROUBLE or outcome in _SEEN or outcome in _PAGES_OWN:
            hosts.setdefault(host(uri), {})[uri] = outcome
    found = (_weather_of(name, outcomes) for name, outcomes in hosts.items() if name)
    return tuple(weather for weather in found if weather is not None)


_PAGES_OWN = (
    frozenset(Outcome)
    - TROUBLE
    - _SEEN
    - {
        Outcome.NOT_CRAWLED,
        Outcome.MALFORMED,
        Outcome.TARGET_UNKNOWN,
        Outcome.NOT_CHECKED,
    }
)


def _weather_of(name: str, outcomes: dict[str, Outcome]) -> Weather | None:
    troubled = {uri: outcome for uri, outcome in outcomes.items() if outcome in TROUBLE}
    fewest = FEWEST if len(troubled) == len(outcomes) else FEWEST_BESIDE_OTHERS
    if len(troubled) < fewest or any(outcome in _SEEN for outcome in outcomes.values()):
        return None
    kinds = set(troubled.values())
    rule = next((rule for family, rule in _KINDS if kinds <= family), "weather-mixed")
    en, zh = SENTENCES[rule]
    figures = {"host": name, "n": len(troubled)}
    return Weather(name, tuple(troubled), Evidence(rule, en.format(**figures), zh.format(**figures)))
