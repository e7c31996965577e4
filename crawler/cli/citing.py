"""`evercite cite` and `evercite url`: what documents cite, and how an address is read."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cli.options import Commands, add_places, config_of, plain
from crawler.errors import UsageError

if TYPE_CHECKING:
    from crawler.seeds.documents import Seeds


def add_cite(commands: Commands) -> None:
    parser = commands.add_parser("cite", help="list the citations of documents")
    parser.add_argument("paths", nargs="*", metavar="PATH", type=Path, help="files or folders (default: seeds/)")
    parser.add_argument("--format", choices=["table", "jsonl"], default="table")
    parser.add_argument("--explain", metavar="ID", help="why this section, this item, this target")
    add_places(parser)
    parser.set_defaults(run=_cite)


def add_url(commands: Commands) -> None:
    parser = commands.add_parser("url", help="how a printed URL is read; never uses the network")
    parser.add_argument("urls", nargs="+", metavar="URL")
    parser.set_defaults(run=_url)


def _cite(options: argparse.Namespace) -> int:
    from crawler.night.citing import each_cited

    readable, unread = False, 0
    paths = options.paths or [Path("seeds")]
    for number, seeds in enumerate(each_cited(paths, options.archive, config_of(options))):
        for row in seeds.unreadable:
            print(f"evercite: {plain(row.document)}: {plain(row.why)}", file=sys.stderr)
            unread += not row.partly
        readable = readable or bool(seeds.documents)
        if _told(seeds, options, number) and options.explain:
            return 0
    if not readable:
        found = f"none of the {unread} files there could be read" if unread > 1 else "nothing there could be read"
        raise UsageError(f"{found}; name a folder with documents")
    if options.explain:
        raise UsageError(
            f"no citation {plain(options.explain)} in these documents; ids are those that `evercite cite` lists for"
            " the same PATH"
        )
    return 0


def _told(seeds: Seeds, options: argparse.Namespace, number: int) -> bool:
    """Print a document's citations in the form that is wanted; whether anything was printed."""
    from crawler.seeds.explain import explain
    from crawler.seeds.show import citation_json
    from crawler.seeds.table import document_table

    if options.explain:
        chosen = [explain(c) for c in seeds.citations if c.id == options.explain][:1]
    elif options.format == "jsonl":
        chosen = [json.dumps(citation_json(citation), ensure_ascii=False) for citation in seeds.citations]
    else:
        chosen = [("\n" if number else "") + document_table(seeds)] if seeds.documents else []
    for words in chosen:
        print(words)
    return bool(chosen)


def _url(options: argparse.Namespace) -> int:
    from crawler.urls.address import address_json, read_address

    for printed in options.urls:
        print(json.dumps(address_json(read_address(printed)), ensure_ascii=False))
    return 0
