"""Mail by SMTP (RFC 5321): one message with a plain and an HTML part to every address of `mail_to`.

Rules:
- The certificate is verified whenever TLS is used; without STARTTLS on offer nothing is sent, least of all a password.
- A message counts as sent once somebody has it; who was refused is told by a masked address, and asked again alone.
- Its Message-ID is the same each time, so that a repetition shows.
- A server's reply is read as far as any server needs, and no endless one fills the memory.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from io import BufferedReader
from pathlib import Path

from crawler.config import Config
from crawler.notify.letter import clean
from crawler.notify.message import Message
from crawler.notify.trouble import Trouble, trouble_of
from crawler.urls.redact import mask_mail

# Lines of all replies of one connection: an EHLO has some twenty, each recipient one or two (RFC 5321 §4.5.3.1.8: 100).
MOST_REPLY_LINES = 2000
_Refused = dict[str, tuple[int, bytes]]


class _Reader(BufferedReader):
    """What a server says, ended where it says too much, as if it had hung up."""

    lines = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        """One line; b"" behind the last one that is read."""
        self.lines += 1
        return super().readline(size) if self.lines <= MOST_REPLY_LINES else b""


class _Plain(smtplib.SMTP):
    def getreply(self) -> tuple[int, bytes]:
        """One reply; `smtplib` would take all that ever comes for one."""
        if self.file is None and self.sock is not None:
            self.file = _Reader(self.sock.makefile("rb", buffering=0))
        return super().getreply()


class _Secure(_Plain, smtplib.SMTP_SSL):
    """The same over TLS."""


@dataclass(slots=True)
class Mail:
    """The mail server of a configuration, for one round of sending. `_left`: by message, whom it still owes it to."""

    config: Config
    timeout_s: float
    name: str = "mail"
    _left: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def send(self, message: Message) -> Trouble | None:
        """Send a message to whoever has not got it yet; None when nobody is left."""
        try:
            server = self._connect()
            try:
                return self._settle(message, self._submit(server, message))
            finally:
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except smtplib.SMTPRecipientsRefused as refused:
            return self._settle(message, refused.recipients, all_refused=True)
        except smtplib.SMTPException as error:
            return self._still(message, _told(error))
        except OSError as error:
            return self._still(message, trouble_of(error))
        except UnreadablePassword as error:
            return Trouble(str(error), passing=False)

    def _connect(self) -> smtplib.SMTP:
        config = self.config
        password = read_password(Path(config.mail_password_file)) if config.mail_user else ""
        host, port = split_place(config.mail_server)
        # Named after the sender's domain: the machine's own name is nobody's business, and looking it up may hang.
        own = config.mail_from.rpartition("@")[2]
        context = ssl.create_default_context()
        if config.mail_security == "tls":
            server: smtplib.SMTP = _Secure(host, port, own, timeout=self.timeout_s, context=context)
        else:
            server = _Plain(host, port, own, timeout=self.timeout_s)
        try:
            if config.mail_security == "starttls":
                server.starttls(context=context)
            if config.mail_user:
                server.login(config.mail_user, password)
        except BaseException:
            server.close()
            raise
        return server

    def _submit(self, server: smtplib.SMTP, message: Message) -> _Refused:
        written = write_mail(message, self.config)
        to = self._left.get(message.key, self.config.mail_to)
        return server.send_message(written, self.config.mail_from, list(to))

    def _settle(self, message: Message, refused: _Refused, *, all_refused: bool = False) -> Trouble | None:
        """What is left to do after the server took the message, or refused everybody."""
        delivered = not all_refused or message.key in self._left
        later = tuple(address for address, (code, _) in refused.items() if code < 500)
        if delivered:
            self._left[message.key] = later
        if not refused:
            return None
        why = "; ".join(f"{mask_mail(address)} was refused ({_reply(*reply)})" for address, reply in refused.items())
        return Trouble(why, passing=bool(later), delivered=delivered)

    def _still(self, message: Message, trouble: Trouble) -> Trouble:
        return Trouble(trouble.why, trouble.passing, trouble.wait_s, delivered=message.key in self._left)


class UnreadablePassword(Exception):
    """The password file cannot be used; its text says why."""


def read_password(path: Path) -> str:
    """The password of a file, without its line end. Raises UnreadablePassword."""
    try:
        text = path.read_text("utf-8").strip("\r\n")
    except OSError as error:
        raise UnreadablePassword(f"mail_password_file cannot be read ({error.strerror}); correct it") from None
    except UnicodeDecodeError:
        raise UnreadablePassword("mail_password_file is no text; write the password into it, nothing else") from None
    if not text or "\n" in text or "\0" in text:
        raise UnreadablePassword("mail_password_file must hold the password in one line, nothing else")
    return text


def is_open_to_others(path: Path) -> bool:
    """Whether other users of this machine can read a file."""
    try:
        return bool(path.stat().st_mode & 0o044)
    except OSError:
        return False


def split_place(place: str) -> tuple[str, int]:
    """Host and port of `host:port`, `[::1]:25`."""
    host, _, port = place.rpartition(":")
    return host.strip("[]"), int(port)


def write_mail(message: Message, config: Config) -> EmailMessage:
    """The message as mail (RFC 5322; Auto-Submitted: RFC 3834 §5; List-Id: RFC 2919)."""
    domain = config.mail_from.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message.subject
    mail["From"] = f"Evercite <{config.mail_from}>"
    mail["To"] = ", ".join(config.mail_to)
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{message.key}.evercite@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"Evercite <evercite.{domain}>"
    mail.set_content(message.text, cte="base64")
    mail.add_alternative(message.html, subtype="html", cte="base64")
    return mail


def _told(error: smtplib.SMTPException) -> Trouble:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Trouble(f"the server does not take user and password ({error.smtp_code})", error.smtp_code < 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Trouble("the server lacks STARTTLS or AUTH; see mail_security and mail_user", passing=False)
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return Trouble(f"the server answered {_reply(error.smtp_code, error.smtp_error)}", error.smtp_code < 500)
    return Trouble("the connection broke")


def _reply(code: int, text: bytes | str) -> str:
    """A server's reply, its addresses masked."""
    return f"{code} {clean(text if isinstance(text, str) else text.decode('utf-8', 'replace'), 120)}"
