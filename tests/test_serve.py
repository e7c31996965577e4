"""What stands before the pages – languages, tokens, hosts, methods, files, logs – and how a link's nights are drawn."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.errors import UsageError
from crawler.model import NightReading, Outcome
from crawler.reports.rows import TONE
from crawler.serve import listening
from crawler.serve.files import ReportFiles
from crawler.serve.guard import Door, Guard
from crawler.serve.index import read_sentence
from crawler.serve.pages import href, negotiate, tell_days, tell_size
from crawler.serve.timeline import spells_of_outcomes, strips
from crawler.serve.token import COOKIE, PASS_S, Token, read_token
from tests.house import House
from tests.serving import serving
from tests.test_night_changing import ORDINARY, PAGE, POSTPONED, Story, citation

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"
TOKEN = Token(SECRET)


def ask(app: ASGIApp, target: str, method: str = "GET", **fields: str) -> tuple[int, dict[str, str], bytes]:
    """Ask an application without a network; `Set_Cookie` style names."""
    path, _, query = target.partition("?")
    headers = {"host": "here", **{name.replace("_", "-").lower(): value for name, value in fields.items()}}
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "scheme": "http",
        "http_version": "1.1",
        "server": ("here", 80),
        "client": ("there", 1),
        "root_path": "",
    }
    said: list[Message] = []

    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        for message in asked:
            return message
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    async def send(message: Message) -> None:
        said.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    names = {name.decode().lower(): value.decode("latin-1") for name, value in said[0]["headers"]}
    return said[0]["status"], names, b"".join(message.get("body", b"") for message in said[1:])


def refuse(scope: Scope, status: int, name: str) -> Response:
    return PlainTextResponse(name, status)


def refuse_nothing(request: object) -> Response:
    return PlainTextResponse("shown")


def sign_in(scope: Scope, target: str) -> Response:
    return PlainTextResponse(f"on to {target}")


def guarded(log: list[str], token: Token | None = None, copies: bool = False) -> Guard:
    """A guard before an application that shows, sends on, or fails."""

    def fail(request: object) -> Response:
        raise RuntimeError("broken at https://x.example/signature/0123456789abcdef/userid/fedcba9876543210")

    app = Starlette(
        routes=[
            Route("/fail", fail),
            Route(
                "/on",
                lambda request: RedirectResponse("http://copies/memento/20260101000000000/https://a.example/?b=c"),
            ),
            Route("/{rest:path}", lambda request: PlainTextResponse(f"shown {request.url.path}?{request.url.query}")),
        ]
    )
    more: dict[str, Any] = {} if copies else {"copies_base": "http://copies", "sign_in": sign_in}
    return Guard(app, Door(frozenset({"here"}), token, refuse, log.append, **more))


# ---------------------------------------------------------------- who may ask


@pytest.mark.parametrize(
    ("target", "method", "fields", "status"),
    [
        ("/", "GET", {}, 200),
        ("/", "HEAD", {}, 200),
        ("/", "GET", {"Host": "evil.example"}, 421),
        ("/", "GET", {"Host": ""}, 421),
        ("/", "GET", {"Host": "here.evil.example"}, 421),
        ("/", "GET", {"Host": "HERE"}, 200),
        ("/", "POST", {}, 405),
        ("/", "PUT", {}, 405),
        ("/", "DELETE", {"Host": "evil.example"}, 421),
        ("/" + "a" * 10_000, "GET", {}, 200),
        ("/a\0b", "GET", {}, 400),
    ],
)
def test_who_may_ask_for_what(target: str, method: str, fields: dict[str, str], status: int) -> None:
    answered, said, _ = ask(guarded([]), target, method, **fields)
    assert answered == status
    assert said["x-content-type-options"] == "nosniff"
    assert said["x-frame-options"] == "DENY"
    assert (status != 405) or said["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 401),
        ({"Authorization": f"Bearer {SECRET}"}, 200),
        ({"Authorization": f"bearer  {SECRET}"}, 200),
        ({"Authorization": f"Basic {SECRET}"}, 401),
        ({"Authorization": f"Bearer {SECRET}x"}, 401),
        ({"Authorization": "Bearer \xff"}, 401),
        ({"Cookie": f"{COOKIE}={TOKEN.cookie}"}, 200),
        ({"Cookie": f"other=1; {COOKIE}={TOKEN.cookie}"}, 200),
        ({"Cookie": f"{COOKIE}={SECRET}"}, 401),
        ({"Cookie": f"{COOKIE}="}, 401),
        ({"Cookie": "\xff=;;=("}, 401),
    ],
)
def test_a_token_opens_and_nothing_else_does(fields: dict[str, str], status: int) -> None:
    for copies in (False, True):
        answered, said, body = ask(guarded([], TOKEN, copies), "/links/x", **fields)
        assert answered == status, "the archive stands open" if answered == 200 else "an editor is shut out"
        assert (status == 200) or b"shown" not in body
        assert (status != 401) or said["www-authenticate"] == "Bearer"


def test_a_link_with_the_token_opens_once_and_goes_on_without_it() -> None:
    log: list[str] = []
    status, said, body = ask(guarded(log, TOKEN), f"/links/x?lang=en&token={SECRET}")
    assert (status, body) == (200, b"on to /links/x?lang=en")
    cookie = said["set-cookie"]
    assert SECRET not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert said["referrer-policy"] == "no-referrer"
    assert said["cache-control"] == "no-store"
    assert ask(guarded(log, TOKEN), f"//evil.example/?token={SECRET}")[2] == b"on to /evil.example/"
    assert ask(guarded(log, TOKEN), "/?token=guessed")[0] == 401
    assert not [line for line in log if SECRET in line or "guessed" in line], "the token stands in a log"


def test_behind_a_proxy_with_https_the_cookie_is_secure_and_the_way_stays_https() -> None:
    app = Starlette(routes=[Route("/docs/", refuse_nothing)])
    door = Door(frozenset({"here"}), TOKEN, refuse, list[str]().append, "https", "http://copies", sign_in)
    assert "Secure" in ask(Guard(app, door), f"/?token={SECRET}")[1]["set-cookie"]
    assert "Secure" not in ask(guarded([], TOKEN), f"/?token={SECRET}")[1]["set-cookie"]
    _, said, _ = ask(Guard(app, door), "/docs", Authorization=f"Bearer {SECRET}")
    assert said["location"] == "https://here/docs/"


def test_the_origin_of_copies_takes_no_token_from_a_link() -> None:
    assert ask(guarded([], TOKEN, copies=True), f"/memento/x?token={SECRET}")[0] == 401


def test_the_query_of_somebody_elses_page_is_no_token() -> None:
    fields = {"Authorization": f"Bearer {SECRET}"}
    assert ask(guarded([], TOKEN), "/timegate/https://a.example/?token=theirs", **fields)[0] == 200


def test_a_pass_opens_one_copy_and_only_that() -> None:
    _, said, _ = ask(guarded([], TOKEN), "/on", Authorization=f"Bearer {SECRET}")
    way = said["location"].removeprefix("http://copies")
    assert said["cache-control"] == "no-store"
    status, _, body = ask(guarded([], TOKEN, copies=True), way)
    assert (status, body) == (200, b"shown /memento/20260101000000000/https://a.example/?b=c")
    for other in (way.replace("a.example", "b.example"), way.replace("b=c", "b=d"), way.replace("/pass/1", "/pass/9")):
        assert ask(guarded([], TOKEN, copies=True), other)[0] == 401, "a pass opens what it was not given for"
    assert ask(guarded([], TOKEN), way)[0] == 401, "a pass to a copy opens our own pages"


@pytest.mark.parametrize("fields", [{"Authorization": f"Bearer {SECRET}"}, {}])
def test_no_cache_between_keeps_what_a_token_opened(fields: dict[str, str]) -> None:
    """Copies say that they stay as they are for a year; a cache before the server would hand them to anybody."""

    def show(request: object) -> Response:
        return PlainTextResponse("a copy", headers={"Cache-Control": "max-age=31536000, immutable"})

    app = Starlette(routes=[Route("/{rest:path}", show)])
    for token, kept in ((TOKEN, "private, max-age=31536000, immutable"), (None, "max-age=31536000, immutable")):
        door = Door(frozenset({"here"}), token, refuse, print)
        status, said, _ = ask(Guard(app, door), "/memento/x", **fields)
        assert said["cache-control"] == kept if status == 200 else "private" in said["cache-control"]


def test_a_pass_ends() -> None:
    given = TOKEN.sign("/memento/x", 1_000_000.0)
    assert TOKEN.is_signed(given, "/memento/x", 1_000_000.0 + PASS_S - 1)
    assert not TOKEN.is_signed(given, "/memento/x", 1_000_000.0 + PASS_S + 1)


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_other_text_is_a_token_a_cookie_or_a_pass(text: str, target: str) -> None:
    assert not TOKEN.is_same(text)
    assert not TOKEN.is_cookie(text)
    assert not TOKEN.is_signed(text, target, 0.0)
    assert TOKEN.is_signed(TOKEN.sign(target, 5.0), target, 6.0)


@pytest.mark.parametrize(
    ("written", "says"),
    [("short", "at least 32"), ("x" * 40 + " y", "no spaces"), ("é" * 40, "ASCII"), ("", "at least 32")],
)
def test_a_bad_token_is_told_without_being_shown(tmp_path: Path, written: str, says: str) -> None:
    (tmp_path / "token").write_text(written, "utf-8")
    with pytest.raises(UsageError, match=says) as told:
        read_token(tmp_path / "token")
    assert not written or written not in str(told.value)
    with pytest.raises(UsageError, match="cannot be read"):
        read_token(tmp_path / "none")
    assert SECRET not in repr(TOKEN)


# ---------------------------------------------------------------- faults and logs


def test_a_fault_is_told_to_the_log_and_not_to_the_reader() -> None:
    log: list[str] = []
    status, _, body = ask(guarded(log), "/fail")
    assert (status, body) == (500, b"Internal Server Error") or body == b"fault"
    told = "\n".join(log)
    assert "RuntimeError" in told
    assert "0123456789abcdef" not in told, "a subscriber's signature stands in the log"


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=60))
def test_a_log_line_is_one_line_of_printable_text(path: str) -> None:
    log: list[str] = []
    ask(guarded(log), "/" + path.encode("utf-8", "replace").decode().replace("?", ""))
    assert len(log) == 1
    assert not [one for one in log[0] if not one.isprintable() and one not in "\u3000"], repr(log[0])


def test_a_log_line_holds_nothing_of_a_query_or_a_recipient() -> None:
    log: list[str] = []
    ask(guarded(log), "/?q=jane.roe%40example.org&lang=en")
    ask(guarded(log), "/timegate/https://x.example/signature/0123456789abcdef/userid/fedcba9876543210")
    ask(guarded(log), "/documents/jane.roe@example.org")
    ask(guarded(log), "/?https://link.mdrtor.com/signature/0123456789abcdef0123456789abcdef")
    told = "\n".join(log)
    assert "q=…&lang=…" in log[0]
    assert "jane" not in told
    assert "0123456789abcdef" not in told
    assert "fedcba9876543210" not in told


# ---------------------------------------------------------------- files


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of reports with a neighbour that is nobody's business."""
    folder = tmp_path / "reports"
    (folder / "latest").mkdir(parents=True)
    (folder / "copies").mkdir()
    (folder / ".latest-new").mkdir()
    (tmp_path / "secret.html").write_text("secret", "utf-8")
    (folder / ".latest-new" / "index.html").write_text("half", "utf-8")
    (folder / "latest" / "index.html").write_text("<p>report</p>", "utf-8")
    for name in ("data.csv", "data.xlsx", "night.log", "report.json", "odd.svg", "odd.htm", 'a"b.csv'):
        (folder / "latest" / name).write_text("0123456789", "utf-8")
    (folder / "copies" / "abc.html").write_text("<p>copy</p>", "utf-8")
    (folder / "copies" / "abc.pdf").write_bytes(b"%PDF-1.4")
    (folder / "out.html").symlink_to(tmp_path / "secret.html")
    return folder


def files(folder: Path) -> Starlette:
    return Starlette(routes=[Mount("/reports", ReportFiles(directory=folder, html=True, check_dir=False))])


@pytest.mark.parametrize(
    ("path", "status", "kind", "saved"),
    [
        ("latest/", 200, "text/html; charset=utf-8", False),
        ("latest/index.html", 200, "text/html; charset=utf-8", False),
        ("latest/data.csv", 200, "text/csv; charset=utf-8", True),
        ("latest/data.xlsx", 200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True),
        ("latest/night.log", 200, "text/plain; charset=utf-8", False),
        ("latest/report.json", 200, "application/json", False),
        ("latest/odd.svg", 200, "application/octet-stream", True),
        ("latest/odd.htm", 200, "application/octet-stream", True),
        ('latest/a"b.csv', 200, "text/csv; charset=utf-8", True),
        ("copies/abc.pdf", 200, "application/pdf", False),
        ("out.html", 404, "", False),
        ("../secret.html", 404, "", False),
        ("latest/../../secret.html", 404, "", False),
        ("/etc/passwd", 404, "", False),
        (".latest-new/index.html", 404, "", False),
        ("nothing", 404, "", False),
        ("a" * 10_000, 404, "", False),
        ("latest/\ufffd", 404, "", False),
    ],
)
def test_files_are_handed_out_as_what_they_are(reports: Path, path: str, status: int, kind: str, saved: bool) -> None:
    answered, said, body = ask(files(reports), f"/reports/{path}")
    assert answered == status
    assert b"secret" not in body
    if status == 200:
        assert said["content-type"] == kind
        assert ("attachment" in said.get("content-disposition", "")) == saved
        assert "\n" not in said.get("content-disposition", "")


def test_a_copy_beside_the_reports_is_in_a_sandbox(reports: Path) -> None:
    assert "sandbox" in ask(files(reports), "/reports/copies/abc.html")[1]["content-security-policy"]
    assert "sandbox" not in ask(files(reports), "/reports/latest/index.html")[1]["content-security-policy"]
    assert "sandbox" not in ask(files(reports), "/reports/copies/abc.pdf")[1]["content-security-policy"]


def test_parts_and_unchanged_files(reports: Path) -> None:
    app = files(reports)
    status, _, body = ask(app, "/reports/latest/data.csv", Range="bytes=2-4")
    assert (status, body) == (206, b"234")
    _, whole, _ = ask(app, "/reports/latest/data.csv")
    assert ask(app, "/reports/latest/data.csv", If_None_Match=whole["etag"])[0] == 304
    assert ask(app, "/reports/latest/data.csv", Range="bytes=99-")[0] == 416


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert ask(files(tmp_path / "none"), "/reports/latest/")[0] == 404


# ---------------------------------------------------------------- language, links, figures


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("zh;q=0.1, en;q=0.9", "en"),
        ("fr, de;q=0.9", "zh"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0, zh;q=0.1", "zh"),
        ("*", "zh"),
        ("en;q=high", "zh"),
        (";;;,,,=\x7f" + "en," * 10_000, "en"),
    ],
)
def test_the_readers_language(accepted: str, language: str) -> None:
    assert negotiate(accepted, "zh") == language


@given(st.text(max_size=60))
def test_any_accept_language_gives_a_language(accepted: str) -> None:
    assert negotiate(accepted, "en") in ("zh", "en")


@given(st.text(max_size=40), st.text(max_size=40))
def test_links_are_plain_ascii_on_this_server(path: str, value: str) -> None:
    link = href("/documents/" + path, {"lang": value, "none": None})
    assert re.fullmatch(r"/documents/[!-~]*", link)
    assert "none" not in link


@pytest.mark.parametrize(
    ("length", "told"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 KB"), (3840, "3.8 KB"), (123_456, "123 KB"), (5 * 10**9, "5 GB")],
)
def test_sizes(length: int, told: str) -> None:
    assert tell_size(length, "en") == told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (0, ("31 Jan 2026", "2026年1月31日")),
        (7, ("31 Jan\u2009–\u20097 Feb 2026", "2026年1月31日至2月7日")),
        (365, ("31 Jan 2026\u2009–\u200931 Jan 2027", "2026年1月31日至2027年1月31日")),
    ],
)
def test_spans_of_days_are_those_of_the_readers_calendar(days: int, told: tuple[str, str]) -> None:
    first = datetime(2026, 1, 30, 17, tzinfo=UTC)
    last = first + timedelta(days=days)
    zone = ZoneInfo("Asia/Shanghai")
    assert (tell_days(first, last, "en", zone), tell_days(first, last, "zh", zone)) == told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('{"sentence": {"en": "a \\"sentence\\": {", "zh": "句"}, "rows": [', 'a "sentence": {'),
        ('{"x": "\\"sentence\\": {}", "sentence": {"en": "b", "zh": "句"}}', "b"),
        ("{}", None),
        ('{"sentence": 3}', None),
        ('{"sentence": {"en": "cut', None),
    ],
)
def test_a_reports_sentence_is_read_from_its_beginning(tmp_path: Path, written: str, told: str | None) -> None:
    (tmp_path / "report.json").write_text(written, "utf-8")
    said = read_sentence(tmp_path / "report.json")
    assert (said.en if said else None) == told
    assert read_sentence(tmp_path / "none.json") is None


# ---------------------------------------------------------------- a link's nights


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 30), st.sampled_from(list(Outcome)), st.booleans()), max_size=60))
def test_every_night_is_drawn_and_told_once(steps: list[tuple[int, Outcome, bool]]) -> None:
    nights, hours = [], 0
    for step, outcome, invalid in steps:
        hours += step * 10
        at = datetime(2023, 11, 1, 2, tzinfo=UTC) + timedelta(hours=hours)
        nights.append(NightReading(f"{at:%Y%m%dT%H%M%SZ}", at, outcome, invalid=invalid))
    zone = ZoneInfo("Asia/Shanghai")
    years = strips(nights, zone)
    days = [day for months in years.values() for month in months for run in month.runs for day in run.days]
    last = {night.seen_at.astimezone(zone).date(): night for night in nights}
    assert {day.day: day.outcome for day in days} == {day: night.outcome for day, night in last.items()}
    assert len(days) == len(last)
    for months in years.values():
        for run in (run for month in months for run in month.runs):
            assert run.path.count("M") == len(run.days)
            assert (run.tone is TONE[run.outcome]) or not run.counted
            assert 0 <= run.left < run.left + run.width <= 279
    spells = spells_of_outcomes(nights)
    assert sum(spell.nights for spell in spells) == len(nights)
    assert [spell.said for spell in reversed(spells) for _ in range(spell.nights)] == [n.outcome for n in nights]


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """An installation whose ledger is there, of a page that changed; no WARC file is."""
    made = House(tmp_path_factory.mktemp("house"))
    made.archive.mkdir()
    made.reports.mkdir()
    story = Story(made_ledger(made.archive), [citation(PAGE, "截止日期为2026年5月5日")])
    story.play_each(ORDINARY, ORDINARY, POSTPONED)
    story.ledger.close()
    (made.folder / "token").write_text(SECRET + "\n", "utf-8")
    return made


def made_ledger(archive: Path):  # type: ignore[no-untyped-def]
    from crawler.ledger.ledger import Ledger

    return Ledger.open(archive / "ledger.sqlite3")


@contextmanager
def listened(app: ASGIApp) -> Iterator[int]:
    """An application that `listen` serves in a process of its own; its port."""
    bound = listening.bind("127.0.0.1", 0)
    serving = multiprocessing.get_context("fork").Process(target=listening.listen, args=([(bound, app)],))
    serving.start()
    try:
        yield bound.getsockname()[1]
    finally:
        serving.terminate()
        serving.join(20)
        bound.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: ", b"GET / HTTP/1.1\r\nHost: here\r\n\r\nGET /"])
def test_who_never_finishes_a_request_is_let_go(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEAD_S", 0.2)
    with listened(PlainTextResponse("shown")) as port, socket.create_connection(("127.0.0.1", port), 10) as peer:
        peer.sendall(sent)
        said = b"".join(iter(lambda: peer.recv(1000), b""))  # a time-out here: it is held for ever
    assert (b"shown" in said) == (b"\r\n\r\n" in sent)


def test_who_takes_long_to_be_answered_is_not_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    async def think(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(1)
        await PlainTextResponse("shown")(scope, receive, send)

    monkeypatch.setattr(listening, "HEAD_S", 0.2)
    with listened(think) as port, socket.create_connection(("127.0.0.1", port), 10) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert b"shown" in b"".join(iter(lambda: peer.recv(1000), b""))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--host", "0.0.0.0"), "give --token-file"),
        (("--host", "192.0.2.1"), "give --token-file"),
        (("--host", "0.0.0.0", "--token-file", "token"), "say with --base"),
        (("--token-file", "none"), "the token cannot be read"),
        (("--archive", "elsewhere"), "there is no ledger yet"),
        (("--base", "https://links.example.org/evercite"), "is no origin"),
        (("--base", "ftp://links.example.org"), "is no origin"),
        (("--base", "http://a.example:port"), "is no origin"),
        (("--base", "http://a.example:0"), "is no origin"),
        (("--base", "http://a b.example"), "is no origin"),
        (("--base", "http://a.example\r\nX-Forged: 1"), "is no origin"),
        (("--base", "http://链接.example"), "is no origin"),
        (("--base", "http://a.example", "--copies-base", "http://a.example/"), "need an origin of their own"),
        (("--base", "https://a.example:443", "--copies-base", "HTTPS://A.example"), "need an origin of their own"),
        (("--port", "70000"), "is no port"),
    ],
)
def test_it_refuses_in_one_sentence(
    house: House, words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from crawler.cli.main import main

    monkeypatch.chdir(house.folder)
    assert main(["serve", "--port", "0", *words]) == 3
    said = capsys.readouterr().err
    assert says in said
    assert SECRET not in said


def test_a_busy_port_is_told(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from crawler.cli.main import main

    monkeypatch.chdir(house.folder)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 3
        assert f"127.0.0.1:{port} cannot be listened on" in capsys.readouterr().err
        assert main(["serve", "--port", "0", "--copies-port", str(port)]) == 3


@pytest.fixture(scope="module")
def served(house: House) -> Iterator[Mapping[str, Any]]:
    """A server behind a token, and what it did."""
    before = sorted(path.name for path in house.archive.iterdir())
    with serving(house, "--token-file", "token") as running:
        yield {"running": running, "before": before}


def test_a_guarded_server_from_the_outside(served: Mapping[str, Any], house: House) -> None:
    running = served["running"]
    outside = running.ask("/documents/?lang=en")
    assert outside.status == 401
    assert 'href="/documents/?lang=en"' in outside.text, "who signed in before and comes from a mail finds no way in"
    assert running.ask("/", Host="evil.example").status == 421
    assert running.ask("/", method="POST").status == 405
    mine = {"Authorization": f"Bearer {SECRET}", "Accept_Language": "en"}
    assert running.ask("/", **mine).status == 200
    found = running.ask(f"/links/{citation(PAGE).id}/diff", **mine)
    assert "12 June" in found.text
    for target in ("/links/nothing", "/links/" + "a" * 10_000, "/documents/none", "/reports/", "/links/x/diff"):
        answer = running.ask(target, **mine)
        assert answer.status == 404
        assert "There is no such page" in answer.text
        assert "这里没有这个页面" in answer.text, "half of the readers are not told"
    for target in (f"/links/{citation(PAGE).id}/diff?from=yesterday", f"/links/{citation(PAGE).id}?captures=-1"):
        assert running.ask(target, **mine).status == 400
    signed_in = running.ask(f"/documents/?token={SECRET}")
    cookie = signed_in.fields["set-cookie"].partition(";")[0]
    assert running.ask("/documents/", Cookie=cookie).status == 200
    assert SECRET not in running.log
    assert sorted(path.name for path in house.archive.iterdir() if "-" not in path.name) == served["before"]


def test_a_night_may_write_meanwhile(served: Mapping[str, Any], house: House) -> None:
    from crawler.ledger.ledger import Ledger

    mine = {"Authorization": f"Bearer {SECRET}", "Accept_Language": "en"}
    ledger = Ledger.open(house.archive / "ledger.sqlite3")
    story = Story(ledger, ledger.citations_of(ledger.nights()[-1].id), night=3)
    with ledger.whole():
        story.play({PAGE: ORDINARY})
        assert served["running"].ask("/", **mine).status == 200, "a night that writes shuts readers out"
    ledger.close()
    assert "3</span>" in served["running"].ask(f"/links/{citation(PAGE).id}", **mine).text


def test_it_ends_politely(served: Mapping[str, Any]) -> None:
    assert served["running"].end() == 0
    assert "Traceback" not in served["running"].log
