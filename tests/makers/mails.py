"""Make the mails, the office page and the tables of the tests: `python -m tests.makers.mails`.

Rules:
- The email package writes the mails, LibreOffice the page (from page_sources/), the csv module the tables.
- Nothing depends on the day or the machine; trackers carry synthetic ids.
- What a document holds is told in tests/cases/seeds_{html,eml,csv}.toml, written from these sources.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

SOURCES = Path(__file__).parent / "page_sources"
DOCUMENTS = Path(__file__).parent.parent / "cases" / "documents"
READER = "reader.wang@example.cn"
MDRTOR = (
    "https://un.mdrtor.com/track/link/key/1-2-3/signature/00112233445566778899aabbccddeeff"
    "/userid/ffeeddccbbaa99887766554433221100"
)
UNSUBSCRIBE = "https://example.us1.list-manage.com/unsubscribe?u=00112233445566778899aabb&id=0011223344&e=aabbccddee"


def headed(subject: str, date: str) -> EmailMessage:
    """A mail with the fields that a sender's system writes."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "植物园 <news@garden.example>"
    message["To"] = f"王读者 <{READER}>"
    message["Delivered-To"] = READER
    message["Reply-To"] = "reply+aabbccddee@garden.example"
    message["Subject"] = subject
    message["Date"] = date
    message["Message-ID"] = "<20260305.aabbccddee@mail.garden.example>"
    message["List-Unsubscribe"] = f"<{UNSUBSCRIBE}>, <mailto:leave-aabbccddee@garden.example>"
    return message


def newsletter() -> bytes:
    """HTML and plain text paired, a picture inside, attachments beside."""
    message = headed("植物园通讯 2026年3月", "Thu, 05 Mar 2026 23:30:00 +0800")
    page = (DOCUMENTS / "html" / "newsletter.html").read_text("utf-8")
    message.set_content(
        "植物园通讯\n\n月季园重新开放\n"
        f"开放时间表：{MDRTOR}\n门票说明 https://www.garden.example/tickets?utm_source=march\n\n"
        "阅读全文 https://www.garden.example/roses?a=1&b=2\n"
        "文字版另附：https://www.garden.example/text-only 与 https://www.garden.example/pond\n"
        "又见 https://www.garden.example/pond\n\n"
        f"退订：{UNSUBSCRIBE}\n",
        cte="quoted-printable",
    )
    message.add_alternative(page, subtype="html", cte="base64")
    alternative = message.get_payload(1)
    assert isinstance(alternative, EmailMessage)
    alternative.add_related(b"GIF89a", "image", "gif", cid="<logo@garden.example>")
    message.add_attachment(b"%PDF-1.4", "application", "pdf", filename="三月活动表.pdf")
    message.add_attachment("BEGIN:VCALENDAR\n", subtype="calendar", filename=f"{READER}.ics")
    return message.as_bytes()


def forwarded() -> bytes:
    """A message as an attachment, in it another one; a third quoted in the text."""
    inner = headed("内层", "Mon, 02 Mar 2026 08:00:00 +0000")
    inner.set_content("内层正文，见 https://inner.example.org/a 。\n")
    middle = headed("中层", "Tue, 03 Mar 2026 08:00:00 +0000")
    middle.set_content("中层只有文字 https://middle.example.org/plain\n")
    middle.add_alternative('<p>中层<a href="https://middle.example.org/page">网页</a></p>', subtype="html")
    middle.add_attachment(inner)
    outer = headed("转发：两封旧信", "Wed, 04 Mar 2026 00:30:00 -0500")
    outer.set_content(
        "请看附件。\n\n-------- 转发的邮件 --------\n发件人: 李四 <li.si@example.org>\nTo: zhang@example.org\n"
        "主题: 渡船\n\n渡船时刻在 https://ferry.example.net/table 。来信请寄 desk@ferry.example.net\n"
    )
    outer.add_attachment(middle)
    return outer.as_bytes()


def chinese_charset() -> bytes:
    """Plain text in GB 2312, as Chinese mail systems of twenty years send it."""
    text = "图书馆夜间开放，见http://library.example.org/night。\r\n联系人：desk@library.example.org\r\n"
    head = (
        b"From: =?gb2312?B?zbzK6bnd?= <desk@library.example.org>\r\nTo: " + READER.encode() + b"\r\n"
        b"Subject: " + "图书馆通知".encode("gb2312") + b"\r\nDate: Sat, 7 Feb 2026 10:00:00 +0800 (CST)\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: text/plain; charset="gb2312"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    )
    return head + text.encode("gb2312")


def wrongly_labelled() -> bytes:
    """A page in Big5 that nobody labels, and a text in UTF-8 that says it is ASCII."""
    page = '<p>植物園的<a href="https://garden.example.tw/">春季花展</a>開放報名，歡迎各位朋友參加</p>'
    return (
        b"From: a@example.tw\r\nDate: Fri, 06 Mar 2026 09:00:00 +0800\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="=_cut"\r\n\r\npreamble https://preamble.example/\r\n--=_cut\r\n'
        b"Content-Type: text/html; charset=x-unknown\r\n\r\n" + page.encode("big5") + b"\r\n--=_cut\r\n"
        b"Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + "花期表：".encode()
        + b" https://garden.example.tw/table?a=3D1&b=3D=\r\n2\r\nno end follows"
    )


def flowed() -> bytes:
    """Soft line breaks through an address, with and without DelSp (RFC 3676)."""
    head = (
        b"From: a@example.org\r\nDate: 1 Mar 2026 12:00 GMT\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/digest; boundary=d\r\n\r\n"
    )
    deleted = (
        b"--d\r\n\r\nSubject: one\r\nContent-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n\r\n"
        + "园林：https://long.example.org/archive/2026/ \r\nspring/roses.html\r\n".encode()
    )
    kept = (
        b"--d\r\n\r\nSubject: two\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n\r\n"
        + "> 渡船：https://long.example.org/ferry/2026/ \r\n> table-of-times.html\r\n> 完。\r\n".encode()
    )
    return head + deleted + kept + b"--d--\r\nepilogue https://epilogue.example/\r\n"


MAILS: dict[str, Callable[[], bytes]] = {
    "newsletter.eml": newsletter,
    "forwarded.eml": forwarded,
    "library.eml": chinese_charset,
    "unlabelled.eml": wrongly_labelled,
    "flowed.eml": flowed,
}

Table = Iterable[Iterable[str]]

CHINESE: Table = (
    ("序号", "栏目", "标题", "链接"),
    ("1", "园林", "月季园重新开放", "https://www.garden.example/roses?a=1,2"),
    ("2", "园林", "池塘鱼群，\n春季调查", "https://zh.example.org/wiki/植物园"),
    ("3", "渡船", "时刻表", '=HYPERLINK("https://ferry.example.net/table","夏季""时刻""")'),
    ("4", "渡船", "备注见 https://ferry.example.net/note。", "www.ferry.example.org"),
)
WESTERN: Table = (
    ("Headline", "Source URL"),
    ("Reading; at night", "https://library.example.org/night"),
    ("Two links", "https://library.example.org/a\nhttps://library.example.org/b"),
    ("Mail", "desk@library.example.org"),
)
HEADLESS: Table = (
    ("https://library.example.org/1", "夜间开放"),
    ("", ""),
    ("https://library.example.org/2", "古籍展"),
)


def table(rows: Table, delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows as the csv module writes them."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def tables() -> dict[str, bytes]:
    """The tables in the charsets that spreadsheets save."""
    return {
        "chinese.csv": table(CHINESE).encode("gb18030"),
        "western.csv": ("sep=;\r\n" + table(WESTERN, ";")).encode("utf-8-sig"),
        "headless.tsv": table(HEADLESS, "\t", "\n").encode("utf-16"),
    }


def office_page() -> bytes:
    """What LibreOffice makes of its own document as HTML."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "html"]
        subprocess.run([*command, "--outdir", folder, str(SOURCES / "ferry.fodt")], check=True, capture_output=True)
        return (Path(folder) / "ferry.html").read_bytes()


def with_fixed_boundaries(mail: bytes) -> bytes:
    """A mail whose random boundaries are numbered instead."""
    found = dict.fromkeys(re.findall(rb"={15}\d+==", mail))
    for number, boundary in enumerate(found):
        mail = mail.replace(boundary, b"===============%d==" % number)
    return mail


def main() -> None:
    """Write all documents."""
    for name, make in MAILS.items():
        (DOCUMENTS / "mail" / name).write_bytes(with_fixed_boundaries(make()))
    for name, content in tables().items():
        (DOCUMENTS / "csv" / name).write_bytes(content)
    (DOCUMENTS / "html" / "ferry.html").write_bytes(office_page())


if __name__ == "__main__":
    main()
