"""The settings of messages: a slip of the pen is told before the night, and never with a secret in the sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.config import Config, config_of
from crawler.errors import UsageError

MAIL: dict[str, Any] = {
    "mail_server": "mail.example.org:587",
    "mail_from": "links@example.org",
    "mail_to": ["editors@example.org", "desk@example.org"],
}
ACCOUNT = {"mail_user": "links", "mail_password_file": "mail.password"}
SECRET = "s3cr3t-t0k3n"


@pytest.mark.parametrize(
    "table",
    [
        {},
        MAIL,
        MAIL | ACCOUNT,
        MAIL | ACCOUNT | {"mail_server": "127.0.0.1:25", "mail_security": "none"},
        MAIL | ACCOUNT | {"mail_server": "[::1]:25", "mail_security": "none"},
        MAIL | {"mail_security": "none"},
        {"mail_to": ["editors@example.org"]},
        {"webhook_url": f"https://links:{SECRET}@hooks.example.org/in?key=1"},
        {"webhook_url": "http://192.168.1.5:8080/"},
        {"apprise_urls": [f"wecombot://{SECRET}", "json://127.0.0.1:8080/a"]},
        {"copies_url": "https://links.example.org"},
    ],
)
def test_what_may_be_said(table: dict[str, Any]) -> None:
    assert isinstance(config_of(table), Config)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"mail_server": "mail.example.org:587"}, "mail_server needs mail_from and mail_to"),
        (MAIL | {"mail_server": "mail.example.org"}, "mail_server: .* must look like"),
        (MAIL | {"mail_to": []}, "mail_server needs mail_from and mail_to"),
        (MAIL | {"mail_to": ["Editors <editors@example.org>"]}, "mail_to must hold plain addresses"),
        (MAIL | {"mail_to": ["a@example.org\r\nBcc: all@example.org"]}, "mail_to must hold plain addresses"),
        (MAIL | {"mail_from": "links"}, "mail_from must hold plain addresses"),
        (MAIL | {"mail_user": "links"}, "belong together"),
        (MAIL | {"mail_password_file": "x"}, "belong together"),
        (MAIL | ACCOUNT | {"mail_security": "none"}, "would show the password"),
        (MAIL | ACCOUNT | {"mail_user": "编辑"}, "printable ASCII"),
        ({"mail_security": "ssl"}, "starttls"),
        ({"webhook_url": f"ftp://{SECRET}/"}, "webhook_url must look like"),
        ({"webhook_url": f"hooks.example.org/{SECRET}"}, "webhook_url must look like"),
        ({"webhook_url": f"https:///{SECRET}"}, "webhook_url must look like"),
        ({"webhook_url": f"https://hooks.example.org:99999/{SECRET}"}, "webhook_url must look like"),
        ({"webhook_url": f"https://hooks.example.org/{SECRET}\r\nX-Evil: 1"}, "webhook_url must look like"),
        ({"webhook_url": f"https://hooks.example.org/{SECRET} x"}, "webhook_url must look like"),
        ({"apprise_urls": [SECRET]}, "apprise_urls must hold"),
        ({"apprise_urls": [f"wecombot://{SECRET}\n"]}, "apprise_urls must hold"),
        ({"copies_url": "links.example.org"}, "copies_url must look like"),
        ({"notify_language": "fr"}, '"zh", "en"'),
        ({"overdue_hours": 0}, "overdue_hours"),
    ],
)
def test_a_slip_is_told_by_its_key_and_not_by_its_secret(table: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        config_of(table)
    assert SECRET not in str(told.value), "the sentence would carry the secret into a log"


def test_what_is_recorded_beside_a_night_names_nobody_and_opens_nothing() -> None:
    table = {
        **(MAIL | ACCOUNT),
        "webhook_url": f"https://hooks.example.org/{SECRET}",
        "apprise_urls": [f"wecombot://{SECRET}"],
    }
    recorded = json.dumps(config_of(table).recorded())
    assert SECRET not in recorded
    assert "@example.org" not in recorded
    assert '"webhook_url": true' in recorded
