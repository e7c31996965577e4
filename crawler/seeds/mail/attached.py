"""What is attached to a mail and not read: named, so that an editor can save it beside the mail.

Rules:
- Pictures, sound and what only programs read (signatures, reports of delivery) are no documents.
- A name is redacted: senders put recipients into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.seeds.reading import Why
from crawler.urls.redact import redact_text

MAX_NAMED = 10
NAME_CHARACTERS = 80

# (beginning of the media type, why it is no document)
NO_DOCUMENTS = (
    ("image/", "pictures"),
    ("audio/", "sound"),
    ("video/", "moving pictures"),
    ("font/", "fonts"),
    ("text/css", "how a page looks"),
    ("text/javascript", "scripts"),
    ("text/x-amp-html", "the same page for mail programs that run it"),
    ("text/vcard", "the sender's card"),
    ("text/x-vcard", "the sender's card"),
    ("text/rfc822-headers", "part of a report of delivery"),
    ("application/pgp-signature", "RFC 3156"),
    ("application/pkcs7-signature", "RFC 8551"),
    ("application/x-pkcs7-signature", "RFC 8551"),
    ("message/delivery-status", "RFC 3464"),
    ("message/disposition-notification", "RFC 8098"),
    ("message/feedback-report", "RFC 5965"),
    ("multipart/", "a multipart without parts"),
)
OUTLOOK = ("application/ms-tnef", "application/vnd.ms-tnef")
CLOSED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")


@dataclass(slots=True)
class Attached:
    """The attachments met so far."""

    names: list[str] = field(default_factory=list)
    is_outlook: bool = False
    is_closed: bool = False

    def meet(self, media_type: str, name: str) -> None:
        """Note one part that is not read."""
        if media_type in OUTLOOK or name.lower() == "winmail.dat":
            self.is_outlook = True
        elif media_type in CLOSED or name.lower() == "smime.p7m":
            self.is_closed = True
        elif not any(media_type.startswith(start) for start, _ in NO_DOCUMENTS):
            self.names.append(_shown(name) or media_type[:NAME_CHARACTERS])

    def warnings(self) -> Iterator[Why]:
        """What an editor should know of them."""
        if self.is_closed:
            yield Why(
                "is encrypted or signed in a closed form; save it from the mail program as readable mail",
                "邮件已加密或以封闭方式签名；请在邮件程序中另存为可读的邮件",
            )
        if self.is_outlook:
            yield Why(
                "holds a winmail.dat that only Outlook reads; open it there and save the mail as .eml",
                "含有只有 Outlook 能读取的 winmail.dat；请在 Outlook 中打开后另存为 .eml",
            )
        if self.names:
            shown = ", ".join(self.names[:MAX_NAMED]) + (", …" if len(self.names) > MAX_NAMED else "")
            yield Why(
                f"has attachments that are not read: {shown}; save them beside it",
                f"附件未读取：{shown}；请另存到同一文件夹",
            )


def _shown(name: str) -> str:
    """A file's name as it may be shown: redacted before it is cut, nothing that would write to a terminal."""
    plain = "".join(one if one.isprintable() else "?" for one in redact_text(name[: 10 * NAME_CHARACTERS]))
    return plain if len(plain) <= NAME_CHARACTERS else plain[: NAME_CHARACTERS - 1] + "…"
