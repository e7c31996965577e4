"""The golden file of the two real briefings: `python -m tests.golden_briefings` writes it.

Rules:
- Their folder is named by EVERCITE_BRIEFINGS; the briefings themselves are no part of this project.
- Only redacted fields, no prose: context and anchor stay out, and so do candidates quoted from a page.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from crawler.seeds.documents import read_documents
from crawler.seeds.show import citation_json

GOLDEN = Path(__file__).parent / "golden" / "briefings.jsonl"
VARIABLE = "EVERCITE_BRIEFINGS"

_PROSE = ("context", "anchor")
_QUOTED = ("own-line", "page-opening")


def reduced(citation: dict[str, Any]) -> dict[str, Any]:
    """A citation's object without prose."""
    kept = {name: value for name, value in citation.items() if name not in _PROSE}
    kept["item_candidates"] = [
        {"why": one["why"]} if one["why"] in _QUOTED else one for one in citation["item_candidates"]
    ]
    return kept


def read_briefings(folder: Path) -> list[dict[str, Any]]:
    """The reduced objects of every citation in a folder."""
    return [reduced(citation_json(citation)) for citation in read_documents([folder]).citations]


def read_golden() -> list[dict[str, Any]]:
    """The committed objects."""
    return [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]


def main() -> int:
    """Write the golden file from the folder that the environment names."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        sys.stderr.write(f"set {VARIABLE} to the folder of the two briefings, then run this again\n")
        return 3
    lines = [json.dumps(one, ensure_ascii=False) for one in read_briefings(Path(folder))]
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text("".join(line + "\n" for line in lines), "utf-8")
    sys.stdout.write(f"{GOLDEN}: {len(lines)} citations\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
