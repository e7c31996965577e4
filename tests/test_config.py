"""The configuration: every key with its default, and one clear sentence for every mistake."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crawler.config import NAMES, Config, config_of, read_config
from crawler.errors import UsageError

CONTRACT = [
    "user_agent",
    "contact",
    "timezone",
    "language",
    "allow_private_networks",
    "connect_to",
    "resolvers",
    "proxy",
    "delay_s",
    "max_delay_s",
    "vantage_proxy",
    "per_host_budget_s",
    "per_host_budget_bytes",
    "concurrency",
    "connect_timeout_s",
    "exchange_deadline_s",
    "night_hours",
    "retry_waits_s",
    "retry_after_cap_s",
    "max_hops",
    "max_body_bytes",
    "max_decoded_bytes",
    "max_header_bytes",
    "requisites",
    "learn_refetch_s",
    "unwrap",
    "exclude",
    "copies_url",
]


def test_every_promised_key_is_there() -> None:
    assert set(CONTRACT) <= set(NAMES)


def test_the_example_shows_every_key_with_its_default() -> None:
    text = (Path(__file__).parent.parent / "evercite.example.toml").read_text("utf-8")
    lines = [line.removeprefix("# ") for line in text.splitlines() if " = " in line and line.startswith("# ")]
    shown = [line for line in lines if line.partition(" = ")[0] in NAMES]
    assert {line.partition(" = ")[0] for line in shown} == set(NAMES) - {"connect_to"}
    examples = ("contact", "exclude")
    table = tomllib.loads("\n".join(line for line in shown if line.partition(" = ")[0] not in examples))
    assert config_of(table) == Config()
    config_of(tomllib.loads("\n".join(line for line in shown if line.partition(" = ")[0] in examples)))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"delay": 1}, "'delay_s'"),
        ({"user-agent": "x"}, "'user_agent'"),
        ({"delay_s": "1"}, "number"),
        ({"delay_s": True}, "number"),
        ({"delay_s": 0}, "greater than 0"),
        ({"concurrency": 1.5}, "whole number"),
        ({"requisites": "yes"}, "true or false"),
        ({"language": "fr"}, '"zh" or "en"'),
        ({"unwrap": "always"}, '"once" or "never"'),
        ({"timezone": "Mars/Olympus"}, "Asia/Shanghai"),
        ({"allow_private_networks": ["localhost"]}, "127.0.0.0/8"),
        ({"connect_to": {"a": "b"}}, "host:port"),
        ({"resolvers": ["9.9.9.9"]}, "host:port"),
        ({"proxy": "socks5://x:1"}, "http://host:port"),
        ({"exclude": [{"pattern": "("}]}, "exclude"),
        ({"exclude": [{"pattern": "(", "why": "x"}]}, "no regular expression"),
        ({"contact": "a\r\nX-Evil: 1"}, "printable ASCII"),
        ({"retry_waits_s": [-1]}, "negative"),
    ],
)
def test_a_mistake_gets_one_sentence_that_names_the_key(table: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError) as error:
        config_of(table)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "evercite.toml"
    path.write_text("delay_s = ", "utf-8")
    with pytest.raises(UsageError, match=str(path)):
        read_config(path)
    with pytest.raises(UsageError, match="no such configuration file"):
        read_config(tmp_path / "other.toml")


def test_whole_numbers_serve_as_seconds() -> None:
    assert config_of({"delay_s": 5}).delay_s == 5.0
