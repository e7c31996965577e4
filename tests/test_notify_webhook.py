"""Web hooks and chats against a real receiver on loopback: what is posted, tried again, and kept secret."""

from __future__ import annotations

import base64
import json
import logging
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from crawler.config import Config, config_of
from crawler.notify.channels import channels_of
from crawler.notify.message import Message
from crawler.notify.sending import Parcel, send_all, within
from crawler.notify.trouble import Trouble
from crawler.notify.webhook import WebHook
from tests.house import ROOT
from tests.receivers import Receiver

PAYLOAD = {"schema": 1, "kind": "digest", "sentence": {"en": "1 newly needs you", "zh": "1 条新增待处理"}}
MESSAGE = Message("20260102T020000Z", "digest", "1 条新增待处理", "正文", "<p>", "正文\n\n• 已失效", PAYLOAD)


def config(**more: Any) -> Config:
    return config_of(
        {"retry_waits_s": [0.01, 0.01], "exchange_deadline_s": 5.0, "contact": "https://x.example", **more}
    )


def send(settings: Config) -> Parcel:
    (channel,) = channels_of(settings)
    parcel = Parcel(channel, MESSAGE)
    send_all([parcel], settings, lambda settled: None)
    return parcel


# ---------------------------------------------------------------- what is posted


def test_a_program_gets_the_object_with_a_key_that_names_it() -> None:
    with Receiver(204) as receiver:
        assert send(config(webhook_url=receiver.url)).trouble is None
    (posted,) = receiver.posted
    assert json.loads(posted.body) == PAYLOAD
    assert (posted.method, posted.path) == ("POST", "/in?key=S3CR3T")
    assert posted.fields["host"] == f"localhost:{receiver.port}"
    assert posted.fields["content-type"] == "application/json"
    assert posted.fields["idempotency-key"] == '"20260102T020000Z-digest"'
    assert posted.fields["user-agent"].startswith("evercite/")


def test_user_and_password_of_an_address_go_into_their_field() -> None:
    with Receiver(200) as receiver:
        url = receiver.url.replace("localhost", "links:p%40ss@localhost")
        assert send(config(webhook_url=url)).trouble is None
    assert receiver.posted[0].fields["authorization"] == f"Basic {base64.b64encode(b'links:p@ss').decode()}"
    assert "@" not in receiver.posted[0].fields["host"]


# answers → tries, whether it was taken
ANSWERS: list[tuple[list[Any], int, bool]] = [
    ([200], 1, True),
    ([202], 1, True),
    ([500, 204], 2, True),
    ([408, 425, 200], 3, True),
    ([429, 200], 2, True),
    ([503, 502, 504], 3, False),
    ([400], 1, False),
    ([401], 1, False),
    ([404], 1, False),
    ([410], 1, False),
    ([301], 1, False),
    ([304], 1, False),
    (["die", 200], 2, True),
    (["die"], 3, False),
]


@pytest.mark.parametrize(("answers", "tries", "taken"), ANSWERS, ids=lambda case: str(case))
def test_an_answer_decides_whether_it_is_tried_again(answers: list[Any], tries: int, taken: bool) -> None:
    with Receiver(*answers) as receiver:
        parcel = send(config(webhook_url=receiver.url))
    assert (len(receiver.posted), parcel.trouble is None) == (tries, taken)
    assert len({posted.fields["idempotency-key"] for posted in receiver.posted}) == 1


def test_no_redirect_is_followed() -> None:
    with Receiver(200) as other, Receiver((307, {"location": other.url})) as receiver:
        trouble = send(config(webhook_url=receiver.url)).trouble
    assert other.posted == [], "what was meant for one receiver went to another"
    assert trouble == Trouble("it answered 307, a redirect; write where it leads into webhook_url", passing=False)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("7", 7, 7),
        ("86400", 600, 600),
        (timedelta(seconds=300), 240, 300),
        (timedelta(days=-1), 0, 0),
        ("soon", 0, 0),
        ("-5", 0, 0),
        ("", 0, 0),
        ("9" * 400, 600, 600),
        ("Sun, 99 Nov 99999 99:99:99 GMT", 0, 0),
    ],
    ids=["7", "86400", "in-5-minutes", "yesterday", "soon", "-5", "nothing", "999…", "no-date"],
)
def test_a_receiver_is_left_in_peace_as_long_as_it_asks(asked: str | timedelta, least: float, most: float) -> None:
    if isinstance(asked, timedelta):  # from now, not from when the tests were collected
        asked = format_datetime(datetime.now(UTC) + asked, usegmt=True)
    with Receiver((503, {"retry-after": asked})) as receiver:
        trouble = WebHook(config(webhook_url=receiver.url), 5).send(MESSAGE)
    assert trouble is not None
    assert least <= trouble.wait_s <= most


def test_a_receiver_that_hangs_is_left_alone() -> None:
    with Receiver("hang") as receiver:
        parcel = send(config(webhook_url=receiver.url, exchange_deadline_s=0.2, retry_waits_s=[]))
    assert parcel.trouble == Trouble("it did not answer in time")


def test_what_is_told_of_a_failing_hook_never_names_it() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://localhost:{unused.getsockname()[1]}/S3CR3T"
        urls = [closed, "https://s3cr3t.invalid/S3CR3T", f"{closed.replace('http:', 'https:')}"]
        whys = [parcel.trouble.why for url in urls if (parcel := send(config(webhook_url=url))).trouble]
    assert len(whys) == 3
    assert not [why for why in whys if "s3cr3t" in why.lower() or "localhost" in why]


def test_a_certificate_of_nobody_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with Receiver(200, context=context) as receiver:
        trouble = send(config(webhook_url=receiver.url)).trouble
        assert trouble is not None
        assert (trouble.passing, "certificate is not accepted" in trouble.why) == (False, True)
        assert receiver.posted == []
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert send(config(webhook_url=receiver.url)).trouble is None
    assert len(receiver.posted) == 1


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that passes one connection on at a time; yields its address and what it was asked for."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with client:
                    head = client.recv(65536)
                    while b"\r\n\r\n" not in head:
                        head += client.recv(65536)
                    asked.append(head.split(b"\r\n")[0].decode())
                    client.sendall(
                        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n" if asked[-1][0] == "P" else b""
                    )

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_the_proxy_of_the_configuration_is_used() -> None:
    with proxy() as (address, asked):
        plain = send(config(webhook_url="http://hooks.example.org/in?a=1", proxy=address, retry_waits_s=[]))
        send(config(webhook_url="https://hooks.example.org/in", proxy=address, retry_waits_s=[]))
    assert plain.trouble is None
    assert asked[0] == "POST http://hooks.example.org/in?a=1 HTTP/1.1"
    assert asked[1].startswith("CONNECT hooks.example.org:443 "), "the object went past the proxy, or in the clear"


# ---------------------------------------------------------------- chats


def test_a_chat_gets_subject_and_short_text(caplog: pytest.LogCaptureFixture) -> None:
    with Receiver(200) as receiver, caplog.at_level(logging.DEBUG):
        settings = config(apprise_urls=[f"json://localhost:{receiver.port}/S3CR3T"])
        parcel = send(settings)
        assert parcel.trouble is None
    (posted,) = receiver.posted
    told = json.loads(posted.body)
    assert (told["title"], told["message"]) == (MESSAGE.subject, MESSAGE.chat)
    assert parcel.channel.name == "json"
    assert "S3CR3T" not in caplog.text, "a log would open the chat to whoever reads it"


def test_a_chat_that_does_not_take_it_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    with Receiver(500, 200) as receiver, caplog.at_level(logging.DEBUG):
        parcel = send(config(apprise_urls=[f"json://localhost:{receiver.port}/S3CR3T"]))
    assert (parcel.tries, parcel.trouble) == (2, None)
    assert "S3CR3T" not in caplog.text


def test_an_unknown_service_is_told_without_its_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        trouble = send(config(apprise_urls=["nosuchservice://S3CR3T"])).trouble
    assert trouble is not None
    assert not trouble.passing
    assert "S3CR3T" not in trouble.why + caplog.text


def test_without_the_extra_one_sentence_says_how_to_get_it() -> None:
    program = (
        "import sys; sys.modules['apprise'] = None\n"
        "from crawler.notify.chat import Chat\n"
        "from crawler.notify.message import Message\n"
        "print(Chat('wecombot://K', 'wecombot').send(Message('n', 'digest', '', '', '', '')).why)"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "apprise is not installed; run pip install 'evercite[chat]'\n"


def test_channels_have_names_of_their_own_and_no_address_in_them() -> None:
    urls = ["wecombot://S3CR3T", "slack://S3CR3T/b/c", "WeComBot://S3CR3T2"]
    mail = {"mail_server": "localhost:25", "mail_from": "a@example.org", "mail_to": ["b@example.org"]}
    settings = config(apprise_urls=urls, webhook_url="https://S3CR3T.example/", **mail)
    assert [channel.name for channel in channels_of(settings)] == ["mail", "webhook", "wecombot", "slack", "wecombot-2"]


def test_nothing_heavy_is_imported_before_a_message_is_sent() -> None:
    program = (
        "import sys, crawler.notify.channels; print([m for m in ('apprise', 'requests', 'scrapy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


# ---------------------------------------------------------------- a round


class Told:
    """A channel that answers as it is told."""

    def __init__(self, name: str, *answers: Trouble | None) -> None:
        self.name = name
        self.answers = list(answers)
        self.sent = 0

    def send(self, message: Message) -> Trouble | None:
        self.sent += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Broken:
    name = "broken"

    def send(self, message: Message) -> Trouble | None:
        raise RuntimeError("token S3CR3T")


def test_a_failing_channel_keeps_no_other_from_its_messages() -> None:
    bad, broken, good = Told("bad", Trouble("later")), Broken(), Told("good", None)
    parcels = [Parcel(channel, MESSAGE) for channel in (bad, broken, good)]
    settled: list[str] = []
    send_all(parcels, config(), lambda parcel: settled.append(parcel.channel.name))
    assert settled == ["broken", "good", "bad"]
    assert (bad.sent, good.sent) == (3, 1)
    assert parcels[1].trouble == Trouble("it failed with RuntimeError", passing=False)


def test_without_waits_everything_is_tried_once() -> None:
    channel = Told("bad", Trouble("later", wait_s=3600))
    send_all([Parcel(channel, MESSAGE)], config(retry_waits_s=[]), lambda parcel: None)
    assert channel.sent == 1


def test_a_round_ends_rather_than_waits_for_hours() -> None:
    channel = Told("bad", Trouble("later", wait_s=3600))
    send_all([Parcel(channel, MESSAGE)], config(), lambda parcel: None)
    assert channel.sent == 1, "a night would hang on a receiver that asks for an hour"


def test_a_try_that_takes_too_long_is_over() -> None:
    over = threading.Event()
    assert within(0.05, lambda: Trouble("late") if over.wait(20) else None) == Trouble("it did not answer in time")
    over.set()
