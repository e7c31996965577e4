"""Make the PDFs of the tests: `python -m tests.makers.pdfs`.

Rules:
- bulletin.pdf is printed by Chromium, newsletter.pdf is written by LibreOffice, the others are drawn by reportlab
  (pdf_drawings.py); annotations that reportlab does not write are put in by pypdf.
- What each cites is told in tests/cases/seeds_pdf.toml, written from these sources.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.makers.pdf_annotated import annotated
from tests.makers.pdf_drawings import columns, encrypted, owned, rotated, scanned

SOURCES = Path(__file__).parent / "pdf_sources"
DOCUMENTS = Path(__file__).parent.parent / "cases" / "documents" / "pdf"

DRAWN: Mapping[str, Callable[[], bytes]] = {
    "columns.pdf": columns,
    "annotated.pdf": annotated,
    "scanned.pdf": scanned,
    "rotated.pdf": rotated,
    "encrypted.pdf": encrypted,
    "owned.pdf": owned,
}


def print_page(source: Path, target: Path) -> None:
    """Let Chromium print a page."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(["chromium", *options, f"--print-to-pdf={target}", str(source)], check=True, capture_output=True)


def write_document(source: Path, folder: Path) -> None:
    """Let LibreOffice write a document as PDF."""
    with tempfile.TemporaryDirectory() as profile:
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", "pdf"]
        subprocess.run([*command, "--outdir", str(folder), str(source)], check=True, capture_output=True)


def main() -> None:
    """Make them all."""
    DOCUMENTS.mkdir(parents=True, exist_ok=True)
    print_page(SOURCES / "bulletin.html", DOCUMENTS / "bulletin.pdf")
    write_document(SOURCES / "newsletter.fodt", DOCUMENTS)
    for name, draw in DRAWN.items():
        (DOCUMENTS / name).write_bytes(draw())


if __name__ == "__main__":
    main()
