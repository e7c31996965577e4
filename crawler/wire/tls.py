"""TLS towards the web: trust as the system has it, ciphers as browsers offer them, failures by their class."""

from __future__ import annotations

import ssl

from crawler.model import Failure, Tls

# OpenSSL's verify codes (openssl/x509_vfy.h); every other code is tls-protocol.
VERIFY_CODES: dict[int, Failure] = {
    2: Failure.TLS_INCOMPLETE_CHAIN,  # unable to get issuer certificate
    20: Failure.TLS_INCOMPLETE_CHAIN,  # unable to get local issuer certificate
    21: Failure.TLS_INCOMPLETE_CHAIN,  # unable to verify the first certificate
    9: Failure.TLS_EXPIRED,  # not yet valid
    10: Failure.TLS_EXPIRED,  # has expired
    18: Failure.TLS_SELF_SIGNED,  # self-signed leaf
    19: Failure.TLS_SELF_SIGNED,  # self-signed certificate in the chain
    62: Failure.TLS_HOSTNAME,
    64: Failure.TLS_HOSTNAME,  # IP address mismatch
}

# Old servers that browsers still open offer only RSA key exchange or CBC (Chromium, net/socket/
# ssl_client_socket_impl.cc); Python's default refuses both, and an editor would be told of an outage.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:RSA+AESGCM:RSA+AES:!aNULL:!eNULL:!AESCCM:@SECLEVEL=2"
# Browsers connect to servers without secure renegotiation (RFC 5746 §4.1); named in the ssl module from 3.12 on.
OP_LEGACY_SERVER_CONNECT = 0x4


def make_context(verify: bool) -> ssl.SSLContext:
    """A client context: the system's trust store (SSL_CERT_FILE honoured), or none to look at a broken host."""
    if verify:
        context = ssl.create_default_context()
        context.hostname_checks_common_name = False  # nor do browsers (RFC 9110 §4.3.4, RFC 9525 §2)
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)  # on by default from 3.13; browsers are not
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.options |= OP_LEGACY_SERVER_CONNECT
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    return context


def server_name_of(host: str) -> str:
    """The name to ask for and to check: no brackets, no final dot (RFC 6066 §3)."""
    return host.strip("[]").rstrip(".")


def failure_of(error: OSError | ValueError) -> tuple[Failure, str]:
    """The class of a failed handshake, and its words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return VERIFY_CODES.get(error.verify_code, Failure.TLS_PROTOCOL), str(error.verify_message)
    if isinstance(error, ssl.SSLEOFError | ConnectionError):
        return Failure.RESET, "closed during the TLS handshake"
    return Failure.TLS_PROTOCOL, str(getattr(error, "reason", None) or error)


def describe(session: ssl.SSLObject, verified: bool) -> Tls:
    """What is recorded of a session: version and cipher as OpenSSL names them, the peer's leaf in DER."""
    cipher = session.cipher()
    return Tls(session.version() or "", cipher[0] if cipher else "", session.getpeercert(True) or b"", verified)
