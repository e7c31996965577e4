"""The download handler inside real Scrapy crawls, without Twisted's reactor: one process a crawl."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web import BYTE_CASES, FakeWeb, byte_site, catalogue_site
from tests.web.byte_cases import HOST

CRAWL = """
import json, sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import StopDownload
from crawler.config import Config
from crawler.fetch.handler import ABORT

plan = json.loads(sys.argv[1])
told = []

class Probe(scrapy.Spider):
    name = "probe"

    @classmethod
    def from_crawler(cls, crawler, *args, **kwargs):
        spider = super().from_crawler(crawler, *args, **kwargs)
        for name in plan.get("signals", []):
            crawler.signals.connect(getattr(spider, name), getattr(scrapy.signals, name))
        return spider

    def headers_received(self, headers, body_length, request, spider):
        told.append(["head", headers["Content-Type"].decode(), body_length])
        if plan.get("stop") == "head":
            raise StopDownload(fail=False)

    def bytes_received(self, data, request, spider):
        told.append(["bytes", len(data)])
        if plan.get("stop") == "bytes":
            raise StopDownload(fail=True)

    async def start(self):
        if plan.get("ended"):
            self.crawler.signals.send_catch_log(ABORT)
        for uri, meta in plan["uris"]:
            method = meta.pop("method", "GET")
            headers = {"X-Mine": ["1", "2"], "Cookie": "a=\\xe9"}
            yield scrapy.Request(uri, method=method, headers=headers, meta=meta, dont_filter=True, errback=self.failed)

    def parse(self, response):
        self.say(response.request, response)

    def failed(self, failure):
        response = getattr(failure.value, "response", None)
        self.say(failure.request, response, type(failure.value).__name__)

    def say(self, request, response, raised=None):
        exchange = request.meta.get("exchange")
        said = {"url": request.url, "raised": raised}
        if response is not None:
            said |= {
                "status": response.status, "body": response.body.decode("latin-1"), "flags": response.flags,
                "kind": type(response).__name__, "ip": str(response.ip_address), "protocol": response.protocol,
                "twice": [value.decode("latin-1") for value in response.headers.getlist("Set-Cookie")],
                "certificate": bool(response.certificate),
            }
        if exchange is not None:
            said |= {"sent": exchange.sent.decode("latin-1"), "failure": exchange.failure, "refusal": exchange.refusal,
                     "truncated": exchange.truncated}
            exchange.close()
        print(json.dumps(said), flush=True)

settings = {
    "TWISTED_REACTOR_ENABLED": False, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False,
    "DOWNLOAD_HANDLERS": {"http": "crawler.fetch.handler.WireHandler", "https": "crawler.fetch.handler.WireHandler"},
    "HTTPERROR_ALLOW_ALL": True, "RETRY_ENABLED": False, "REDIRECT_ENABLED": False, "COMPRESSION_ENABLED": False,
}
if plan["config"]:
    pairs = tuple(plan["config"].items())
    config = Config(connect_to=pairs, allow_private_networks=("127.0.0.0/8",), exchange_deadline_s=plan["deadline_s"])
    settings["EVERCITE_CONFIG"] = config
process = AsyncCrawlerProcess(settings)
process.crawl(Probe)
process.start()
print(json.dumps({"told": told}))
"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeWeb]:
    with FakeWeb([byte_site(), catalogue_site()], folder=tmp_path_factory.mktemp("web")) as running:
        yield running


def crawl(web: FakeWeb, uris: list[tuple[str, dict[str, Any]]], **plan: Any) -> list[dict[str, Any]]:
    """What a crawl of these uris says, a row a response, the last row what the signals told."""
    whole = {"uris": uris, "config": web.connect_to, "deadline_s": 10.0, **plan}
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", textwrap.dedent(CRAWL), json.dumps(whole)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "SSL_CERT_FILE": str(web.ca_file)},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "ResourceWarning" not in done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_responses_and_exchanges(web: FakeWeb) -> None:
    uris: list[tuple[str, dict[str, Any]]] = [
        (f"{scheme}://{HOST}/{name}", {}) for name in BYTE_CASES for scheme in ("http", "https")
    ]
    uris = [(uri, meta) for uri, meta in uris if not uri.endswith("timeout-mid-body")]
    rows = {row["url"]: row for row in crawl(web, uris) if "url" in row}
    assert len(rows) == len(uris)
    for uri, _ in uris:
        row, case = rows[uri], BYTE_CASES[uri.rpartition("/")[2]]
        assert row["raised"] is None
        assert row["status"] == case.status
        assert row["body"].encode("latin-1") == case.payload
        assert row["ip"] == "127.0.0.1"
        assert row["sent"].encode("latin-1") == web.log.for_uri(uri)[-1].request
        assert row["certificate"] == uri.startswith("https")
        assert ("failure:truncated" in row["flags"]) == (case.truncated == "disconnect")
    one = rows[f"http://{HOST}/odd-case-and-duplicates"]
    assert one["twice"] == ["a=1", "b=2"]
    assert one["kind"] == "HtmlResponse"
    assert "\r\nX-Mine: 1\r\nX-Mine: 2\r\n" in one["sent"]
    assert rows[f"http://{HOST}/http-1.0-until-eof"]["protocol"] == "HTTP/1.0"


def test_failures_and_refusals_are_responses(web: FakeWeb) -> None:
    uris: list[tuple[str, dict[str, Any]]] = [
        ("http://catalogue.example.org/close", {}),
        ("http://catalogue.example.org/silence", {"wire": {"deadline_s": 0.5}}),
        ("http://10.0.0.1/", {}),
        ("http://user:secret@catalogue.example.org/", {"verbatim_url": True}),
        ("http://catalogue.example.org/endless", {"wire": {"max_body_bytes": 5_000_000}}),
        ("http://catalogue.example.org/landing", {"method": "POST"}),
        ("http://catalogue.example.org/a|b%2f%C3%A9é", {"verbatim_url": True}),
    ]
    rows = [row for row in crawl(web, uris) if "url" in row]
    found = {row["url"]: row for row in rows}
    assert (found[uris[0][0]]["status"], found[uris[0][0]]["flags"]) == (0, ["failure:reset"])
    assert (found[uris[1][0]]["status"], found[uris[1][0]]["failure"]) == (0, "timeout")
    assert (found[uris[2][0]]["status"], found[uris[2][0]]["flags"]) == (0, ["refusal:private-address"])
    assert found[uris[3][0]]["refusal"] == "credentials"
    assert found[uris[4][0]]["flags"] == ["truncated:length", "spooled"]
    assert found[uris[4][0]]["body"] == ""
    assert found[uris[5][0]]["raised"] == "NotSupported"
    assert found[uris[6][0]]["sent"].startswith("GET /a|b%2f%C3%A9%C3%A9 HTTP/1.1\r\n"), "the uri was rewritten"


@pytest.mark.parametrize("stop", [None, "head", "bytes"])
def test_signals_and_stop(web: FakeWeb, stop: str | None) -> None:
    uri = f"http://{HOST}/chunk-extensions-and-trailers"
    row, told = crawl(web, [(uri, {})], signals=["headers_received", "bytes_received"], stop=stop)
    payload = BYTE_CASES["chunk-extensions-and-trailers"].payload
    assert told["told"][0] == ["head", "text/html; charset=utf-8", None]
    if stop is None:
        assert sum(entry[1] for entry in told["told"][1:]) == len(payload)
        assert row["flags"] == []
    else:
        assert "download_stopped" in row["flags"]
        assert row["raised"] == {"head": None, "bytes": "StopDownload"}[stop]
        assert row["truncated"] == "length"
        assert (len(told["told"]) == 1) == (stop == "head")


def test_once_a_crawl_has_ended_nobody_is_asked(web: FakeWeb) -> None:
    uri = "http://catalogue.example.org/silence?ended"
    row, _ = crawl(web, [(uri, {})], ended=True, deadline_s=50.0)
    assert row["raised"] == "DownloadCancelledError", "a stop that is asked for would wait for an answer"
    assert not web.log.for_uri(uri)


def test_without_our_settings_the_defaults_refuse_loopback(web: FakeWeb) -> None:
    _, port = web.place_of(HOST)
    row, _ = crawl(web, [(f"http://127.0.0.1:{port}/", {})], config=None)
    assert row["refusal"] == "private-address"
