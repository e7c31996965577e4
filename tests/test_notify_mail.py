"""Mail against a real server on loopback: what arrives, what is told of what does not, and that no secret gets out."""

from __future__ import annotations

import os
import re
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from crawler.config import Config, config_of
from crawler.notify.channels import channels_of
from crawler.notify.mail import is_open_to_others, write_mail
from crawler.notify.message import Message, trial_message
from crawler.notify.sending import Parcel, send_all
from crawler.notify.trouble import Trouble
from tests.receivers import PASSWORD, USER, Mailbox, mail_server

# The server warns of what these tests want: accounts without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
MESSAGE = Message("20260102T020000Z", "digest", "2 条新增待处理 · 2026年1月2日", "正文。\n" * 3, "<p>正文</p>", "", {})
TO = ("editor@example.org", "desk@example.org")


def config(server: str, **more: Any) -> Config:
    table = {"mail_server": server, "mail_security": "none", "mail_from": "links@example.org", "mail_to": list(TO)}
    return config_of({"retry_waits_s": [0.01, 0.01], "exchange_deadline_s": 5.0, **table, **more})


def send(settings: Config, message: Message = MESSAGE) -> Parcel:
    """Send by the one channel of a configuration, with its tries."""
    (channel,) = channels_of(settings)
    settled: list[Parcel] = []
    parcel = Parcel(channel, message)
    send_all([parcel], settings, settled.append)
    assert settled == [parcel]
    return parcel


def trouble_of(settings: Config) -> Trouble:
    trouble = send(settings).trouble
    assert trouble is not None, "nobody would hear that the mail did not get there"
    assert PASSWORD not in trouble.why
    return trouble


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "mail.password"
    path.write_text(f"{PASSWORD}\n", "utf-8")
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's context that this process trusts."""
    authority = trustme.CA()
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(made)
    return made


# ---------------------------------------------------------------- what arrives


def test_a_mail_arrives_in_both_forms_with_its_fields() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as server:
        assert send(config(server)).trouble is None
    ((to, mail),) = mailbox.taken
    assert tuple(to) == TO
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Message-ID"] == "<20260102T020000Z-digest.evercite@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated", "absence notices would come back for every digest"
    assert mail["List-Id"] == "Evercite <evercite.example.org>"
    assert mail["From"] == "Evercite <links@example.org>"
    assert mail["Date"].datetime.tzinfo is not None
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, page = (part.get_content() for part in mail.iter_parts())
    assert text.replace("\r\n", "\n") == MESSAGE.text
    assert page.strip() == MESSAGE.html


def test_every_line_on_the_wire_is_short_and_ascii() -> None:
    long = replace(MESSAGE, text="甲" * 9000, html="<p>" + "x" * 9000, subject="甲" * 100)
    wire = bytes(write_mail(long, config("localhost:25")))
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    assert wire.isascii()


def test_a_line_break_in_a_subject_forges_no_field() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        write_mail(replace(MESSAGE, subject="x\r\nBcc: all@example.org"), config("localhost:25"))


@pytest.mark.parametrize("how", ["starttls", "tls"])
def test_mail_over_tls_with_an_account(how: str, context: ssl.SSLContext, password: str) -> None:
    mailbox = Mailbox()
    tls = {how: context}
    with mail_server(mailbox, **tls, auth=True) as server:
        settings = config(server, mail_security=how, mail_user=USER, mail_password_file=password)
        assert send(settings).trouble is None
    assert mailbox.logins == [USER]
    assert len(mailbox.taken) == 1


# ---------------------------------------------------------------- what does not


@pytest.mark.parametrize("how", ["starttls", "tls"])
def test_a_certificate_of_nobody_gets_neither_mail_nor_password(
    how: str, password: str, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    mailbox = Mailbox()
    tls = {how: context}
    with mail_server(mailbox, **tls, auth=True) as server:
        trouble = trouble_of(config(server, mail_security=how, mail_user=USER, mail_password_file=password))
    assert (trouble.passing, "certificate is not accepted" in trouble.why) == (False, True)
    assert mailbox.logins == []
    assert mailbox.taken == []


def test_a_server_without_starttls_gets_nothing(password: str) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, auth=True) as server:
        trouble = trouble_of(config(server, mail_security="starttls", mail_user=USER, mail_password_file=password))
    assert (trouble.passing, "STARTTLS" in trouble.why) == (False, True)
    assert mailbox.logins == []


def test_a_wrong_password_is_told_without_it(password: str) -> None:
    Path(password).write_text("wr0ng", "utf-8")
    mailbox = Mailbox()
    with mail_server(mailbox, auth=True) as server:
        trouble = trouble_of(config(server, mail_user=USER, mail_password_file=password))
    assert (trouble.passing, trouble.why) == (False, "the server does not take user and password (535)")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"", "in one line"), (b"a\nb\n", "in one line"), (b"\xff\xfe", "is no text")],
)
def test_a_password_file_that_cannot_be_used_is_told(content: bytes | None, words: str, password: str) -> None:
    Path(password).unlink()
    if content is not None:
        Path(password).write_bytes(content)
    mailbox = Mailbox()
    with mail_server(mailbox, auth=True) as server:
        trouble = trouble_of(config(server, mail_user=USER, mail_password_file=password))
    assert (trouble.passing, words in trouble.why) == (False, True), trouble.why


def test_a_password_file_that_others_can_read_is_noticed(password: str) -> None:
    assert not is_open_to_others(Path(password))
    Path(password).chmod(0o644)
    assert is_open_to_others(Path(password))
    assert not is_open_to_others(Path(password + "x"))


# replies to the first, second and third try → tries, whether it arrives, whether it counts as passing
REPLIES = [
    (["451 4.7.1 greylisted, come back later", "250 taken"], 2, True, None),
    (["421 too busy", "451 later", "250 taken"], 3, True, None),
    (["451 later"], 3, False, True),
    (["554 5.7.1 looks like spam"], 1, False, False),
    (["die", "250 taken"], 2, True, None),
    (["die"], 3, False, True),
]


@pytest.mark.parametrize(("replies", "tries", "arrives", "passing"), REPLIES, ids=lambda case: str(case)[:30])
def test_a_server_is_asked_again_as_it_wishes(
    replies: list[str], tries: int, arrives: bool, passing: bool | None
) -> None:
    mailbox = Mailbox(data=list(replies))
    with mail_server(mailbox) as server:
        parcel = send(config(server))
    assert (parcel.tries, mailbox.tries) == (tries, tries)
    assert (len(mailbox.taken) == 1, parcel.trouble is None) == (arrives, arrives)
    assert parcel.trouble is None or parcel.trouble.passing is passing


def test_a_server_that_hangs_is_left_alone() -> None:
    mailbox = Mailbox(data=["hang"])
    with mail_server(mailbox) as server:
        trouble = trouble_of(config(server, exchange_deadline_s=0.3, retry_waits_s=[]))
    assert (trouble.why, trouble.passing) == ("it did not answer in time", True)


def chatter(listening: socket.socket, heard: list[int]) -> None:
    """Answer one EHLO without an end, until nobody listens any more."""
    peer, _ = listening.accept()
    with peer, suppress(OSError):
        peer.sendall(b"220 here\r\n")
        peer.recv(1000)
        while sum(heard) < 256 * 1024 * 1024:
            heard.append(peer.send((b"250-" + b"a" * 4000 + b"\r\n") * 50))


def test_a_server_that_never_stops_talking_fills_no_memory() -> None:
    heard: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        talking = threading.Thread(target=chatter, args=(listening, heard), daemon=True)
        talking.start()
        trouble = trouble_of(config(f"127.0.0.1:{listening.getsockname()[1]}", retry_waits_s=[]))
        talking.join(10)
    assert trouble == Trouble("the connection broke")
    assert sum(heard) < 64 * 1024 * 1024, "a mail server could end the night by filling its memory"


def test_nobody_there() -> None:
    with mail_server(Mailbox()) as server:
        pass
    assert trouble_of(config(server)) == Trouble("it refuses connections")
    assert trouble_of(config("no-such-host.invalid:25")) == Trouble("its name is not found")


def test_who_is_refused_is_told_masked_and_the_others_get_it_once() -> None:
    mailbox = Mailbox(rcpt={"desk@example.org": ["550 5.1.1 <desk@example.org>: no such user"]})
    with mail_server(mailbox) as server:
        trouble = trouble_of(config(server))
    assert trouble.delivered, "the editor would get the digest again and again"
    assert not trouble.passing
    assert "d***@example.org was refused (550" in trouble.why
    assert "desk@" not in trouble.why
    assert [to for to, _ in mailbox.taken] == [["editor@example.org"]]


def test_who_is_greylisted_is_asked_again_alone() -> None:
    mailbox = Mailbox(rcpt={"desk@example.org": ["450 4.2.0 greylisted", "250 OK"]})
    with mail_server(mailbox) as server:
        parcel = send(config(server))
    assert parcel.trouble is None
    assert [to for to, _ in mailbox.taken] == [["editor@example.org"], ["desk@example.org"]]


def test_everybody_refused_is_not_delivered() -> None:
    refusing = {address: ["550 no such user"] for address in TO}
    with mail_server(Mailbox(rcpt=refusing)) as server:
        trouble = trouble_of(config(server))
    assert (trouble.delivered, trouble.passing) == (False, False)
    assert re.findall(r"\w\*\*\*@", trouble.why) == ["e***@", "d***@"]


def test_what_a_server_says_forges_no_line_of_the_log() -> None:
    mailbox = Mailbox(data=["554 no\u202e\x1b[2J jane.doe@example.org"])
    with mail_server(mailbox) as server:
        why = trouble_of(config(server)).why
    assert why.isprintable()
    assert "jane.doe" not in why


def test_a_test_message_is_told_from_another() -> None:
    one, other = (trial_message(about, "zh") for about in ("20260102T020000Z", "20260102T020001Z"))
    assert one.key != other.key, "a mail program would drop the second as a repetition"
    assert os.linesep not in one.subject
