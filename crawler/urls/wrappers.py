"""The senders that wrap a target, one row a rule.

Rules:
- A row says whom it recognises (host, path, parameters that must be there), how the target opens offline
  (`opens`, None where only the sender knows it), whether the address identifies a recipient, what in it
  must never be shown (`secrets` by parameter name, `secret_path` by place; with `shown`, everything but
  the path segments it matches, seen as `segment before/segment`), whether it may be asked at all, where
  this is known from, and a synthetic example: the address and what it opens to.
- What a row does not recognise is an ordinary page. baidu.com/link?url= has no row: its value is a token
  for a public page, and following it is an ordinary redirect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.urls import decoders
from crawler.urls.decoders import Decoder, parameter, path_segment
from crawler.urls.parts import Parts

Example = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One sender's wrapper."""

    name: str
    host: re.Pattern[str]
    path: re.Pattern[str]
    needs: frozenset[str]
    opens: Decoder | None
    personal: bool
    secrets: frozenset[str]
    secret_path: re.Pattern[str] | None
    shown: re.Pattern[str] | None
    asked: bool
    source: str
    example: Example

    @property
    def is_opaque(self) -> bool:
        """True when only its sender can open it."""
        return self.opens is None

    def recognises(self, host: str, parts: Parts) -> bool:
        """True when an address on this host (parts.host) is one of this sender's wrappers."""
        return bool(
            self.host.fullmatch(host)
            and self.path.match(parts.plain_path)
            and all(parts.value(name) for name in self.needs)
        )


def _rule(
    name: str,
    host: str,
    path: str,
    opens: Decoder | None,
    example: Example,
    source: str,
    *,
    needs: str = "",
    personal: bool = False,
    secrets: str = "",
    secret_path: str = "",
    shown: str = "",
    asked: bool = True,
) -> Rule:
    return Rule(
        name=name,
        host=re.compile(host),
        path=re.compile(path, re.IGNORECASE | re.DOTALL),
        needs=frozenset(needs.split()),
        opens=opens,
        personal=personal,
        secrets=frozenset(secrets.split()),
        secret_path=re.compile(secret_path, re.IGNORECASE) if secret_path else None,
        shown=re.compile(shown, re.IGNORECASE) if shown else None,
        asked=asked,
        source=source,
        example=example,
    )


_TARGET = "https://example.org/a?b=1"
_PACKED = "https%3A%2F%2Fexample.org%2Fa%3Fb%3D1"
_BASE64 = "aHR0cHM6Ly9leGFtcGxlLm9yZy9hP2I9MQ"
_MANDRILL = (
    "eyJzIjogInN5bnRoZXRpYyIsICJ2IjogMSwgInAiOiAie1widVwiOiAxMjM0NTY3LCBcInZcIjogMSwgXCJ1cmxcIjogXCJodHRwczpcXC9c"
    "XC9leGFtcGxlLm9yZ1xcL2E_Yj0xXCIsIFwiaWRcIjogXCJmZWVkZmVlZGZlZWRmZWVkZmVlZGZlZWRmZWVkZmVlZFwiLCBcInVybF9pZHNc"
    "IjogW1wiYmVlZmJlZWZiZWVmYmVlZmJlZWZiZWVmYmVlZmJlZWZiZWVmYmVlZlwiXX0ifQ"
)
_JWT = (
    "eyJhbGciOiJIUzI1NiJ9.eyJidWxsZXRpbl9saW5rX2lkIjoxMDAsInVyaSI6ImJwMjpjbGljayIsInVybCI6Imh0dHBzOi8vZXhhbXBsZS5v"
    "cmcvYT9iPTEiLCJidWxsZXRpbl9pZCI6IjIwMjYwMTAyLjEifQ.c3ludGhldGlj"
)

OFFLINE = (
    _rule(
        "google",
        r"(?:www\.)?google\.(?:com?\.)?[a-z]{2,3}",
        r"^/url$",
        parameter("q", "url"),
        (f"https://www.google.com/url?q={_PACKED}&sa=D&usg=AOvVaw0", _TARGET),
        "Google Docs and Search, link redirect",
        secrets="usg ved",
    ),
    _rule(
        "youtube",
        r"(?:www\.|m\.)?youtube\.com",
        r"^/redirect$",
        parameter("q"),
        (f"https://www.youtube.com/redirect?event=video_description&redir_token=QUFFLUhq&q={_PACKED}", _TARGET),
        "YouTube, links in descriptions",
        needs="q",
        secrets="redir_token",
    ),
    _rule(
        "facebook",
        r"lm?\.(?:facebook|instagram)\.com|(?:www|m)\.facebook\.com",
        r"^/(?:l\.php|flx/warn/?)?$",
        parameter("u"),
        (f"https://l.facebook.com/l.php?u={_PACKED}&h=AT0synthetic", _TARGET),
        "Facebook and Instagram, link shim",
        needs="u",
        secrets="h e",
    ),
    _rule(
        "linkedin",
        r"(?:www\.)?linkedin\.com",
        r"^/(?:safety/go|redir/(?:redirect|general-malware-page))/?$",
        parameter("url"),
        (f"https://www.linkedin.com/safety/go?url={_PACKED}&trk=feed", _TARGET),
        "LinkedIn, outgoing links",
        needs="url",
        secrets="urlhash _sig",
    ),
    _rule(
        "safelinks",
        r".+\.safelinks\.protection\.(?:outlook\.com|office365\.us)",
        r"^/",
        parameter("url"),
        (
            f"https://eur01.safelinks.protection.outlook.com/?url={_PACKED}"
            "&data=05%7C01%7Cwang%40example.com%7Cabc&sdata=c3ludGhldGlj&reserved=0",
            _TARGET,
        ),
        "Microsoft Defender for Office 365, Safe Links: data= names the recipient",
        personal=True,
        secrets="data sdata",
    ),
    _rule(
        "proofpoint-v1",
        r"urldefense(?:\.proofpoint)?\.com",
        r"^/v1/url",
        decoders.proofpoint_v1,
        (f"https://urldefense.proofpoint.com/v1/url?u={_PACKED}&k=k1&r=cmVjaXBpZW50&m=bWVzc2FnZQ&s=c2lnbg", _TARGET),
        "Proofpoint, URL Defense: r= is the recipient",
        personal=True,
        secrets="r m s k",
    ),
    _rule(
        "proofpoint-v2",
        r"urldefense(?:\.proofpoint)?\.com",
        r"^/v2/url",
        decoders.proofpoint_v2,
        (
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-3Fb-3D1&d=DwMFaQ&c=c3&r=cmVj&m=bWVz&s=c2ln&e=",
            _TARGET,
        ),
        "Proofpoint, URL Defense: r= is the recipient",
        personal=True,
        secrets="r m s",
    ),
    _rule(
        "proofpoint-v3",
        r"urldefense(?:\.proofpoint)?\.(?:com|us)",
        r"^/v3/__",
        decoders.proofpoint_v3,
        ("https://urldefense.com/v3/__https://example.org/a*b**A__;Pz0x!!c3ludGg!dG9rZW4$", _TARGET),
        "Proofpoint, URL Defense: what follows __; belongs to the message",
        personal=True,
        secret_path=r"(?<=__;).+$",
    ),
    _rule(
        "awstrack",
        r"(?:.+\.)?awstrack\.me",
        r"^/L0/",
        path_segment(2),
        (
            "https://abcd1234.r.us-east-1.awstrack.me/L0/https:%2F%2Fexample.org%2Fa%3Fb=1/1/0100018f-synthetic-000000/c2ln=447",
            _TARGET,
        ),
        "Amazon SES, click tracking: the message id names one delivery",
        personal=True,
        secret_path=r"(?<=/\d/).+$",
    ),
    _rule(
        "mandrill",
        r"(?:.+\.)?mandrillapp\.com",
        r"^/track/click",
        decoders.mandrill,
        (f"https://mandrillapp.com/track/click/1234567/example.org?p={_MANDRILL}", _TARGET),
        "Mailchimp Transactional (Mandrill), click tracking",
        personal=True,
        secrets="p id url_id",
    ),
    _rule(
        "mailjet",
        r"(?:.+\.)?mjt\.lu",
        r"^/lnk/",
        decoders.last_segment_base64,
        (f"https://x0abc.mjt.lu/lnk/AUUAAFsynthetic/1/mr5Wo-synth/{_BASE64}", _TARGET),
        "Mailjet, click tracking: the first segment names one delivery",
        personal=True,
        secret_path=r"(?<=/lnk/).*(?=/[^/]*$)",
    ),
    _rule(
        "govdelivery",
        r"lnks\.gd",
        r"^/l/",
        decoders.govdelivery,
        (f"https://lnks.gd/l/{_JWT}/s/440305174/br/151948143821-l", _TARGET),
        "Granicus govDelivery, bulletin links: a JWT and the delivery's numbers",
        personal=True,
        secret_path=r"(?<=^/l/).+$",
    ),
    _rule(
        "govdelivery-cl0",
        r"links(?:-\d+)?\.govdelivery\.com",
        r"^/CL0/",
        path_segment(2),
        (
            "https://links-1.govdelivery.com/CL0/https:%2F%2Fexample.org%2Fa%3Fb=1/1/0101018f-synthetic-000000/c2ln=447",
            _TARGET,
        ),
        "Granicus govDelivery, bulletin links",
        personal=True,
        secret_path=r"(?<=/\d/).+$",
    ),
    _rule(
        "govdelivery-track",
        r"links(?:-\d+)?\.govdelivery\.com",
        r"^/track$",
        decoders.govdelivery,
        (f"https://links.govdelivery.com/track?type=click&enid=ZWFzPTEmbWFpbGluZ2lk&&&100&&&{_TARGET}", _TARGET),
        "Granicus govDelivery, bulletin links before 2020: enid= names the subscriber",
        personal=True,
        secrets="enid",
    ),
    _rule(
        "zhihu",
        r"link\.zhihu\.com",
        r"^/$",
        parameter("target"),
        (f"https://link.zhihu.com/?target={_PACKED}", _TARGET),
        "Zhihu, outgoing links",
        needs="target",
    ),
    _rule(
        "duckduckgo",
        r"(?:.+\.)?duckduckgo\.com",
        r"^/l/?$",
        parameter("uddg"),
        (f"https://duckduckgo.com/l/?uddg={_PACKED}&rut=0123456789abcdef", _TARGET),
        "DuckDuckGo, result links",
        needs="uddg",
        secrets="rut",
    ),
    _rule(
        "reddit",
        r"out\.reddit\.com",
        r"^/",
        parameter("url"),
        (f"https://out.reddit.com/t3_abc?url={_PACKED}&token=AQAAsynthetic&app_name=web", _TARGET),
        "Reddit, outgoing links",
        needs="url",
        secrets="token",
    ),
)

OPAQUE = (
    _rule(
        "mdrtor",
        r"(?:.+\.)?mdrtor\.com",
        r"^/(?:.*\W)?track\b",
        None,
        ("https://un.mdrtor.com/track/link/key/1-2-3/signature/00112233445566778899aabbccddeeff/userid/ffee", None),
        "the 2025 briefing: signature and userid are the same in all three links, so they name the recipient",
        personal=True,
        shown=r"[^/]*/(?:track|link|click|open|key|signature|userid)?|key/\d[\d-]{0,40}",
    ),
    _rule(
        "signed",
        r".*",
        r"^(?=.*(?<![\w-])signature[/=;])(?=.*(?<![\w-])userid[/=;])",
        None,
        ("https://news.example.org/t/key/1-2-3/signature/00112233445566778899aabbccddeeff/userid/ffee", None),
        "mdrtor's form under a sender's own host, or quoted in another address",
        personal=True,
        shown=r"[^/]*/(?:signature|userid)?",
    ),
    _rule(
        "mailchimp-member",
        r"(?:.+\.)?list-manage\d*\.com",
        r"^/(?:unsubscribe|profile)\b",
        None,
        ("https://example.us1.list-manage.com/unsubscribe?u=00112233445566778899aabb&id=0011223344&e=aabbccddee", None),
        "Mailchimp, a member's own pages: opening one may end the subscription",
        personal=True,
        secrets="e c",
        asked=False,
    ),
    _rule(
        "mailchimp",
        r"(?:.+\.)?list-manage\d*\.com",
        r"^/track/click",
        None,
        ("https://example.us1.list-manage.com/track/click?u=00112233445566778899aabb&id=0011223344&e=aabbccddee", None),
        "Mailchimp, click tracking: e= is the member",
        personal=True,
        secrets="e",
    ),
    _rule(
        "sendgrid",
        r".+",
        r"^/(?:ls|wf)/click$",
        None,
        ("https://u1234567.ct.sendgrid.net/ls/click?upn=u001.synthetic-token", None),
        "Twilio SendGrid, click tracking, also under the sender's own host",
        needs="upn",
        personal=True,
        secrets="upn",
    ),
    _rule(
        "hubspot",
        r"(?:.+\.)?(?:hubspotlinks(?:free|starter)?|hubspotemail|hs-sales-engage|sidekickopen\d*|hsms\d*)\.(?:com|net)",
        r"^/(?:Ctc|e\dt|events/public)/",
        None,
        ("https://d1abc.eu1.hubspotlinks.com/Ctc/2P+113/d1abc04/synthetic", None),
        "HubSpot, click tracking",
        personal=True,
        secret_path=r"(?<=^/Ctc/).+$|(?<=^/e\dt/).+$|(?<=^/events/public/).+$",
    ),
    _rule(
        "brevo",
        r"(?:.+\.)?sendib[mt]\d*\.com|r\..+",
        r"^/(?:mk|tr)/cl/",
        None,
        ("https://abcdefg.r.af.d.sendibt2.com/tr/cl/synthetic-token", None),
        "Brevo (Sendinblue), click tracking, also under r.<the sender's own host>",
        personal=True,
        secret_path=r"(?<=^/(?:mk|tr)/cl/).+$",
    ),
    _rule(
        "mimecast",
        r"protect(?:-[a-z]+)?\.mimecast\.com|url(?:\..+)?\.mimecastprotect\.com",
        r"^/s/",
        None,
        ("https://protect-eu.mimecast.com/s/synthetic?domain=example.org", None),
        "Mimecast, URL Protect",
        personal=True,
        secret_path=r"(?<=^/s/)[^?]+",
    ),
)

RULES = OFFLINE + OPAQUE


def rule_of(parts: Parts) -> Rule | None:
    """The rule that recognises an address, or None for an ordinary one."""
    host = parts.host
    return next((rule for rule in rules_of(host) if rule.recognises(host, parts)), None)


@lru_cache(1024)
def rules_of(host: str) -> tuple[Rule, ...]:
    """The rules of senders that use this host: for nearly every host none, asked again for each of its addresses."""
    host = host.rstrip(".")
    return tuple(rule for rule in RULES if rule.host.fullmatch(host))
