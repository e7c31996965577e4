"""Host weather: when many links fail for one reason, and that reason is the host's."""

from __future__ import annotations

import pytest

from crawler.judge.weather import SENTENCES, find_weather
from crawler.model import Outcome

A, B = "https://museum.example.org", "https://garden.example.org"


def weather_of(*drawn: str) -> list[tuple[str, int, str]]:
    """The weather of outcomes drawn as `a:timeout` – the letter names the host."""
    seen = []
    for n, word in enumerate(drawn):
        site, _, outcome = word.partition(":")
        seen.append((f"{A if site == 'a' else B}/{n}", Outcome(outcome)))
    return [(found.host, len(found.uris), found.evidence.rule) for found in find_weather(seen)]


@pytest.mark.parametrize(
    ("drawn", "rule"),
    [
        ("a:timeout a:timeout", "weather-failing"),
        ("a:timeout a:server-error a:dns-nxdomain", "weather-failing"),
        ("a:blocked a:rate-limited", "weather-refusing"),
        ("a:dns-nxdomain a:dns-nxdomain", "weather-no-name"),
        ("a:tls-expired a:tls-expired", "weather-certificate"),
        ("a:blocked a:timeout", "weather-mixed"),
        ("a:timeout a:timeout a:not-checked", "weather-failing"),
        ("a:timeout a:timeout a:timeout a:not-found", "weather-failing"),
        ("a:timeout", None),
        ("a:timeout a:timeout a:not-found", None),
        ("a:timeout a:timeout a:timeout a:ok", None),
        ("a:blocked a:blocked a:js-shell", None),
        ("a:not-found a:not-found a:gone", None),
        ("a:timeout b:timeout", None),
        ("a:not-checked a:not-checked a:malformed", None),
    ],
)
def test_weather_of_a_host(drawn: str, rule: str | None) -> None:
    found = weather_of(*drawn.split())
    assert [kind for _, _, kind in found] == ([rule] if rule else []), f"{drawn}: an editor would read {found}"


def test_every_sentence_is_told() -> None:
    drawings = ["timeout", "blocked", "dns-nxdomain", "tls-expired"]
    told = {weather_of(f"a:{word}", f"a:{word}")[0][2] for word in drawings} | {
        weather_of("a:blocked", "a:reset")[0][2]
    }
    assert told == set(SENTENCES)


def test_a_target_cited_twice_is_one() -> None:
    assert not find_weather([(f"{A}/1", Outcome.TIMEOUT)] * 3), "one link that fails is no weather"


def test_weather_names_the_links_it_touches() -> None:
    (found,) = find_weather([(f"{A}/{n}", Outcome.RESET) for n in range(4)] + [(f"{B}/", Outcome.OK)])
    assert found.uris == tuple(f"{A}/{n}" for n in range(4))
    assert "museum.example.org" in found.evidence.en
    assert "4" in found.evidence.zh
