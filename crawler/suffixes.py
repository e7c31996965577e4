"""Top-level and registrable domains, as the Public Suffix List (publicsuffix.org) knows them.

Rules:
- The list is the one inside `tldextract`: no network, no cache file. It is read on the first question that
  COMMON cannot answer, since importing it takes a third of a second.
- A name is compared in lower case; `xn--` labels are compared as what they encode.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tldextract import TLDExtract


def names(spaced: str) -> frozenset[str]:
    """The names of a table row, written with spaces between."""
    return frozenset(spaced.split())


# What is met every day needs no list: the first generic domains and those of this region.
COMMON = names(
    "com org net edu gov int mil info biz museum coop aero asia io dev eco earth green global news"
    " cn hk tw mo jp kr sg my th vn id ph in au nz uk ie fr de at ch nl be lu dk se no fi is es pt it gr pl cz"
    " hu ro ru ua tr il za ke ng eg br ar cl mx ca us eu"
    " 中国 中國 公司 网络 網絡 网址 在线 中文网 政务 公益 商城 集团 我爱你 手机 信息 网站 香港 台湾 台灣 澳門 新加坡"
    " 世界 みんな コム 한국 닷컴 рф भारत"
)


def is_top_level(label: str) -> bool:
    """True for the last label of a host that the public can be given names under."""
    label = label.lower()
    if label in COMMON:
        return True
    return len(label) > 1 and not label[0].isdigit() and _decoded(label) in _top_levels()


def leading_top_level(text: str) -> str:
    """The longest top-level domain of another script than Latin that a text begins with, or ''.

    What is written without spaces goes on after it: `中国` of `中国的网站`.
    """
    lengths = range(min(len(text), _longest()), 0, -1)
    return next((text[:length] for length in lengths if is_top_level(text[:length])), "") if text[:1] > "~" else ""


def registrable(host: str) -> str:
    """The domain somebody registered that a host belongs to; a suffix or an address stands for itself.

    Names that are handed out under a private suffix (`me.github.io`) are domains of their own; under an
    unknown top-level domain it is the last two labels (the list's prevailing rule `*`).
    """
    parts = _extract()(host)
    if parts.suffix:
        return parts.top_domain_under_public_suffix or host
    return host if parts.ipv4 or ":" in host else ".".join(host.split(".")[-2:])


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


@cache
def _top_levels() -> frozenset[str]:
    return frozenset(suffix.rpartition(".")[2] for suffix in _extract().tlds)


@cache
def _longest() -> int:
    return max(len(label) for label in _top_levels() if not label.isascii())


@cache
def _extract() -> TLDExtract:
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
