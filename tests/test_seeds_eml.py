"""Mails → mentions: sample mails, alternatives, what may never be cited, charsets, and broken MIME."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.seeds.mail import mime
from crawler.seeds.mail.flowed import unflow
from crawler.seeds.mail.read import eml_text, read_eml
from crawler.seeds.reading import Reading, Why
from tests.makers.mails import MAILS, READER, with_fixed_boundaries
from tests.told import DOCUMENTS, hold, hold_offsets, read, shown, table

SAMPLES = sorted((DOCUMENTS / "mail").glob("*.eml"))
HEAD = b"From: a@example.org\nTo: reader@example.org\nDate: Thu, 5 Mar 2026 10:00:00 +0800\nMIME-Version: 1.0\n"
LINK = b"https://last.example/"


def urls(content: bytes) -> list[str]:
    return [mention.url for mention in read(read_eml, content).mentions]


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    """A multipart mail of parts that bring their own heads."""
    body = b"".join(b"--cut\n" + part + b"\n" for part in parts)
    return HEAD + b'Content-Type: multipart/%s; boundary="cut"\n\n' % kind + body + b"--cut--\n"


def part(media_type: bytes, body: bytes, more: bytes = b"") -> bytes:
    return b"Content-Type: " + media_type + b"\n" + more + b"\n" + body


@pytest.mark.parametrize("case", table("seeds_eml.toml"), ids=lambda case: case["name"])
def test_a_sample_mail_gives_its_citations(case: dict[str, Any]) -> None:
    hold(read_eml, "mail", case)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_offsets_point_at_what_a_reader_sees(path: Any) -> None:
    content = path.read_bytes()
    hold_offsets(read(read_eml, content), eml_text(content))


def test_the_samples_are_what_their_maker_makes_and_each_has_its_table() -> None:
    assert {path.name: path.read_bytes() for path in SAMPLES} == {
        name: with_fixed_boundaries(make()) for name, make in MAILS.items()
    }
    assert [path.name for path in SAMPLES] == sorted(case["name"] for case in table("seeds_eml.toml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_recipient_stands_nowhere_in_what_is_kept(path: Any) -> None:
    told = shown(read(read_eml, path.read_bytes()))
    for secret in (READER, "reader.wang@", "aabbccddee", "00112233445566778899aabbccddeeff", "ffeeddccbbaa9988"):
        assert secret not in told, "a recipient could be read from the report"


def test_what_a_mail_asks_for_by_itself_is_never_cited() -> None:
    found = " ".join(urls((DOCUMENTS / "mail" / "newsletter.eml").read_bytes()))
    for never in ("unsubscribe", "open.php", "cid:", "preferences", "list-manage", READER, "news@", "reply+", "leave-"):
        assert never not in found, "fetching it would tell the sender, or end a subscription"


def test_attachments_are_named_without_the_recipient() -> None:
    warnings = read(read_eml, (DOCUMENTS / "mail" / "newsletter.eml").read_bytes()).warnings
    assert "三月活动表.pdf" in warnings[0].en
    assert "三月活动表.pdf" in warnings[0].zh
    assert "r***@example.cn" in warnings[0].zh


def test_the_subject_opens_the_reading() -> None:
    assert read(read_eml, (DOCUMENTS / "mail" / "newsletter.eml").read_bytes()).opening.startswith(
        "植物园通讯 2026年3月"
    )
    assert read(read_eml, (DOCUMENTS / "mail" / "library.eml").read_bytes()).opening.startswith("图书馆通知")


PAGE = '<p><a href="https://a.example/">甲</a><a href="https://b.example/">乙</a></p>'.encode()


@pytest.mark.parametrize(
    ("plain", "found"),
    [
        (b"https://a.example/ https://b.example/", ["a", "b"]),
        (b"https://b.example/ and https://A.example", ["a", "b"]),
        (b"https://a.example/ https://a.example/", ["a", "b", "a"]),
        (b"https://c.example/", ["a", "b", "c"]),
        (b"", ["a", "b"]),
    ],
)
def test_alternatives_are_one_text(plain: bytes, found: list[str]) -> None:
    both = mixed(part(b"text/plain", plain), part(b"text/html", PAGE), kind=b"alternative")
    assert urls(both) == [f"https://{name}.example/" for name in found]


@pytest.mark.parametrize(
    ("head", "dated"),
    [
        (b"Date: Thu, 05 Mar 2026 23:59:00 -1100", "2026-03-05"),
        (b"Date: 5 Mar 26 00:01 +0800 (CST)", "2026-03-05"),
        (b"Date: Thu, 32 Mar 2026 10:00:00 +0800", None),
        (b"Date: yesterday", None),
        (b"Date: ", None),
        (b"Subject: x", None),
    ],
)
def test_a_mail_is_dated_in_its_senders_zone(head: bytes, dated: str | None) -> None:
    assert read(read_eml, head + b"\nFrom: a\n\n" + LINK).dated == dated


@pytest.mark.parametrize(
    ("text", "deleted", "flowed"),
    [
        ("a \nb\nc", False, "a b\nc"),
        ("甲 \n乙\n", True, "甲乙"),
        ("https://example.org/a/ \nb.html", True, "https://example.org/a/b.html"),
        ("https://example.org/a/ \nb.html", False, "https://example.org/a/\nb.html"),
        ("> a \n> b\n>> c \nd", False, "> a b\n> c \nd"),
        (" From \n me\n-- \nname", False, "From me\n-- \nname"),
        ("a ", False, "a "),
        ("", False, ""),
    ],
)
def test_soft_line_breaks_are_undone(text: str, deleted: bool, flowed: str) -> None:
    assert unflow(text, deleted) == flowed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no mail"),
        (b"<html><a href=https://a.example/>x</a></html>", "no mail"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "no mail"),
        (b"From a Thu Mar 5 10:00:00 2026\n" + HEAD + b"\nx\n\nFrom b Thu Mar 5 10:00:00 2026\nTo: c\n\ny", "mailbox"),
    ],
)
def test_what_is_no_mail_is_said(content: bytes, said: str) -> None:
    why = read_eml(content)
    assert isinstance(why, Why)
    assert said in why.en
    assert why.zh


@pytest.mark.parametrize(
    ("attached", "said"),
    [
        (part(b"application/ms-tnef", b"x"), "winmail.dat"),
        (part(b"application/octet-stream; name=winmail.dat", b"x"), "winmail.dat"),
        (part(b"application/pkcs7-mime; name=smime.p7m", b"x"), "encrypted"),
        (part(b"text/calendar", b"BEGIN:VCALENDAR"), "text/calendar"),
        (part(b"text/html", PAGE, b'Content-Disposition: attachment; filename="page.html"\n'), "page.html"),
        (part(b"image/png; name=a.png", b"x"), None),
        (part(b"application/pkcs7-signature; name=smime.p7s", b"x"), None),
    ],
)
def test_what_is_not_read_is_named(attached: bytes, said: str | None) -> None:
    reading = read(read_eml, mixed(part(b"text/plain", LINK), attached))
    assert [one.url for one in reading.mentions] == [LINK.decode()]
    assert [said in why.en and bool(why.zh) for why in reading.warnings if said] == [True] * (said is not None)
    assert said or not reading.warnings


BASE64 = b"Content-Transfer-Encoding: base64\n"
HOSTILE = {
    "no boundary": HEAD + b"Content-Type: multipart/mixed\n\n--x\n\n" + LINK,
    "wrong boundary": HEAD + b"Content-Type: multipart/mixed; boundary=y\n\n--x\n\n" + LINK,
    "no end": HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\n" + LINK,
    "prefix": HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n--xy\n\nhttps://pre.example/\n--x \n\n" + LINK,
    "cut base64": HEAD + BASE64 + b"\n" + b"aHR0cHM6Ly9sYXN0LmV4YW1wbGUvIG",
    "dirty base64": HEAD + BASE64 + b"\naHR0cHM6\n-!? Ly9s*YXN0LmV4YW1wbGUv\n=\n",
    "odd charset": HEAD + b"Content-Type: text/plain; charset*0*=x''%ff; charset=nope\n\n" + LINK,
    "odd fields": HEAD + b"Content-Type: ;;;\nContent-Disposition: ;=;\nContent-Transfer-Encoding: ?\n\n" + LINK,
    "long field": HEAD + b"Content-Type: text/plain; " + b';"' * 100_000 + b"\n\n" + LINK,
    "encoded words": HEAD + b"Subject: " + b"=?utf-8?B?" * 20_000 + b"\n\n" + LINK,
    "no body but its head": b"From: a\n" + b"X: " + b"y" * 400_000 + b"\n\n" + LINK,
    "bare line ends": (HEAD + b"\n" + LINK).replace(b"\n", b"\r\n"),
    "coded message": mixed(part(b"message/rfc822", b"RnJvbTogYQoKaHR0cHM6Ly9sYXN0LmV4YW1wbGUv", BASE64)),
    "zeros": HEAD + b"\n\0\0" + LINK + b"\0",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_mail_loses_no_link(name: str) -> None:
    assert LINK.decode() in urls(HOSTILE[name]), "an editor would never learn of it"


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (one, one) for one in range(10_000))


@pytest.mark.parametrize(
    "content",
    [
        HEAD + NESTED + b"\n" + LINK,
        HEAD + b"Content-Type: message/rfc822\n\n" * 10_000 + LINK,
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000,
    ],
)
def test_parts_without_end_are_cut_and_said(content: bytes) -> None:
    reading = read(read_eml, content)
    assert [str(mime.MAX_DEPTH) in why.en and str(mime.MAX_DEPTH) in why.zh for why in reading.warnings] == [True]


def test_a_page_knows_where_it_came_from() -> None:
    page = part(b"text/html", b'<a href="x/y">z</a>', b"Content-Location: https://www.garden.example/a/\n")
    assert urls(mixed(page, kind=b"related")) == ["https://www.garden.example/a/x/y"]


def test_heads_of_quoted_messages_are_no_citations() -> None:
    body = "<b>发件人：</b>李四 &lt;li@example.org&gt;<br><b>收件人:</b> a@example.org<p>来信请寄 desk@example.org</p>"
    assert urls(HEAD + b"Content-Type: text/html; charset=utf-8\n\n" + body.encode()) == ["desk@example.org"]


SOURCES = [path.read_bytes() for path in SAMPLES]


@settings(max_examples=60)
@given(st.sampled_from(SOURCES), st.data())
def test_any_damage_is_survived(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=20)):
        damaged[place] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(content)))])
    reading = read_eml(cut)
    if isinstance(reading, Reading):
        hold_offsets(reading, eml_text(cut))
