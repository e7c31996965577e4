"""A DNS server on loopback, UDP and TCP, that knows the fake web's hosts and how they misbehave.

Rules: what is not known does not exist (NXDOMAIN); every question is noted, answered or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SOA = "ns.invalid. hostmaster.invalid. 1 3600 900 604800 60"


class Name(Enum):
    """How a name is answered."""

    KNOWN = "known"
    UNKNOWN = "unknown"  # NXDOMAIN, like any name that is not in the table
    NO_DATA = "no-data"  # the name exists, without A or AAAA
    SERVER_FAILURE = "server-failure"  # SERVFAIL
    SILENT = "silent"  # no answer at all
    TRUNCATED = "truncated"  # over UDP only TC: the client has to ask again over TCP


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the zone: how the name behaves, and its IPv4 and IPv6 addresses."""

    name: Name = Name.KNOWN
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question as asked: `resolver` is the address:port it came in on."""

    host: str
    kind: str
    transport: str
    resolver: str


class NameServer:
    """One resolver: a UDP and a TCP socket on the same address and port, over a shared zone."""

    def __init__(self, zone: Mapping[str, Entry], address: str, port: int, questions: list[Question]) -> None:
        self._zone = zone
        self._questions = questions
        self.udp, self.tcp = bind_pair(address, port)
        host, number = self.udp.getsockname()
        self.place = f"{host}:{number}"

    async def serve_udp(self) -> None:
        """Answer datagrams until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            wire, peer = await loop.sock_recvfrom(self.udp, 4096)
            answer = self._answer(wire, "udp")
            if answer is not None:
                await loop.sock_sendto(self.udp, answer, peer)

    async def serve_stream(self, connection: socket.socket) -> None:
        """Answer the length-prefixed messages of one TCP connection (RFC 1035 §4.2.2)."""
        reader, writer = await asyncio.open_connection(sock=connection)
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                answer = self._answer(await reader.readexactly(length), "tcp")
                if answer is not None:
                    writer.write(len(answer).to_bytes(2, "big") + answer)
                    await writer.drain()

    def _answer(self, wire: bytes, transport: str) -> bytes | None:
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        question = query.question[0]
        host = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self._questions.append(Question(host, kind, transport, self.place))
        entry = self._zone.get(host, Entry(Name.UNKNOWN))
        if entry.name is Name.SILENT:
            return None
        return make_answer(query, kind, entry, transport).to_wire()


def make_answer(query: dns.message.Message, kind: str, entry: Entry, transport: str) -> dns.message.Message:
    """The response to a query for one row of the zone."""
    response = dns.message.make_response(query, recursion_available=True)
    found = [address for address in entry.addresses if _kind_of(address) == kind]
    if entry.name is Name.SERVER_FAILURE:
        response.set_rcode(dns.rcode.SERVFAIL)
    elif entry.name is Name.TRUNCATED and transport == "udp":
        response.flags |= dns.flags.TC
    elif entry.name in (Name.KNOWN, Name.TRUNCATED) and found:
        response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", kind, *found))
    else:
        response.set_rcode(dns.rcode.NXDOMAIN if entry.name is Name.UNKNOWN else dns.rcode.NOERROR)
        response.authority.append(dns.rrset.from_text("invalid.", 60, "IN", "SOA", SOA))
    return response


def _kind_of(address: str) -> str:
    return "A" if ip_address(address).version == 4 else "AAAA"


def bind_pair(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A UDP and a listening TCP socket on one address and the same port (0: any that is free for both)."""
    for _ in range(16):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setblocking(False)
        udp.bind((address, port))
        try:
            tcp = socket.create_server(udp.getsockname())
        except OSError:
            udp.close()
            if port:
                raise
            continue
        tcp.setblocking(False)
        return udp, tcp
    raise OSError(f"no port of {address} is free for both UDP and TCP")
