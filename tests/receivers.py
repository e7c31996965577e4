"""What messages are sent to in tests: a mail server and a web hook on loopback, well and badly behaved."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "links", "c0rrect-h0rse"


@dataclass
class Mailbox:
    """A mail server's side: what it took, and how it answers. Each list of replies is used up, the last one stays.

    `rcpt` by address; `data` after the text came: "250 …" to take it, "hang" to say nothing, "die" to break off.
    """

    rcpt: dict[str, list[str]] = field(default_factory=dict)
    data: list[str] = field(default_factory=lambda: ["250 taken"])
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    tries: int = 0
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT TO."""
        reply = _next(self.rcpt.get(address, ["250 OK"]))
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        """Answer a message."""
        self.tries += 1
        reply = _next(self.data)
        if reply == "hang":
            await asyncio.sleep(30)
        if reply == "die":
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        if reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=default)
            self.taken.append((list(envelope.rcpt_tos), mail))
        return reply

    def authenticate(
        self, server: Server, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Let one user in."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=good)


def _next(replies: list[str]) -> str:
    return replies.pop(0) if len(replies) > 1 else replies[0]


@contextmanager
def mail_server(
    mailbox: Mailbox, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, auth: bool = False
) -> Iterator[str]:
    """A mail server on loopback; yields its `host:port`."""
    loop = asyncio.new_event_loop()

    def accept() -> Server:
        return Server(
            mailbox,
            hostname="mail.example.org",
            loop=loop,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=mailbox.authenticate if auth else None,
            auth_require_tls=False,
            auth_required=auth,
        )

    listening = loop.run_until_complete(loop.create_server(accept, "127.0.0.1", 0, ssl=tls))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"localhost:{listening.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        loop.run_until_complete(_end_all())
        loop.close()


async def _end_all() -> None:
    """Let nothing outlive its test."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Posted:
    """A request that a web hook got."""

    method: str
    path: str
    fields: dict[str, str]
    body: bytes


class Receiver:
    """A web hook on loopback. `answers` are used up one by one, the last one stays: a status, or a status and fields,
    or "hang", or "die"."""

    def __init__(self, *answers: int | tuple[int, dict[str, str]] | str, context: ssl.SSLContext | None = None) -> None:
        self.answers = list(answers) or [204]
        self.posted: list[Posted] = []
        self._scheme = "https" if context else "http"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.woken = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens at."""
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self._scheme}://localhost:{self.port}/in?key=S3CR3T"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.woken.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            fields = {name.lower(): value for name, value in self.headers.items()}
            receiver.posted.append(Posted(self.command, self.path, fields, body))
            answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            if answer == "hang":
                receiver.woken.wait(20)
            if isinstance(answer, str):
                return
            status, more = answer if isinstance(answer, tuple) else (answer, {})
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            receiver.posted.append(Posted("GET", self.path, {}, b""))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def until(met: Callable[[], bool], most_s: float = 10.0) -> bool:
    """Wait until something holds."""
    step = threading.Event()
    for _ in range(int(most_s / 0.02)):
        if met():
            return True
        step.wait(0.02)
    return met()
