"""Consent walls: the hosts that ask for consent in a page's place, and the words by which a page asks for nothing else.

Rules:
- A banner over an article is no wall: beside what speaks of consent, a wall has hardly a sentence, and no document to
  take home.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.judge.phrases import READ_ON, USAGE, Lexicon, Phrases, extent, plain, sentences
from crawler.judge.sites import host
from crawler.model import Page

LONGEST_WALL = 4000
# What a consent wall may say of other things: a name, a menu, an imprint.
REST_CHARS = 160


@dataclass(frozen=True, slots=True)
class Gate:
    """A host that asks for consent, and then sends on to where one wanted to go."""

    host: str
    name: str
    source: str
    read_on: str = READ_ON


_GATES = "hosts that public crawlers and consent tools know a consent page by"

GATES: tuple[Gate, ...] = (
    Gate("consent.google.com", "Google", _GATES),
    Gate("consent.youtube.com", "YouTube", _GATES),
    Gate("consent.yahoo.com", "Yahoo", _GATES),
    Gate("guce.yahoo.com", "Yahoo", _GATES),
    Gate("guce.advertising.com", "Yahoo", _GATES),
    Gate("myprivacy.dpgmedia.nl", "DPG Media", _GATES),
    Gate("myprivacy.dpgmedia.be", "DPG Media", _GATES),
    Gate("myprivacy.dpgmedia.net", "DPG Media", _GATES),
    Gate("myprivacy.dpgmediagroup.net", "DPG Media", _GATES),
)

_PAGES = f"buttons and headlines of consent banners in public projects (accept all); the others: {USAGE}"

# The buttons: without one of them nothing is asked, and a page on privacy is a page like any other.
CONTROLS: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "accept all",
            "accept all cookies",
            "accept cookies",
            "reject all",
            "agree and continue",
            "accept and continue",
            "continue with advertising",
        ),
        _PAGES,
    ),
    Phrases(
        "zh",
        ("全部接受", "接受所有cookie", "同意并继续", "接受并继续", "全部拒绝", "同意並繼續", "全部接受並繼續"),
        _PAGES,
    ),
    Phrases(
        "fr",
        ("tout accepter", "tout refuser", "accepter et continuer", "accepter et fermer", "continuer sans accepter"),
        _PAGES,
    ),
    Phrases("es", ("aceptar todo", "rechazar todo", "aceptar y continuar", "aceptar cookies"), _PAGES),
    Phrases("pt", ("aceitar tudo", "aceitar todos", "rejeitar tudo", "aceitar e continuar", "aceitar cookies"), _PAGES),
    Phrases("ru", ("принять все", "отклонить все", "принять и продолжить"), _PAGES),
    Phrases("ar", ("قبول الكل", "رفض الكل", "موافق ومتابعة"), _PAGES),
    Phrases("de", ("Alle akzeptieren", "Alle ablehnen", "Akzeptieren und weiter", "weiter mit Werbung"), _PAGES),
)

# What else such a page speaks of.
SPEAKS_OF: tuple[Phrases, ...] = (
    Phrases(
        "en",
        (
            "cookie",
            "cookies",
            "consent",
            "privacy",
            "personal data",
            "partners",
            "personalised",
            "personalized",
            "advertising",
            "preferences",
            "accept",
            "agree",
            "reject",
            "decline",
            "settings",
        ),
        _PAGES,
    ),
    Phrases(
        "zh",
        (
            "cookie",
            "隐私",
            "隱私",
            "同意",
            "接受",
            "拒绝",
            "拒絕",
            "个性化",
            "广告",
            "廣告",
            "个人信息",
            "個人資料",
            "合作伙伴",
            "设置",
            "偏好",
        ),
        _PAGES,
    ),
    Phrases(
        "fr",
        (
            "consentement",
            "vie privée",
            "données personnelles",
            "partenaires",
            "publicité",
            "publicités",
            "accepter",
            "refuser",
            "paramétrer",
            "traceurs",
            "confidentialité",
        ),
        _PAGES,
    ),
    Phrases(
        "es",
        (
            "consentimiento",
            "privacidad",
            "datos personales",
            "socios",
            "publicidad",
            "aceptar",
            "rechazar",
            "configurar",
        ),
        _PAGES,
    ),
    Phrases(
        "pt",
        (
            "consentimento",
            "privacidade",
            "dados pessoais",
            "parceiros",
            "publicidade",
            "aceitar",
            "rejeitar",
            "recusar",
            "configurar",
        ),
        _PAGES,
    ),
    Phrases(
        "ru",
        (
            "cookie",
            "куки",
            "согласие",
            "согласен",
            "конфиденциальности",
            "персональных данных",
            "партнёры",
            "реклама",
            "принять",
            "отклонить",
            "настройки",
        ),
        _PAGES,
    ),
    Phrases(
        "ar",
        ("ملفات تعريف الارتباط", "كوكيز", "الخصوصية", "موافقة", "قبول", "رفض", "شركائنا", "الإعلانات", "إعدادات"),
        _PAGES,
    ),
    Phrases(
        "de",
        ("Einwilligung", "Datenschutz", "Werbung", "Partner", "akzeptieren", "ablehnen", "Einstellungen", "zustimmen"),
        _PAGES,
    ),
)

_CONTROLS, _SPEAKS_OF = Lexicon(CONTROLS), Lexicon(SPEAKS_OF).pattern
_GATES_BY_HOST = {gate.host: gate for gate in GATES}


def gate_of(uri: str) -> Gate | None:
    """The consent gate at a uri, or None."""
    return _GATES_BY_HOST.get(host(uri))


def find_consent(page: Page) -> str:
    """The button of a page that asks for consent and for nothing else, or ''."""
    sight = page.sight
    if sight.chars > LONGEST_WALL or sight.downloads:
        return ""
    shown = plain(f"{sight.title}\n{sight.opening}")
    control = _CONTROLS.find(shown)
    if not control or len(_SPEAKS_OF.findall(shown)) < 3:
        return ""
    return control if _rest(page.text) < REST_CHARS and _rest(sight.opening) < 2 * REST_CHARS else ""


def _rest(text: str) -> int:
    """How much of a text are sentences that do not speak of consent, in characters of Latin script."""
    return sum(extent(sentence) for sentence in sentences(text) if not _SPEAKS_OF.search(sentence))
