"""A fake web with the names of the two briefings: every target they cite answers something believable.

Rules: names and paths are those cited; titles come from the paths; every sentence is invented (prose.py).
What happens over seven nights stands as rows here, so that a demonstration has something to report.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.web.answers import Behaviour, File, Nights, NotFound, Page, ValidatedPage, VolatilePage
from tests.web.bodies import make_jpeg, make_pdf
from tests.web.certificates import Certificate
from tests.web.names import Name
from tests.web.redirects import NeedsCookie, Redirect, Tracker
from tests.web.sites import Site, robots
from tests.web.trouble import Silence
from tests.web.walls import CLOUDFLARE, WALLS, RetryLater

ONE_PLANET = "www.oneplanetnetwork.org"
NEWS = "/news-and-events/news"
RESOURCES = "/knowledge-centre/resources"
PROGRAMMES = "/programmes"
LIBRARY = "/publish/library/295"

CORRECTION = "Correction: the deadline in the second table is 30 September and the sum is 4.2 million."
CAMPAIGN = "utm_source=monthly-update&utm_medium=email&utm_campaign=example_2025_01"
KEYS = {number: f"118163-58-{number}-1-283-4082" for number in (849, 850, 851)}

MAILED = {
    849: f"https://{ONE_PLANET}{NEWS}/repair-vouchers-reach-six-port-cities?{CAMPAIGN}",
    850: f"https://{ONE_PLANET}{NEWS}/school-kitchens-compare-their-waste?{CAMPAIGN}",
    851: f"https://{ONE_PLANET}{RESOURCES}/register-of-leased-street-lights?{CAMPAIGN}&utm_content=button",
}


def title_of(path: str) -> str:
    """A title in words from the last segment of a path."""
    return path.rstrip("/").rpartition("/")[2].replace("-", " ").capitalize() or "Home"


def rows(*paths: str, language: str = "en") -> dict[str, Behaviour]:
    """Healthy, unchanging pages at those paths."""
    return {path: Page(title_of(path), language) for path in paths}


def pdf(title: str, *, validated: bool = False) -> File:
    """A small PDF of that title."""
    return File(
        make_pdf(title, ["A document of the fake web.", "Nothing in it is true."]), "application/pdf", validated
    )


def briefing_sites() -> list[Site]:
    """Every host of the two briefings."""
    return [
        Site(ONE_PLANET, one_planet_paths(), robots("Disallow: /admin/"), upgrade=True),
        Site("un.mdrtor.com", tracker_paths()),
        Site("www.wbcsd.org", wbcsd_paths(), robots("Disallow: /wp-admin/")),
        Site("unhabitat.org", unhabitat_paths(), robots("Disallow: /search")),
        Site("circularandfairictpact.com", pact_paths()),
        Site("globalabc.org", globalabc_paths(), robots("Disallow: /user/")),
        Site("www.unep.org", otherwise=CLOUDFLARE),
        Site("wedocs.unep.org", {"/handle/*": Page("A record of a repository")}, certificate=Certificate.EXPIRED),
        Site("scp-hat.lifecycleinitiative.org", name=Name.UNKNOWN),
        Site("www.mepcec.com", {"/": Page("一家并不存在的认证机构", "zh")}),
    ]


def one_planet_paths() -> Mapping[str, Behaviour]:
    """The host that most citations lead to: mostly well, with one of each slow misfortune."""
    workshop = f"{NEWS}/workshop-advancing-sustainable-food-systems-through-social-protection-and"
    accelerating = f"{NEWS}/accelerating-circularity-built-environment-measurement-policy-and-practice-key"
    framework = f"{PROGRAMMES}/circular-built-environment/National-Circularity-Assessment-Framework"
    tourism = f"{PROGRAMMES}/sustainable-tourism/global-tourism-plastics-initiative"
    construction = f"{PROGRAMMES}/sustainable-public-procurement/construction-and-infrastructure"
    hub = Page("Approach and knowledge hub")
    return {
        **rows(
            "/",
            f"{RESOURCES}/approved-10yfp-results-framework-and-budget-2025-2026",
            f"{RESOURCES}/10yfp-progress-report-hlpf-2023-session",
            f"{NEWS}/transforming-chinas-textile-value-chain-new-ecolabel-standard-sets-sustainable",
            *(uri.partition("?")[0].removeprefix(f"https://{ONE_PLANET}") for uri in MAILED.values()),
            f"{framework}-2",
            f"{tourism}/welcome",
        ),
        construction: ValidatedPage("Construction and infrastructure", changes={5: CORRECTION}),
        accelerating: Page(title_of(accelerating), changes={3: CORRECTION}),
        workshop: Nights({0: Page(title_of(workshop)), 2: NotFound()}),
        framework: Redirect(f"{framework}-2", 301),
        tourism: Redirect(f"{tourism}/welcome"),
        f"{NEWS}/strengthening-institutional-and-technical-capacities-sustainable-consumption": VolatilePage(
            "Strengthening capacities"
        ),
        "/approach-knowledge-hub": Nights({0: hub, 3: WALLS["server-error"], 4: hub}),
        "/sites/default/files/2024-10/10%20WLC%20Recs%20report_EL_UIR.pdf": pdf("Ten recommendations"),
        "/sites/default/files/from-crm/10YFP%2520annual%2520report.pdf.jpg": File(make_jpeg(), "image/jpeg"),
    }


def tracker_paths() -> Mapping[str, Behaviour]:
    """Three tracking links, each of another make; any signature and reader will do."""
    way = f"/track/go/{KEYS[849]}"
    return {
        f"/track/link/key/{KEYS[849]}/*": Tracker(MAILED[849], by_way_of=way),
        f"/track/link/key/{KEYS[850]}/*": Tracker(MAILED[850], leaks="mc_eid"),
        f"/track/link/key/{KEYS[851]}/*": Tracker(MAILED[851]),
        way: NeedsCookie(Redirect(MAILED[849]), "mdr_visit"),
    }


def wbcsd_paths() -> Mapping[str, Behaviour]:
    """A page that still holds the words which its citation's text fragment names."""
    cited = "Developed in partnership with Arup and with nobody else, it was tried on eleven imaginary"
    words = f"<p>{cited} projects, supporting internal decision making.</p>"
    path = "/resources/circular-transition-indicators-cti-sector-guidance-buildings/"
    return {path: Page(title_of(path), extra=words)}


def unhabitat_paths() -> Mapping[str, Behaviour]:
    """Down for maintenance for three nights."""
    page = Page("Toolkits and guides")
    return {"/waste-wise-toolkits-and-guides": Nights({0: page, 1: RetryLater(503), 4: page})}


def pact_paths() -> Mapping[str, Behaviour]:
    """A library of files: two well, one gone for good, one that comes back."""
    viken = pdf("Reparability and care")
    return {
        "/cfit-framework-cases/": ValidatedPage("Framework cases"),
        f"{LIBRARY}/720px/cfit-framework-document.jpg": File(make_jpeg(shade=90), "image/jpeg", validated=True),
        f"{LIBRARY}/cfit-case-study-dutch-government-driving-carbon-reductions-v1-0_1.pdf": pdf(
            "Case 1", validated=True
        ),
        f"{LIBRARY}/case-study-swiss-government-buy-better-2.pdf": Nights({0: pdf("Case 2"), 1: WALLS["gone"]}),
        f"{LIBRARY}/cfit-case-study-city-of-amsterdam-data-clean-up-v1-0.pdf": pdf("Case 3"),
        f"{LIBRARY}/cfit-case-study-viken-reparability-and-care-v1-0.pdf": Nights({0: NotFound(), 4: viken}),
    }


def globalabc_paths() -> Mapping[str, Behaviour]:
    """One report that never answers, one that does."""
    base = "/resources/publications"
    return {
        f"{base}/global-status-report-buildings-and-construction-20242025-not-just-another": Silence(),
        **rows(f"{base}/net-zero-carbon-concrete-industry-aotearoa-new-zealand-roadmap-2050"),
    }
