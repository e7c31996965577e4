"""Certificates that fail: each by its class, nothing asked of them, and what the second look saw is archived."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from crawler.archive.recording import Recording
from crawler.archive.warcfields import parse_fields, value_of
from crawler.ledger.ledger import Ledger
from crawler.model import Exchange, Failure
from tests.test_archive_exchanges import Archive
from tests.test_wire_raw import mapped, read_request, serving, wiring
from tests.warcs import records_of

HOST = "secure.example.org"
NOW = datetime.now(UTC)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n<p>whoever this server may be"

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Issuer:
    """A name and the key that signs for it."""

    name: x509.Name
    key: Key
    certificate: x509.Certificate


def named(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, words)])


def issue(
    subject: str,
    issuer: Issuer | None = None,
    *,
    names: tuple[x509.GeneralName, ...] = (x509.DNSName(HOST),),
    days: tuple[int, int] = (-30, 30),
    key: Key | None = None,
    signs: bool = False,
) -> Issuer:
    """A certificate for some names and days from now, signed by the issuer or by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(
        issuer.name if issuer else named(subject),
        named(subject),
        key.public_key(),
        x509.random_serial_number(),
        NOW + timedelta(days=days[0]),
        NOW + timedelta(days=days[1]),
    ).add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=True)
    if names and not signs:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Issuer(named(subject), key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


ROOT = issue("A root that is trusted", signs=True)
MIDDLE = issue("An intermediate", ROOT, signs=True)
STRANGER = issue("A root nobody knows", signs=True)
STRANGE_MIDDLE = issue("Its intermediate", STRANGER, signs=True)


def expired_chain() -> tuple[Issuer, ...]:
    middle = issue("An intermediate of old", ROOT, days=(-90, -10), signs=True)
    return issue(HOST, middle), middle


# What a server shows, the leaf first; the class it fails by (crawler.wire.tls names OpenSSL's codes).
CHAINS: dict[str, tuple[tuple[Issuer, ...], Failure | None]] = {
    "good": ((issue(HOST, MIDDLE), MIDDLE), None),
    "good with its root": ((issue(HOST, MIDDLE), MIDDLE, ROOT), None),
    "expired": ((issue(HOST, ROOT, days=(-90, -10)),), Failure.TLS_EXPIRED),
    "not yet valid": ((issue(HOST, ROOT, days=(10, 90)),), Failure.TLS_EXPIRED),
    "expired intermediate": (expired_chain(), Failure.TLS_EXPIRED),
    "self-signed": ((issue(HOST),), Failure.TLS_SELF_SIGNED),
    "untrusted root, sent": ((issue(HOST, STRANGE_MIDDLE), STRANGE_MIDDLE, STRANGER), Failure.TLS_SELF_SIGNED),
    "untrusted root, not sent": ((issue(HOST, STRANGE_MIDDLE), STRANGE_MIDDLE), Failure.TLS_INCOMPLETE_CHAIN),
    "intermediate left out": ((issue(HOST, MIDDLE),), Failure.TLS_INCOMPLETE_CHAIN),
    "wrong host": ((issue("x", ROOT, names=(x509.DNSName("other.example.net"),)),), Failure.TLS_HOSTNAME),
    "an address for a name": (
        (issue("x", ROOT, names=(x509.IPAddress(ip_address("127.0.0.1")),)),),
        Failure.TLS_HOSTNAME,
    ),
    "wildcard too high": ((issue("x", ROOT, names=(x509.DNSName("*.org"),)),), Failure.TLS_HOSTNAME),
    "no name but the subject": ((issue(HOST, ROOT, names=()),), Failure.TLS_HOSTNAME),
    "key too small": ((issue(HOST, ROOT, key=rsa.generate_private_key(65537, 1024)),), Failure.TLS_PROTOCOL),
    "signed by no authority": ((issue(HOST, issue("A leaf", ROOT)),), Failure.TLS_INCOMPLETE_CHAIN),
}


def context_of(chain: tuple[Issuer, ...], folder: Path) -> ssl.SSLContext:
    """A server's context that shows this chain."""
    pem = chain[0].key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "chain.pem"
    path.write_bytes(pem + b"".join(one.certificate.public_bytes(serialization.Encoding.PEM) for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # a server may show whatever it likes
    context.load_cert_chain(path)
    return context


class Asked:
    """A server that notes what it was asked."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []

    async def talk(self, reader: Reader, writer: Writer, number: int) -> None:
        """One connection."""
        while True:
            self.requests.append(await read_request(reader))
            writer.write(PAGE)


@pytest.fixture(autouse=True)
def trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(ROOT.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))


async def two_looks(port: int) -> list[Exchange]:
    """A host asked as always, then without trust, then as always."""
    uri = f"https://{HOST}:{port}/a"
    async with wiring(replace(mapped(HOST, port), connect_timeout_s=10.0)) as wire:
        return [await wire.exchange(uri, [], verify=verify) for verify in (True, False, True)]


@pytest.mark.parametrize("name", CHAINS)
def test_a_certificate_fails_by_its_class_and_the_second_look_is_archived(name: str, tmp_path: Path) -> None:
    (chain, failure), asked = CHAINS[name], Asked()

    async def whole() -> list[Exchange]:
        async with serving(asked.talk, tls=context_of(chain, tmp_path)) as server:
            return await two_looks(server.port)

    looks = asyncio.run(whole())
    first, second, third = looks
    assert first.failure is failure, first.failure_detail
    assert third.failure is failure, "the unverified look lent its connection to a verified one"
    if failure:
        assert (first.sent, first.received_length) == (b"", 0), "a request went to a host that is not who it says"
        assert first.failure_detail
    assert second.failure is None
    assert asked.requests == [second.sent] * (1 if failure else 3)
    prove_archived(second, chain[0].certificate.public_bytes(serialization.Encoding.DER), tmp_path / "archive")
    for look in looks:
        look.close()


def prove_archived(second: Exchange, der: bytes, folder: Path) -> None:
    """The second look's exchange and certificate stand in the archive, and that nobody vouched for them."""
    with closing(Ledger.open(folder / "ledger.sqlite3")) as ledger:
        Archive(folder, ledger).keep(Recording(second, second.uri))
    records = {record.kind: record for record in records_of(folder)}
    assert records["response"].block == PAGE
    assert records["request"].block == second.sent
    told = parse_fields(records["metadata"].block)
    assert value_of(told, "certificateVerified") == "no"
    assert value_of(told, "certificateSha256") == hashlib.sha256(der).hexdigest()
    assert records["resource"].block == der


def broken_contexts(folder: Path) -> Iterator[ssl.SSLContext]:
    """Good certificates behind a TLS that is too old, or without a cipher that we offer."""
    chain, _ = CHAINS["good"]
    old = context_of(chain, folder)
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    yield old
    narrow = context_of(chain, folder)
    narrow.maximum_version = ssl.TLSVersion.TLSv1_2
    narrow.set_ciphers("ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0")
    yield narrow


@contextmanager
def refusing(context: ssl.SSLContext) -> Iterator[int]:
    """A server on blocking sockets, which send the alert that ends a handshake (asyncio's do not): its port."""

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(ssl.SSLError):
                    context.wrap_socket(connection, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=serve, args=(listening,), daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_tls_that_nobody_speaks_any_more_is_a_class_of_its_own(tmp_path: Path) -> None:
    for context in broken_contexts(tmp_path):
        with refusing(context) as port:
            for look in asyncio.run(two_looks(port)):
                assert (look.failure, look.sent) == (Failure.TLS_PROTOCOL, b""), look.failure_detail
                assert "alert" in look.failure_detail.lower(), "the server's word on it is lost"
                look.close()
