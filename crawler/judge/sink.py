"""Redirect sinks: the one page that a site sends its old addresses to, whatever was asked.

Rules:
- Three cited paths of a host that end on one address make a sink; two may have become one page.
- Not where reports are merged: a deep page, as deep as what was cited, is content, and the common parent of what was
  cited is their list.
"""

from __future__ import annotations

from crawler.judge.case import Case
from crawler.judge.found import Found, found
from crawler.judge.parked import is_for_sale
from crawler.judge.redirects import same_uri
from crawler.judge.sites import host, is_home, parts
from crawler.suffixes import names

FEWEST_PATHS = 3
DEEP_SEGMENTS = 2
# Pages that answer for others whatever their query says.
_SHALLOW = names("search error errors default index home main notice message sorry")


def redirect_sink(case: Case) -> Found | None:
    """A redirect to where other cited pages of the host end, too."""
    final = case.final.uri
    if not case.is_redirected or len(case.around.sinking) < FEWEST_PATHS or same_uri(case.cited_uri, final):
        return None
    cited = {_place(uri) for uri in case.around.sinking if not same_uri(uri, final, scheme=False)}
    if len(cited) < FEWEST_PATHS or _is_deep(final, min(len(path) for path, _ in cited)):
        return None
    if _is_parent(final, case.cited_uri, [path for path, _ in cited]) or is_for_sale(case):
        return None
    return found(
        "redirect-sink",
        f"{len(cited)} cited pages of {host(case.cited_uri)} are all redirected to one page ({final}).",
        f"{host(case.cited_uri)} 有 {len(cited)} 个被引用的页面都跳转到同一页（{final}），原来的内容很可能已不在原处。",
    )


def _place(uri: str) -> tuple[tuple[str, ...], str]:
    """The segments of a uri's path, and its query."""
    split = parts(uri)
    return tuple(segment for segment in split.path.split("/") if segment), split.query


def _is_deep(final: str, cited_depth: int) -> bool:
    path, query = _place(final)
    name = path[-1].lower().partition(".")[0] if path else ""
    if name in _SHALLOW or is_home(final):
        return False
    return bool(query) or len(path) >= min(DEEP_SEGMENTS, cited_depth)


def _is_parent(final: str, cited_uri: str, cited: list[tuple[str, ...]]) -> bool:
    """Whether the final path holds all the cited ones, on their own host."""
    path, _ = _place(final)
    while path and path[-1].lower().partition(".")[0] in ("index", "default"):
        path = path[:-1]
    return host(final) == host(cited_uri) and bool(path) and all(path == longer[: len(path)] for longer in cited)
