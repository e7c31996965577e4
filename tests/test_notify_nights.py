"""Whole nights that tell: once what is new, nothing when nothing is, and whatever happens to the channels, the same
night, the same report, the same status."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crawler.cli import main
from crawler.config import read_config
from crawler.ledger.ledger import Ledger
from crawler.night.notifying import notify_night
from tests.house import House, Ran
from tests.receivers import PASSWORD, USER, Mailbox, Receiver, mail_server, until
from tests.test_night_privacy import SIGNATURE, link, spellings
from tests.test_night_privacy import USER as SUBSCRIBER
from tests.warcs import everything_in
from tests.web.answers import Answer, Nights, Page
from tests.web.briefing import briefing_sites
from tests.web.server import FakeWeb
from tests.web.sites import Site

# The servers warn of what these tests want, and of their own age.
pytestmark = [pytest.mark.filterwarnings("ignore:Requiring AUTH"), pytest.mark.filterwarnings("ignore:.imghdr")]
GONE = Answer(410)
DIES = "https://news.example.org/dies"
KEY = "S3CR3T-K3Y"
REDACTED = "https://un.mdrtor.com/track/link/key/999/signature/[redacted]/userid/[redacted]"
# A host of our own beside the briefings': one of its pages dies, which is known for sure on the third night.
SITES = [
    Site("news.example.org", {"/dies": Nights({0: Page("Dies"), 1: GONE}), "/stays": Page("Stays")}),
    Site("b.example.org", {"/": Page("Another")}),
    Site("c.example.org", {"/": Page("A third")}),
]
NIGHT = "20260103T020000Z"


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb([*briefing_sites(), *SITES]) as fake:
        yield fake


def kept(house: House) -> list[tuple[str, str, str, str, int]]:
    """What the ledger says of messages: about, kind, channel, fate, rounds."""
    with closing(sqlite3.connect(house.archive / "ledger.sqlite3")) as db:
        sql = "SELECT about, kind, channel, fate, rounds FROM messages ORDER BY queued_at, rowid"
        return [tuple(row) for row in db.execute(sql)]


# ---------------------------------------------------------------- a week


@dataclass
class Week:
    """Nights with all three kinds of channel, the web hook failing on the third: what each did, and how much each
    channel was asked by then."""

    house: House
    mailbox: Mailbox
    hook: Receiver
    chat: Receiver
    ran: list[Ran] = field(default_factory=list)
    arrived: list[tuple[int, int, int]] = field(default_factory=list)


@pytest.fixture(scope="module")
def week(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    folder = tmp_path_factory.mktemp("week")
    (folder / "mail.password").write_text(PASSWORD, "utf-8")
    with ExitStack() as stack:
        mailbox, hook, chat = Mailbox(), stack.enter_context(Receiver()), stack.enter_context(Receiver(200))
        settings = {
            "mail_server": stack.enter_context(mail_server(mailbox, auth=True)),
            "mail_security": "none",
            "mail_user": USER,
            "mail_password_file": "mail.password",
            "mail_from": "robot@desk.example.org",
            "mail_to": ["editor.in.chief@example.org"],
            "webhook_url": hook.url.replace("S3CR3T", KEY),
            "apprise_urls": [f"json://localhost:{chat.port}/{KEY}"],
            "copies_url": "https://links.example.org",
            "retry_waits_s": [0.01],
        }
        house = House(folder, web, **settings)
        house.cite([DIES, "https://news.example.org/stays", REDACTED, link(849), link(850), link(851)])
        week = Week(house, mailbox, hook, chat)
        for number in range(4):
            hook.answers = [500] if number == 2 else [204]
            week.ran.append(house.night(number, "-v"))
            week.arrived.append((len(mailbox.taken), len(hook.posted), len(chat.posted)))
        yield week


def test_each_channel_gets_one_digest_when_something_is_new_and_none_on_quiet_nights(week: Week) -> None:
    statuses = [ran.status for ran in week.ran]
    assert statuses == [1, 0, 1, 0], week.ran[-1].log[-1500:]
    assert week.arrived == [(1, 1, 1), (1, 1, 1), (2, 3, 2), (2, 4, 2)]


def test_an_outage_changes_no_status_and_the_next_night_delivers(week: Week) -> None:
    assert week.ran[2].status == 1, "a failing channel must not look like a failing night"
    assert "webhook: the digest message of 20260103T020000Z was not sent, the next night tries again" in week.ran[2].log
    assert "it answered 500" in week.ran[2].log
    assert "webhook: the digest message of 20260103T020000Z was sent" in week.ran[3].log
    keys = [posted.fields["idempotency-key"] for posted in week.hook.posted[1:]]
    assert keys == [f'"{NIGHT}-digest"'] * 3
    assert {row[2]: row[3:] for row in kept(week.house) if row[0] == NIGHT} == {
        "mail": ("sent", 1),
        "webhook": ("sent", 2),
        "json": ("sent", 1),
    }


def test_what_is_told_is_what_the_report_says(week: Week) -> None:
    told = json.loads(week.hook.posted[1].body)
    report = week.ran[2].report
    (row,) = [row for row in report["citations"] if row["printed"] == DIES]
    assert told["night"] == report["night"]["id"]
    assert told["counts"] == report["counts"]
    (one,) = told["transitions"]
    assert (one["id"], one["before"], one["after"], one["group"]) == (row["id"], "suspect", "gone", "needs-you")
    assert told["report"] == f"https://links.example.org/reports/{told['night']}/"
    mail = week.mailbox.taken[1][1]
    assert mail["Subject"] == "1 条新增待处理 · 2026年1月3日"
    assert DIES in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert json.loads(week.chat.posted[1].body)["title"] == mail["Subject"]


def test_the_first_night_tells_what_needs_somebody_once(week: Week) -> None:
    (one,) = json.loads(week.hook.posted[0].body)["transitions"]
    assert (one["before"], one["after"], one["uri"]) == (None, "target-unknown", None)


def test_no_message_names_a_subscriber(week: Week) -> None:
    sent = b"".join(posted.body for posted in week.hook.posted + week.chat.posted)
    for _, mail in week.mailbox.taken:
        sent += "".join(part.get_content() for part in mail.iter_parts()).encode()
    assert b"un.mdrtor.com" in sent, "the search looks into nothing"
    for secret in (SIGNATURE, SUBSCRIBER):
        assert not [spelling for spelling in spellings(secret) if spelling in sent]


@pytest.mark.parametrize("secret", [KEY, PASSWORD, "editor.in.chief", "robot@desk"])
def test_what_opens_a_channel_or_names_an_editor_is_kept_nowhere(week: Week, secret: str) -> None:
    files = {f"archive/{n}": data for n, data in everything_in(week.house.archive).items()}
    files |= {f"reports/{n}": data for n, data in everything_in(week.house.reports).items()}
    files["said"] = "".join(ran.log + ran.said for ran in week.ran).encode()
    assert b"json: the digest message" in files["said"]
    assert [name for name, data in files.items() if secret.encode() in data] == []


def test_a_password_file_that_others_can_read_is_told(week: Week) -> None:
    assert "mail_password_file can be read by others" in week.ran[0].log


# ---------------------------------------------------------------- the command, and what a channel may do to it


@pytest.fixture
def house(week: Week, web: FakeWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The week's archive, as if no channel had been set up in it."""
    made = House(tmp_path, web)
    shutil.copytree(week.house.archive, made.archive)
    with closing(sqlite3.connect(made.archive / "ledger.sqlite3")) as db:
        db.execute("DELETE FROM messages")
        db.commit()
    monkeypatch.chdir(tmp_path)
    return made


def use(house: House, *hooks: Receiver, **more: Any) -> None:
    """Set up a web hook, and a chat if there are two receivers."""
    chats = [f"json://localhost:{chat.port}/{KEY}" for chat in hooks[1:]]
    house.write_config(webhook_url=hooks[0].url, apprise_urls=chats, **{"retry_waits_s": [0.01], **more})


def test_the_command_tests_each_channel(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with Receiver(204) as hook, Receiver(401) as chat:
        use(house, hook, chat)
        assert main(["notify", "--test"]) == 2
        assert capsys.readouterr().out == "webhook: sent\njson: the message was not taken\n"
        assert [json.loads(posted.body)["kind"] for posted in hook.posted] == ["test"]
        assert len(chat.posted) == 1, "an operator would wait for tries that a test does not need"
    assert kept(house) == []


def test_the_command_shows_and_sends_once(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with Receiver(204) as hook:
        assert main(["notify", "--night", "20260102T020000Z"]) == 0
        assert capsys.readouterr().out == "night 20260102T020000Z has nothing new to tell\n"
        assert main(["notify", "--night", NIGHT]) == 3
        assert "no channel is set up" in capsys.readouterr().err
        use(house, hook)
        assert main(["notify", "--night", NIGHT, "--dry-run"]) == 0
        assert capsys.readouterr().out.startswith("1 条新增待处理 · 2026年1月3日\n\n")
        assert hook.posted == []
        for _ in range(2):
            assert main(["notify", "--night", NIGHT]) == 0
            assert capsys.readouterr().out == f"webhook: the digest message of {NIGHT} was sent\n"
        assert len(hook.posted) == 1, "editors would get the same digest twice"
    assert main(["notify", "--night", "20990101T000000Z"]) == 3


class Heard(list[str]):
    """Keeps what is said."""

    def say(self, text: str) -> None:
        self.append(text)

    warn = say


def notify_next(house: House) -> list[str]:
    """What the next night says of the messages that wait."""
    said = Heard()
    with closing(Ledger.open(house.archive / "ledger.sqlite3")) as ledger:
        config = read_config(house.folder / "evercite.toml")
        notify_night(ledger, config, house.now(4), said)
    return said


def test_what_two_nights_cannot_send_is_given_up_until_somebody_asks(house: House) -> None:
    with Receiver(404) as hook:
        use(house, hook)
        assert main(["notify", "--night", NIGHT]) == 2
        assert kept(house) == [(NIGHT, "digest", "webhook", "waiting", 1)]
        assert notify_next(house) == [f"webhook: the digest message of {NIGHT} is given up (it answered 404)"]
        hook.answers = [200]
        assert notify_next(house) == []
        assert len(hook.posted) == 2
        assert main(["notify", "--night", NIGHT]) == 0
        assert len(hook.posted) == 3, "an operator who mended the hook must be able to send it"


def test_a_channel_that_is_gone_keeps_nothing_waiting(house: House) -> None:
    with Receiver(500) as hook, Receiver(200) as chat:
        use(house, hook, chat)
        main(["notify", "--night", NIGHT])
        house.write_config()
        assert notify_next(house) == [
            f"webhook: the digest message of {NIGHT} is given up (no such channel is set up any more)"
        ]


@pytest.mark.parametrize(("ending", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 2)])
def test_who_is_ended_while_sending_loses_nothing(house: House, ending: signal.Signals, status: int) -> None:
    with Receiver("hang") as hook:
        use(house, hook, exchange_deadline_s=30.0)
        sending = begin(house, "notify", "--night", NIGHT, "--now", house.now(3).isoformat())
        assert until(lambda: bool(hook.posted), 60)
        sending.send_signal(ending)
        said, log = (stream.decode() for stream in sending.communicate(timeout=20))
        assert sending.returncode == status, log + said
        hook.answers = [200]
        assert notify_next(house) == [f"webhook: the digest message of {NIGHT} was sent"]
    assert len({posted.fields["idempotency-key"] for posted in hook.posted}) == 1, "a repetition would not show"


def begin(house: House, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        house.command(*words),
        cwd=house.folder,
        env=house.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_command_says_whether_anybody_was_told(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """The last night that counted began on January 4, 02:00 UTC."""
    words = ["notify", "--overdue", "--now", "2026-01-06T02:00:00Z"]
    with Receiver(500) as hook:
        use(house, hook)
        assert main(["notify", "--overdue", "--now", "2026-01-06T01:59:59Z"]) == 0
        assert main([*words, "--dry-run"]) == 2
        assert "自2026年1月4日起没有有效的夜间检查" in capsys.readouterr().out
        assert hook.posted == []
        assert main(words) == 2
        hook.answers = [204]
        assert main(words) == 1
        told = len(hook.posted)
        for hour in ("03", "15"):
            assert main(["notify", "--overdue", "--now", f"2026-01-06T{hour}:00:00Z"]) == 1
        assert len(hook.posted) == told, "told twice a day it would be noise"
        assert main(["notify", "--overdue", "--now", "2026-01-06T16:00:00Z"]) == 1, "a new day in Shanghai"
        assert len(hook.posted) == told + 1
        assert json.loads(hook.posted[-1].body)["hours"] == 62
    house.write_config()
    assert main(["notify", "--overdue", "--now", "2026-01-09T02:00:00Z"]) == 2
    assert "没有再运行过夜间检查" in capsys.readouterr().out, "who has no channel must read it here"


# ---------------------------------------------------------------- long proofs


def lasting(folder: Path, web: FakeWeb, hook: Receiver, **more: Any) -> House:
    house = House(folder, web, **{"webhook_url": hook.url, "retry_waits_s": [0.01], **more})
    house.cite([DIES, "https://news.example.org/stays", "https://b.example.org/", "https://c.example.org/"])
    return house


@pytest.mark.proof
@pytest.mark.parametrize(("ending", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 1)])
def test_a_night_that_is_ended_while_it_sends_has_ended_well(
    web: FakeWeb, tmp_path: Path, ending: signal.Signals, status: int
) -> None:
    with Receiver("hang") as hook:
        house = lasting(tmp_path, web, hook, exchange_deadline_s=30.0)
        assert [house.night(number).status for number in (0, 1)] == [0, 0]
        web.night = 2
        night = begin(house, *house.night_words(2))
        assert until(lambda: bool(hook.posted), 60)
        night.send_signal(ending)
        said, log = (stream.decode() for stream in night.communicate(timeout=20))
        assert night.returncode == status, log
        assert (house.reports / "latest" / "index.html").exists()
        assert "index.html" in said, "the report would wait for the channel"
        hook.answers = [200]
        assert house.night(3).status == 0
    assert [posted.fields["idempotency-key"] for posted in hook.posted] == [f'"{NIGHT}-digest"'] * 2
    assert [row[3] for row in kept(house)] == ["sent"]


@pytest.mark.proof
def test_an_invalid_night_tells_once_a_day_that_none_has_counted(web: FakeWeb, tmp_path: Path) -> None:
    with Receiver() as hook:
        house = lasting(tmp_path, web, hook)
        assert house.night(0).status == 0
        offline = {"resolvers": ["127.0.0.1:9"], "connect_to": {}, "connect_timeout_s": 1.0}
        house.write_config(webhook_url=hook.url, **offline)
        told = []
        for number in (1, 2, 3):
            assert house.night(number).status == 4
            told.append([json.loads(posted.body)["kind"] for posted in hook.posted])
    assert told == [[], ["overdue"], ["overdue"] * 2]
    first = json.loads(hook.posted[0].body)
    assert (first["since"], first["hours"]) == ("2026-01-01T02:00:00Z", 48)
