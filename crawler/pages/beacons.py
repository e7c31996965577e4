"""Addresses that are asked only to tell that a page was read: nothing of the page is there to be kept.

Rules:
- A row is a host (with those below it), where its counting stands (paths, and all below), and where that is known from.
- Scripts that do the counting are parts of a page; what they report to is not.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit


class Beacon(NamedTuple):
    """A counter: its host, its paths, and the source."""

    host: str
    paths: tuple[str, ...]
    source: str


BEACONS = (
    Beacon(
        "google-analytics.com", ("/collect", "/r/collect", "/g/collect", "/j/collect", "/__utm.gif"), "Google Analytics"
    ),
    Beacon("analytics.google.com", ("/g/collect",), "Google Analytics 4, measurement protocol"),
    Beacon("doubleclick.net", ("/",), "Google Marketing Platform, floodlight and ad tags"),
    Beacon("googleadservices.com", ("/pagead/",), "Google Ads, conversion tracking"),
    Beacon("facebook.com", ("/tr",), "Meta Pixel, the image in its noscript part"),
    Beacon("hm.baidu.com", ("/hm.gif",), "Baidu Tongji, what hm.js reports to"),
    Beacon("cnzz.com", ("/stat.htm", "/9.gif"), "CNZZ (Umeng Web), what its scripts report to"),
    Beacon("bat.bing.com", ("/action",), "Microsoft Advertising, universal event tracking"),
    Beacon("px.ads.linkedin.com", ("/",), "LinkedIn Insight Tag, the image in its noscript part"),
    Beacon("mc.yandex.ru", ("/watch",), "Yandex Metrica, the image in its noscript part"),
    Beacon("analytics.twitter.com", ("/i/adsct",), "X, conversion tracking"),
    Beacon("t.co", ("/i/adsct",), "X, conversion tracking"),
    Beacon("scorecardresearch.com", ("/p", "/p2", "/b", "/b2"), "Comscore, the image in its noscript part"),
    Beacon("pixel.quantserve.com", ("/",), "Quantcast Measure, the image in its noscript part"),
    Beacon("pixel.wp.com", ("/",), "WordPress.com Stats"),
    Beacon("ct.pinterest.com", ("/v3",), "Pinterest Tag, the image in its noscript part"),
)
# Matomo runs on everybody's own host, always under these names (Matomo, tracking API).
_OWN_HOST = ("/matomo.php", "/piwik.php")

_BY_HOST: dict[str, tuple[str, ...]] = {}
for _row in BEACONS:
    _BY_HOST[_row.host] = _BY_HOST.get(_row.host, ()) + _row.paths


def is_beacon(uri: str) -> bool:
    """Whether an http(s) uri (WHATWG form) is a counter's."""
    parts = urlsplit(uri)
    if parts.path.endswith(_OWN_HOST):
        return True
    labels = (parts.hostname or "").split(".")
    hosts = (".".join(labels[place:]) for place in range(len(labels) - 1))
    return any(_is_below(parts.path, prefix) for host in hosts for prefix in _BY_HOST.get(host, ()))


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")
