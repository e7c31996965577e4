"""Which names are hosts where no scheme says so: `unep.org/zh-hans`, but not `README.md`, `e.g.` or `ended.Then`.

Rules:
- The last label must be a known top-level domain, in lower case (in capitals only where the whole name is).
- A name that reads as a file, an abbreviation, a number or a product needs a path or `www.` to be a host.
- A domain opened since 2013 is a word of some language (`file.name`, `day.one`): its names need a path or a port,
  but for the rows here.
"""

from __future__ import annotations

import re

from crawler.suffixes import is_top_level, names, registrable

MAX_LABEL_CHARACTERS = 63  # RFC 1035 §2.3.4

# Top-level domains that stood before the programme of 2013 (data.iana.org/TLD), and later ones that are no word.
_GENERIC = names("com org net edu gov int mil info biz arpa asia mobi aero coop museum tel xxx xyz wang eco ngo ong")

# Later ones that are no word of a programme's source (`this.style.top`, `hooks.stop.call`): three labels will do.
_THREE_LABELS = names("dev cloud online site tech vip club ltd earth world green chat academy foundation institute")

# Top-level domains that are file extensions as well: a programme's source, an archive, a picture. A name under a
# longer public suffix (`sejm.gov.pl`, `me.netlify.app`) is no file.
_FILE_EXTENSIONS = names(
    "ai app as cab cc cl dot gs java map mk ml mm mov nc pas pl pm ps pub py rip rs sc sh tf vi zip md"
)

# Names that are no hosts, though their last label is a top-level domain.
_NO_HOSTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:asp|ado|vb|ml|json)\.net",  # products: ASP.NET
        r"\d{4,6}\.(?:hk|sz|sh|ss|bj|tw|us)",  # stock codes: 0700.hk
        r"\d{1,2}\.[^\W\d]+",  # numbered lists: 3.it, 1.中国
        r"(?:etc|al|vs|cf|figs?|nos?|vol|pp?|eds?|dr|mrs?|ms|st|prof|inc|ltd|corp|dept|approx|ca|jan|feb)\.[a-z]{2}",
        r"(?:e\.g|i\.e|a\.k\.a|n\.b|p\.s|[ap]\.m|u\.s|u\.k)\..*",  # abbreviations without the space: e.g.in
        r"(?:com|org|net|edu|gov|co|ac)\.[a-z]{2}|www\.\w+",  # parts of names spoken of: com.cn, www.org
        r"(?:com|org|net|io|cn|java|javax)\..+\.(?!com$|org$|net$)[^.]+",  # reverse names: com.example.app
        r"lib[\w.-]+\.(?:so|la)",  # libraries, and what makes them: config.h.in
        r"(?:(?:makefile|configure|manifest)(?:\.\w+)?|.+\.(?:h|c|py|js|ts|sh|cfg|conf|json|xml|toml|tar|min))\.[^.]+",
        r"(?:[a-z]|[ivx]+)\.[^\W\x00-\x7f]+",  # lettered lists: A.中国, iv.中国
    )
)
# Domains of other scripts under which a bare name is believed; the rest are ordinary words (网站, 手机, 信息).
_UNMISTAKABLE = names("中国 中國 한국 みんな рф укр бел срб ελ ею бг 닷컴 コム คอม ком орг भारत")

_PATH = re.compile(r"[/／](?=[\w%~!:/#?-]|$)|[?？][\w%.-]+=|[#＃](?=[\w!/:])")
_PORT = re.compile(r"[:：]\d{1,5}(?!\d)")
_FILE_PATH = re.compile(r"/(?:[\w.-]+\.[A-Za-z]{1,4})?(?![\w/.-])")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
_SUBNET = re.compile(r"/\d{1,2}(?!\w)")
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?", re.DOTALL)


def is_bare_host(host: str, after: str) -> bool:
    """Whether a dotted name, with what follows it in print (`/path`, `:80`, ''), is a host without a scheme."""
    port = _PORT.match(after)
    path = after[port.end() :] if port else after
    has_path = bool(_PATH.match(path))
    if _IPV4.fullmatch(host):
        return bool(port) or (has_path and not _SUBNET.match(path))
    labels = host.split(".")
    top = labels[-1]
    if len(labels) < 2 or not top[:1].isalpha() or not all(map(_is_label, labels)) or not is_top_level(top):
        return False
    if labels[0].lower() == "www" and len(labels) > 2:
        return True
    if not _is_typed_as_host(host, top.lower(), has_path):
        return False
    if top.lower() in _FILE_EXTENSIONS:
        return (has_path and not _FILE_PATH.match(path)) or len(registrable(host).split(".")) > 2
    return has_path or _stands_alone(host.lower(), labels, bool(port))


def _is_label(label: str) -> bool:
    return len(label) <= MAX_LABEL_CHARACTERS and _LABEL.fullmatch(label) is not None


def _is_typed_as_host(host: str, top: str, has_path: bool) -> bool:
    """No sentence runs on in it (`ended.Then`, `加入WTO.中国`), and it is no ticker (`RBS.CA`)."""
    if not top.isascii():
        return not host.rpartition(".")[0].isupper()
    return host.endswith(top) or (host.isupper() and (has_path or top in _GENERIC))


def _stands_alone(name: str, labels: list[str], has_port: bool) -> bool:
    """Whether a name without a path is a host; `name` in lower case."""
    if any(row.fullmatch(name) for row in _NO_HOSTS):
        return False
    top = labels[-1].lower()
    if not top.isascii():
        return top in _UNMISTAKABLE
    if has_port or top in _GENERIC or len(top) == 2 or top.startswith("xn--"):
        return True
    return len(labels) > 2 and (top in _THREE_LABELS or len(registrable(name).split(".")) > 2)
