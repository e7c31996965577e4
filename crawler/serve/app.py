"""The two applications of a server: pages and reports on the one origin, archived copies on the other."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Scope

from crawler.errors import EverciteError
from crawler.reports.words import LANGUAGES, say
from crawler.serve.differences import show_difference
from crawler.serve.documents import show_document, show_documents
from crawler.serve.files import ReportFiles
from crawler.serve.guard import Door, Guard, without_token
from crawler.serve.index import show_index
from crawler.serve.links import show_link
from crawler.serve.mementos import CHOOSING, SHOWING, choosing_app, copies_app, showing_app
from crawler.serve.pages import error_page, render
from crawler.serve.site import Site
from crawler.urls.redact import redact_text

# The sentences of refusals, by status; any other is told as what is not there.
ERRORS = {400: "bad", 401: "token", 403: "not_found", 404: "not_found", 405: "method"}


def pages_app(site: Site, hosts: frozenset[str]) -> ASGIApp:
    """The origin of our own pages, asked under these names (with ports)."""
    choosing = choosing_app(site)
    app = Starlette(
        routes=[
            Route("/", show_index),
            Route("/documents/", show_documents),
            Route("/documents/{name:path}", show_document),
            Route("/links/{id}", show_link),
            Route("/links/{id}/diff", show_difference),
            Route("/reports", _to_reports),
            Mount("/reports", ReportFiles(directory=site.reports, html=True, check_dir=False)),
            *(Route(path, choosing) for path in CHOOSING),
            Route(SHOWING, showing_app(site)),
        ],
        exception_handlers={HTTPException: _refuse_page, EverciteError: _tell_ours, Exception: _tell_fault},
    )
    app.state.site = site
    pages = _Pages(app)
    scheme = urlsplit(site.base).scheme
    return Guard(app, Door(hosts, site.token, pages.refuse, site.log, scheme, site.copies_base, pages.sign_in))


def content_app(site: Site, hosts: frozenset[str]) -> ASGIApp:
    """The origin of archived copies."""
    return Guard(
        copies_app(site), Door(hosts, site.token, _refuse_plainly, site.log, urlsplit(site.copies_base).scheme)
    )


def hosts_of(base: str, *more: str) -> frozenset[str]:
    """The names in Host fields of those who ask for an origin, and for further ones."""
    return frozenset({urlsplit(base).netloc.lower(), *(name.lower() for name in more)})


# ---------------------------------------------------------------- what is not a page


def _to_reports(request: Request) -> Response:
    return RedirectResponse("/reports/", 307)


def _refuse_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = error_page(request, status, ERRORS.get(status, "not_found"))
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _tell_ours(request: Request, error: Exception) -> Response:
    """The ledger or the archive cannot be read: told to whoever runs the server, and that it is so, to the reader."""
    request.app.state.site.log(f"evercite: {redact_text(str(error))}")
    return error_page(request, 500, "unreadable")


def _tell_fault(request: Request, error: Exception) -> Response:
    return error_page(request, 500, "fault")


@dataclass(frozen=True, slots=True)
class _Pages:
    """What the guard says itself, in pages of the application that it stands before."""

    app: Starlette

    def refuse(self, scope: Scope, status: int, name: str) -> Response:
        """A refusal. The cookie does not come with who comes from elsewhere (a mail, say): from here it does."""
        return error_page(self._request(scope), status, name, without_token(scope) if name == "token" else "")

    def sign_in(self, scope: Scope, target: str) -> Response:
        """The page that a token opens, which leads on."""
        return render(self._request(scope), "signed_in.html.j2", target=target)

    def _request(self, scope: Scope) -> Request:
        return Request({**scope, "app": self.app})


def _refuse_plainly(scope: Scope, status: int, name: str) -> Response:
    """A refusal on the origin that has no pages of ours."""
    return PlainTextResponse("\n".join(say(f"serve.error_{name}", language) for language in LANGUAGES) + "\n", status)
