"""What may stand in an article's place on 200: offers, walls, forms, notices, programs – whole pages.

Rules: their words are what such pages say, said anew; nothing of the article is left.
"""

from __future__ import annotations

from tests.museum.exhibit import Exhibit
from tests.museum.pages import chrome


def wagers(exhibit: Exhibit) -> str:
    tables = ("slots", "roulette", "horse races", "poker tables", "scratch cards", "live dealers")
    said = "".join(
        f"<p>Tonight our {table} pay back {90 + n} per cent, with a welcome bonus of {50 * (n + 1)} free spins for "
        f"every new player who bets on {tables[n - 1]} before midnight; withdrawals arrive within {n + 2} hours.</p>"
        for n, table in enumerate(tables)
    )
    return (
        "<!doctype html><html lang='en'><head><title>Lucky Barge: wagers without limits</title></head>"
        f"<body><div id='odds'><h1>Lucky Barge: wagers without limits</h1>{said * 2}</div></body></html>"
    )


def for_sale(exhibit: Exhibit) -> str:
    language, host = exhibit.target.language, exhibit.target.host
    row = chrome(language)
    said = row["sale"].format(host=host)
    return (
        f"<!doctype html><html lang='{language}'><head><title>{host} – {row['sale_title']}</title></head>"
        f"<body><h1>{host}</h1><p>{said}</p><form><input name='offer'><button>OK</button></form>"
        "<ul><li><a href='/?q=loans'>Loans</a></li><li><a href='/?q=travel'>Travel</a></li></ul></body></html>"
    )


def shell(exhibit: Exhibit) -> str:
    scripts = "".join(f'<script defer src="/build/chunk-{n}.js"></script>' for n in range(6))
    return (
        f"<!doctype html><html lang='en'><head><title>{chrome('en')['site']}</title>{scripts}</head>"
        "<body><div id='app'></div><noscript>Please enable JavaScript.</noscript>"
        f"<script>window.__STATE__ = {{{', '.join(f'k{n}: {n * n}' for n in range(200))}}};</script></body></html>"
    )


def maintenance(exhibit: Exhibit) -> str:
    row = chrome(exhibit.target.language)
    return (
        f"<!doctype html><html lang='{exhibit.target.language}'><head><title>{row['maintenance_title']}</title></head>"
        f"<body><h1>{row['maintenance_title']}</h1><p>{row['maintenance']}</p></body></html>"
    )


def consent_wall(exhibit: Exhibit) -> str:
    said = (
        "We and our 214 partners store and access information on your device, such as cookies, and process personal "
        "data. You may accept, or manage your choices, before you continue to the page."
    )
    return (
        "<!doctype html><html lang='en'><head><title>Before you continue</title></head><body>"
        f"<form id='consent' action='/consent' method='post'><h1>Before you continue</h1><p>{said}</p>"
        "<button name='choice'>Accept all</button><button name='choice'>Reject all</button></form></body></html>"
    )


def login_page(exhibit: Exhibit) -> str:
    return (
        "<!doctype html><html lang='en'><head><title>Sign in</title></head><body><h1>Sign in</h1>"
        "<form method='post'><label>User name <input name='user'></label>"
        "<label>Password <input type='password' name='password'></label><button>Sign in</button></form></body></html>"
    )


def captcha(exhibit: Exhibit) -> str:
    return (
        "<!doctype html><html lang='en'><head><title>Security check</title>"
        "<script src='https://www.google.com/recaptcha/api.js' async></script></head><body>"
        "<h1>Please verify you are a human</h1><p>Our systems have detected unusual traffic from your network. "
        "Complete the captcha below to continue.</p><form><div class='g-recaptcha' data-sitekey='6Lxx'></div></form>"
        "</body></html>"
    )


def dealers_offer() -> str:
    return (
        "<!doctype html><html lang='en'><head><title>This domain is for sale | HugeDomains</title></head><body>"
        "<h1>This domain is for sale!</h1><p>Buy now for 2,895 dollars, or start a payment plan.</p></body></html>"
    )


def shop() -> str:
    said = "".join(
        f"<li><h3>Barge number {n}</h3><p>Two cabins, {n + 4} berths, delivered within {n * 3 + 2} weeks, now for "
        f"{9900 - 350 * n} crowns instead of {12400 - 350 * n}; paint in any of {n + 7} colours.</p></li>"
        for n in range(1, 12)
    )
    return (
        f"<!doctype html><html lang='en'><head><title>Bargain Barges</title></head><body><ul>{said}</ul></body></html>"
    )
