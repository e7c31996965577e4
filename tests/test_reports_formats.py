"""The report's other formats: workbook, CSV, JSON and its schema, Markdown, JUnit XML, SARIF.

Every format is read back by somebody else's reader; what strangers wrote must come out as the text it is.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import jsonschema
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from openpyxl.utils import get_column_letter

from crawler.model import Copy, DateSource, Evidence, Failure, Group, Issued, Kind, Layer, Outcome, TextClass, Verdict
from crawler.reports.cells import MOST, cell, guard, legal
from crawler.reports.columns import COLUMNS, MAIN, by_urgency
from crawler.reports.health import HealthReport, Said
from crawler.reports.render_csv import render_csv
from crawler.reports.render_json import render_json
from crawler.reports.render_junit import is_skipped, render_junit
from crawler.reports.render_markdown import MOST_ROWS, code, defuse, render_markdown
from crawler.reports.render_sarif import KINDS, render_sarif
from crawler.reports.render_xlsx import render_xlsx
from crawler.reports.rows import Row
from crawler.reports.trend import Month
from crawler.reports.words import LANGUAGES, say
from tests.test_reports_health import (
    HOSTILE,
    capture,
    citation,
    full_report,
    invalid_report,
    night_of_36,
    report_of,
    row,
    silent_report,
)

# How titles of strangers begin that spreadsheets would act on.
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", '"=1', "'=1", "＝1", '=HYPERLINK("http://x.example")')
EVIL = (
    *FORMULAS,
    HOSTILE,
    "\ufffe\uffff_x0041_\x0b",
    "[click](javascript:alert(1)) ![x](http://x.example/x.png) <img src=x> @everyone #1 `` ` ``` www.x.example",
    "]]></testcase><!-- &amp; \"'",
    "{0} [link](1) \\",
    "长" * 40_000,
    "😀" * 20_000,
)


def evil_row(n: int, text: str) -> Row:
    cited = citation(
        n,
        f"https://www.example.org/{n}",
        item=text,
        section=text,
        context=text,
        anchor=text,
        document=f"evil{n % 3}.txt",
    )
    why = Evidence("not-found", f"The page says: {text}", f"页面显示：{text}")
    found = row(cited, Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3)
    return replace(found, standing=replace(found.standing, evidence=why))


def evil_report() -> HealthReport:
    report = report_of([evil_row(n, text) for n, text in enumerate(EVIL, 1)])
    return replace(report, weather=tuple(Said(text, text) for text in EVIL))


def copied_report() -> HealthReport:
    """A night with copies, issue dates, a trend and trouble in the archive."""
    found = list(full_report().rows)
    why = Evidence("nearest-issue", "Captured nearest the issue date.", "与出版日期最近的存档。")
    cited = replace(found[0].citation, issued=Issued("2025-06", DateSource.TEXT))
    found[0] = replace(
        found[0],
        citation=cited,
        copy=Copy(capture("https://www.example.org/a", 4), why, -3),
        copy_href="../copies/0a0a.html",
    )
    month = Month("2026-01", "20260120T180500Z", {Group.FINE: 3}, {"www.example.org": {Group.FINE: 3}}, 1)
    problem = Said("One record of a.warc.gz does not hold.", "a.warc.gz 中有一条记录校验不符。")
    return replace(full_report(), rows=tuple(found), trend=(month,), archive_problems=(problem,))


REPORTS: dict[str, HealthReport] = {
    "full": full_report(),
    "36": night_of_36(),
    "invalid": invalid_report(),
    "empty": report_of([]),
    "silent": silent_report(),
    "evil": evil_report(),
    "copied": copied_report(),
}
ALL = [(name, language) for name in REPORTS for language in LANGUAGES]
RENDERERS: dict[str, Callable[[HealthReport, str], str | bytes]] = {
    "xlsx": render_xlsx,
    "csv": render_csv,
    "md": render_markdown,
    "junit": render_junit,
    "sarif": render_sarif,
    "json": lambda report, _: render_json(report),
}


@pytest.mark.parametrize("name", RENDERERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_makes_the_same_bytes(name: str, language: str) -> None:
    for report in (REPORTS["copied"], REPORTS["empty"]):
        assert RENDERERS[name](report, language) == RENDERERS[name](report, language), "a night's archive would differ"


@pytest.mark.parametrize("name", [name for name in RENDERERS if name != "xlsx"])
def test_no_format_shows_whose_link_it_was(name: str) -> None:
    written = RENDERERS[name](REPORTS["full"], "zh")
    assert b"SECRET" not in (written if isinstance(written, bytes) else written.encode()), "a subscriber's signature"


# ---------------------------------------------------------------- cells


@given(st.text(st.characters(codec=None), max_size=60))
def test_a_cell_is_legal_and_begins_no_formula(text: str) -> None:
    shown = guard(cell(text, "en"))
    Xml.fromstring(f"<a>{shown.replace('&', '').replace('<', '')}</a>")
    shown.encode("utf-8")
    begins = shown.lstrip(" \t\r\n\u3000\"'`“”‘’")
    assert not begins.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) or shown.startswith("'"), shown


def test_what_is_cut_says_so() -> None:
    for text in ("长" * 40_000, "😀" * 20_000):
        shown = cell(text, "zh")
        assert len(shown.encode("utf-16-le")) // 2 <= MOST, "Excel would repair the file and drop the cell"
        assert shown.endswith("个字符，此处截断）")
    assert cell("长" * MOST, "en") == "长" * MOST


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_guarded(text: str) -> None:
    assert guard(legal(text)).startswith("'")


@pytest.mark.parametrize("text", ["https://www.example.org/", "第 1 条", "3 - 2", "“引文”", "", "2026-01-02"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert guard(text) == text


# ---------------------------------------------------------------- workbook


def book_of(report: HealthReport, language: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render_xlsx(report, language)))


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_workbook_tells_every_row(name: str, language: str) -> None:
    report = REPORTS[name]
    book = book_of(report, language)
    assert book.sheetnames == [
        say(f"sheet.{sheet}", language) for sheet in ("overview", "citations", "replacements", "errata")
    ]
    sheet = book[say("sheet.citations", language)]
    heads, *rows = sheet.iter_rows(values_only=True)
    assert list(heads) == [column.head(language) for column in COLUMNS]
    place = [column.id for column in COLUMNS].index("id")
    assert [found[place] for found in rows] == [found.citation.id for found in by_urgency(report)]
    assert sheet.freeze_panes == "C2", "the head scrolls out of sight"
    assert not rows or sheet.auto_filter.ref == sheet.dimensions, "a column cannot be filtered"


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_workbooks_counts_are_those_of_its_rows(name: str, language: str) -> None:
    book = book_of(REPORTS[name], language)
    told: dict[Any, Any] = {found[0]: found[1] for found in book.worksheets[0].iter_rows(values_only=True, max_col=2)}
    groups = [str(found[0]) for found in book.worksheets[1].iter_rows(min_row=2, values_only=True)]
    for group in Group:
        word = say(f"group.{group}", language)
        assert told[word] == groups.count(word), f"{word}: the overview counts others than are listed"
    assert told[say("sheet.total", language)] == len(groups)
    if REPORTS[name].rows:
        order = [say(f"group.{group}", language) for group in Group]
        assert [order.index(group) for group in groups] == sorted(order.index(group) for group in groups)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_a_workbook_acts(language: str) -> None:
    for sheet in book_of(REPORTS["evil"], language).worksheets:
        for line in sheet.iter_rows():
            for found in line:
                assert found.data_type != "f", f"{found.coordinate}: a stranger's title became a formula"
                assert found.hyperlink is None, f"{found.coordinate}: a stranger's address became a link"
                assert len(str(found.value or "")) <= MOST
    rows = list(book_of(REPORTS["evil"], language).worksheets[1].iter_rows(min_row=2, values_only=True))
    item = [column.id for column in COLUMNS].index("item")
    assert {"=1+1", "+1", "-1", "@SUM(1)"} <= {found[item] for found in rows}, "a title came out as another one"
    assert any("_x0041_" in str(found[item]) for found in rows), "Excel would read an escape where a title has letters"


def test_a_workbook_is_dated_by_its_night() -> None:
    made = book_of(REPORTS["copied"], "en").properties.created
    assert made == REPORTS["copied"].now.replace(tzinfo=None), "written twice, it would be another file"


def test_numbers_are_numbers() -> None:
    sheet = book_of(REPORTS["copied"], "en").worksheets[1]
    nights = [column.id for column in COLUMNS].index("nights") + 1
    assert [found.data_type for found in next(sheet.iter_cols(nights, nights, 2))] == ["n"] * len(REPORTS["full"].rows)


def test_what_an_editor_acts_by_is_on_paper() -> None:
    sheet = book_of(REPORTS["full"], "en").worksheets[1]
    assert sheet.print_area == f"'{sheet.title}'!$A$1:${get_column_letter(len(MAIN))}$17"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.proof
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_reads_what_was_written(tmp_path: Path) -> None:
    """Another spreadsheet opens workbook and CSV: every title is the text it was, and none is a formula."""
    (tmp_path / "book.xlsx").write_bytes(render_xlsx(REPORTS["evil"], "zh"))
    (tmp_path / "lines.csv").write_bytes(render_csv(REPORTS["evil"], "zh"))
    convert(tmp_path, "book.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2")
    [converted] = (tmp_path / "out").glob("*.csv")
    rows = list(csv.reader(io.StringIO(converted.read_text("utf-8-sig"))))
    item = [column.id for column in COLUMNS].index("item")
    assert {"=1+1", "+1", "-1", "@SUM(1)"} <= {found[item] for found in rows}
    assert len(rows) == len(EVIL) + 1
    convert(tmp_path, "lines.csv", "xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out" / "lines.xlsx").worksheets[0]
    assert sheet.max_row == len(EVIL) + 1
    formulas = [found.coordinate for line in sheet.iter_rows() for found in line if found.data_type == "f"]
    assert not formulas, "a title of the CSV file is calculated when it is opened"


def convert(folder: Path, name: str, to: str) -> None:
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    read_as = ["--infilter=CSV:44,34,76,1"] if name.endswith(".csv") else []
    command = ["soffice", "--headless", profile, *read_as, "--convert-to", to, "--outdir", str(folder / "out")]
    subprocess.run([*command, str(folder / name)], check=True, capture_output=True, timeout=120)


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize(("name", "language"), ALL)
def test_csv_tells_every_row(name: str, language: str) -> None:
    written = render_csv(REPORTS[name], language)
    assert written.startswith(b"\xef\xbb\xbf"), "Excel would take Chinese for another encoding"
    text = written.decode("utf-8-sig")
    assert "\n" not in text.replace("\r\n", ""), "RFC 4180 §2.1: lines end in CR LF, and no cell holds a line break"
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    ids = [found[say("column.id", language)] for found in rows]
    assert ids == [found.citation.id for found in by_urgency(REPORTS[name])]


def test_no_cell_of_a_csv_file_begins_a_formula() -> None:
    for found in csv.reader(io.StringIO(render_csv(REPORTS["evil"], "en").decode("utf-8-sig"), newline="")):
        for value in found:
            assert not value.lstrip(" \t\"'").startswith(("=", "+", "-", "@")) or value.startswith("'"), value[:40]


# ---------------------------------------------------------------- JSON and its schema

SCHEMA: dict[str, Any] = json.loads(files("crawler.reports").joinpath("report.schema.json").read_text("utf-8"))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for found in walk(SCHEMA):
        if "type" in found or "enum" in found:
            assert found.get("description") or found.keys() <= {"type", "minimum", "enum", "maximum"}, found


def walk(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from walk(inner)


@pytest.mark.parametrize("name", REPORTS)
def test_reports_keep_to_the_schema(name: str) -> None:
    told = json.loads(render_json(REPORTS[name]))
    jsonschema.Draft202012Validator(SCHEMA).validate(told)


@pytest.mark.parametrize("break_it", [{"verdict": "rotten"}, {"id": "x"}, {"copy": {}}, {"lines": [0]}, {"hops": None}])
def test_the_schema_refuses_what_no_report_says(break_it: dict[str, Any]) -> None:
    told = json.loads(render_json(REPORTS["copied"]))
    told["citations"][0] |= break_it
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(told)


@pytest.mark.parametrize(("name", "ids"), [("verdict", Verdict), ("outcome", Outcome), ("group", Group)])
def test_the_schema_names_every_id(name: str, ids: Any) -> None:
    assert SCHEMA["$defs"][name]["enum"] == [str(one) for one in ids], "ids may be added: add them to the schema, too"


def test_the_schema_names_every_other_id() -> None:
    defs = SCHEMA["$defs"]
    assert defs["hop"]["properties"]["failure"]["enum"] == [*map(str, Failure), None]
    assert defs["change"]["properties"]["class"]["enum"] == list(map(str, TextClass))
    assert defs["change"]["properties"]["layers"]["items"]["enum"] == list(map(str, Layer))
    assert defs["citation"]["properties"]["kind"]["enum"] == list(map(str, Kind))


def test_every_field_is_in_the_schema() -> None:
    told = json.loads(render_json(REPORTS["copied"]))
    assert set(told) == set(SCHEMA["properties"])
    assert set(told["citations"][0]) == set(SCHEMA["$defs"]["citation"]["properties"])
    assert set(told["trend"][0]) == set(SCHEMA["$defs"]["month"]["properties"])


def test_json_tells_the_copy_and_why() -> None:
    told = json.loads(render_json(REPORTS["copied"]))
    [copied] = [found["copy"] for found in told["citations"] if found["copy"]]
    assert copied["href"] == "../copies/0a0a.html"
    assert (copied["why"]["rule"], copied["days"]) == ("nearest-issue", -3)
    assert told["archive_problems"][0]["zh"].startswith("a.warc.gz")
    assert told["trend"][0]["hosts"]["www.example.org"]["fine"] == 3
    assert told["citations"][0]["organisation"]["key"] == "example.org"


# ---------------------------------------------------------------- Markdown


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


@pytest.mark.parametrize(("name", "language"), ALL)
def test_markdown_forms_nothing_but_ours(name: str, language: str) -> None:
    text = render_markdown(REPORTS[name], language)
    kinds = {token.type for token in tokens(text)}
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "fence", "code_block", "table_open"}, (
        "a stranger's title acts in the chat"
    )
    plain = " ".join(token.content for token in tokens(text) if token.type == "text")
    assert not re.search(r"@\w|://|www\.|#\d", plain), "a chat would make a mention or a link of it"


@given(st.text(st.characters(codec=None), max_size=80))
def test_code_spans_hold_any_text(text: str) -> None:
    [inline] = [token for token in tokens(f"- x · {code(text)}") if token.type == "inline"]
    spans = [child.content for child in inline.children or () if child.type == "code_inline"]
    shown = legal(text).strip()
    assert spans == ([shown] if shown else []), "the span broke, and what follows may act"


@given(st.text(st.characters(codec=None), max_size=60))
def test_a_sentence_that_is_not_harmless_is_code(text: str) -> None:
    acting = {token.type for token in tokens(f"- {defuse(text)}")}
    assert acting <= {
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "paragraph_open"),
        *("paragraph_close", "inline", "text", "code_inline"),
    }


def test_markdown_says_how_many_are_left() -> None:
    report = report_of([evil_row(n, f"Title {n}") for n in range(1, MOST_ROWS + 8)])
    text = render_markdown(report, "en")
    assert text.count("\n- **") == MOST_ROWS
    assert say("markdown.more", "en", n=7) in text
    assert say("markdown.more", "en", n=7) not in render_markdown(REPORTS["full"], "en")


# ---------------------------------------------------------------- JUnit XML


@pytest.mark.parametrize(("name", "language"), ALL)
def test_junit_has_a_case_per_citation(name: str, language: str) -> None:
    report = REPORTS[name]
    root = Xml.fromstring(render_junit(report, language).encode())
    assert [suite.get("name") for suite in root] == [legal(document) for document in report.documents]
    for suite, rows in zip(root, report.documents.values(), strict=True):
        cases = suite.findall("testcase")
        assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases), "two cases of one name"
        failed = [case.find("failure") is not None for case in cases]
        skipped = [case.find("skipped") is not None for case in cases]
        assert failed == [found.standing.group is Group.NEEDS_YOU for found in rows]
        assert skipped == [is_skipped(report, found) for found in rows]
        assert suite.attrib | {"timestamp": ""} == {
            **{"name": suite.get("name"), "tests": str(len(cases)), "failures": str(sum(failed)), "errors": "0"},
            **{"skipped": str(sum(skipped)), "time": "0", "timestamp": ""},
        }
        assert all(case.find("skipped").get("message") for case in cases if case.find("skipped") is not None)  # type: ignore[union-attr]
    assert root.get("tests") == str(len(report.rows))


def test_an_invalid_night_passes_nothing() -> None:
    for name in ("invalid", "silent"):
        root = Xml.fromstring(render_junit(REPORTS[name], "en").encode())
        for case in root.iter("testcase"):
            assert len(case) == 1, f"{case.get('name')} passes on a night that says nothing"


# ---------------------------------------------------------------- SARIF 2.1.0


@pytest.mark.parametrize(("name", "language"), ALL)
def test_sarif_keeps_to_the_standard(name: str, language: str) -> None:
    report = REPORTS[name]
    log = json.loads(render_sarif(report, language))
    assert log["version"] == "2.1.0"  # §3.13.2
    [run] = log["runs"]  # §3.13.4
    driver = run["tool"]["driver"]  # §3.14.6, §3.18.2
    assert driver["name"] == "Evercite"  # §3.19.8
    rules = [rule["id"] for rule in driver["rules"]]  # §3.49.3
    assert rules == [str(verdict) for verdict in Verdict]
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in driver["rules"])
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is report.valid  # §3.20.14, required
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", invocation["startTimeUtc"])  # §3.9
    for notice in invocation["toolExecutionNotifications"]:
        assert notice["message"]["text"]  # §3.58.5, required
        assert notice["level"] in ("none", "note", "warning", "error")  # §3.58.6
    assert bool(report.invalid_reason) == any(
        notice["level"] == "error" for notice in invocation["toolExecutionNotifications"]
    ), "a night that does not count looks like one that went well"
    told = [found for found in report.rows if found.standing.group in KINDS]
    assert [result["partialFingerprints"]["citation/v1"] for result in run["results"]] == [
        found.citation.id for found in told
    ]
    for result, found in zip(run["results"], told, strict=True):
        check_result(result, found, rules)


def check_result(result: dict[str, Any], found: Row, rules: list[str]) -> None:
    """The properties of a result (§3.27)."""
    assert rules[result["ruleIndex"]] == result["ruleId"] == str(found.standing.verdict)  # §3.27.5, §3.27.6
    assert result["kind"] in ("pass", "open", "informational", "notApplicable", "review", "fail")  # §3.27.9
    assert (result["level"] == "none") == (result["kind"] != "fail")  # §3.27.10
    assert result["level"] in ("none", "note", "warning", "error")
    assert not re.search(r"(?<!\\)(?:\\\\)*\[", result["message"]["text"]), "§3.11.6: a title would become a link"
    assert not re.search(r"\{\d", result["message"]["text"].replace("{{", "")), (
        "§3.11.5: a title would be a placeholder"
    )
    [location] = result["locations"]  # §3.27.12
    uri = location["physicalLocation"]["artifactLocation"]["uri"]  # §3.29.3, §3.4.3
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri), "no valid URI reference (RFC 3986)"
    assert unquote(uri, errors="surrogatepass") == found.citation.document
    assert location["physicalLocation"]["region"]["startLine"] == found.citation.lines[0] >= 1  # §3.30.5


def test_sarif_of_a_document_without_lines() -> None:
    cited = citation(1, "https://www.example.org/a", lines=(), page=3, document="图 表.pdf")
    report = report_of([row(cited, Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3)])
    [result] = json.loads(render_sarif(report, "en"))["runs"][0]["results"]
    place = result["locations"][0]
    assert "region" not in place["physicalLocation"], "a line that nobody knows"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "#1, page 3"
