"""Certificates of the fake web, good and bad, made at start-up from one test authority.

Each kind fails in exactly one way, so that a client's verify code names it.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Certificate(Enum):
    """What a host shows when asked who it is; the number is OpenSSL's verify code."""

    VALID = "valid"
    EXPIRED = "expired"  # 10 certificate has expired
    SELF_SIGNED = "self-signed"  # 18 self-signed certificate
    WRONG_HOST = "wrong-host"  # 62 hostname mismatch
    INCOMPLETE = "incomplete"  # 20 unable to get local issuer: the intermediate is not sent


class Authority:
    """The test CA, an intermediate below it, and TLS contexts per host."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = trustme.CA(organization_name="Evercite test authority")
        self._intermediate = self._root.create_child_ca()
        self.ca_file = folder / "ca.pem"
        self._root.cert_pem.write_to_path(str(self.ca_file))

    def make_context(self, host: str, kind: Certificate) -> ssl.SSLContext:
        """A server context showing the certificate of that kind for the host."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if kind is Certificate.SELF_SIGNED:
            self._load(context, host, make_self_signed(host))
        elif kind is Certificate.INCOMPLETE:
            leaf = self._intermediate.issue_cert(host)
            self._load(context, host, leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
        else:
            self._issue(host, kind).configure_cert(context)
        return context

    def _issue(self, host: str, kind: Certificate) -> trustme.LeafCert:
        if kind is Certificate.WRONG_HOST:
            return self._root.issue_cert("another-name.example.net")
        if kind is Certificate.EXPIRED:
            now = datetime.now(UTC)
            return self._root.issue_cert(host, not_before=now - timedelta(days=400), not_after=now - timedelta(days=35))
        return self._root.issue_cert(host)

    def _load(self, context: ssl.SSLContext, host: str, pem: bytes) -> None:
        path = self._folder / f"{host}.pem"
        path.write_bytes(pem)
        context.load_cert_chain(path)


def make_self_signed(host: str) -> bytes:
    """PEM of a key and of a leaf that vouches for itself, for the right name and the right time."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _key_pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
