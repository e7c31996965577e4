"""Make the Word and Excel documents of the tests: `python -m tests.makers.office`.

Rules:
- What LibreOffice can write is written by it, from the flat ODF files beside this one; the rest part by part.
- What a document holds is told in tests/cases/seeds_docx.toml and seeds_xlsx.toml, written from these sources.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.makers.office_excel import catalogue
from tests.makers.office_word import kinds, unstyled
from tests.makers.packages import strict

SOURCES = Path(__file__).parent / "office_sources"
DOCUMENTS = Path(__file__).parent.parent / "cases" / "documents" / "office"
CONVERTED = {"garden.fodt": "docx:MS Word 2007 XML", "lending.fods": "xlsx:Calc MS Excel 2007 XML"}

WRITTEN: Mapping[str, Callable[[], bytes]] = {
    "kinds.docx": kinds,
    "kinds-strict.docx": lambda: strict(kinds()),
    "unstyled.docx": unstyled,
    "catalogue.xlsx": catalogue,
    "catalogue-strict.xlsx": lambda: strict(catalogue()),
}


def convert(source: Path, form: str) -> None:
    """Let LibreOffice write a document from a flat ODF file."""
    with tempfile.TemporaryDirectory() as profile:
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", form]
        subprocess.run([*command, "--outdir", str(DOCUMENTS), str(source)], check=True, capture_output=True)


def main() -> None:
    """Make them all."""
    DOCUMENTS.mkdir(parents=True, exist_ok=True)
    for name, make in WRITTEN.items():
        (DOCUMENTS / name).write_bytes(make())
    for name, form in CONVERTED.items():
        convert(SOURCES / name, form)


if __name__ == "__main__":
    main()
