"""A night through the system's own name look-up and trust: /etc/hosts and SSL_CERT_FILE, no connect_to, no resolvers.

The file is laid over /etc/hosts in a mount namespace of the night's own; the machine's stays as it is. As root
the web stands on ports 80 and 443; an ordinary user gets a user namespace, and ports in the URLs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import FIRST, House
from tests.web.names import Name
from tests.web.outcomes import OUTCOME_CASES, OutcomeCase
from tests.web.server import FakeWeb

ROOT_USER = os.geteuid() == 0
CASES = [case for case in OUTCOME_CASES if case.name is Name.KNOWN and (ROOT_USER or case.outcome == "ok")]


def uri_of(case: OutcomeCase, web: FakeWeb) -> str:
    if ROOT_USER:
        return case.uri
    port = web.place_of(case.site.host, case.scheme)[1]
    return case.uri.replace(".example.org/", f".example.org:{port}/")


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    http_port, https_port = (80, 443) if ROOT_USER else (0, 0)
    sites = [case.site for case in CASES]
    with FakeWeb(sites, address="127.0.0.77", http_port=http_port, https_port=https_port) as fake:
        yield fake


@pytest.fixture(scope="module")
def outcomes(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """uri → outcome of one night that knows nothing of connect_to and resolvers."""
    folder = tmp_path_factory.mktemp("house")
    house = House(folder, web, connect_to={}, resolvers=[])
    house.cite(uri_of(case, web) for case in CASES)
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost\n" + web.hosts_lines(), "utf-8")
    ran = run_with_hosts(house, hosts)
    assert house.report(0), f"the night did not run: {ran.stderr[-2000:]}"
    return {row["uri"]: row["outcome"] for row in house.report(0)["citations"]}


def run_with_hosts(house: House, hosts: Path) -> subprocess.CompletedProcess[str]:
    space = ["unshare", "--mount"] if ROOT_USER else ["unshare", "--map-root-user", "--mount"]
    night = house.command("night", "--now", FIRST.isoformat())
    words = [*space, "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts), *night]
    return subprocess.run(
        words, cwd=house.folder, env=house.environment(), capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.label))
def test_the_systems_names_and_trust_lead_to_the_same_outcome(
    outcomes: dict[str, str], web: FakeWeb, case: OutcomeCase
) -> None:
    assert outcomes[uri_of(case, web)] == case.outcome
