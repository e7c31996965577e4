"""When a document was issued, and where that is found: the table."""

from __future__ import annotations

import pytest

from crawler.model import DateSource, Issued
from crawler.seeds.issued import find_issued

NAMES = [
    ("briefing-2025-06.pdf", "2025-06"),
    ("briefing_2025_06_30.pdf", "2025-06-30"),
    ("2025/06/briefing.pdf", "2025-06"),
    ("20250630.docx", "2025-06-30"),
    ("简报2025年6月30日.docx", "2025-06-30"),
    ("简报2025年6月.txt", "2025-06"),
    ("简报二〇二五年十一月.txt", "2025-11"),
    ("简报二○二五年三十月.txt", None),
    ("简报二零二四年十二月三十一日.txt", "2024-12-31"),
    ("June 2025 news.eml", "2025-06"),
    ("news_may_2025.txt", "2025-05"),
    ("30 June 2025.txt", "2025-06-30"),
    ("Sept. 3rd, 2025.txt", "2025-09-03"),
    ("Sept 3, 2025.txt", "2025-09-03"),
    ("September 3, 2025.txt", "2025-09-03"),
    ("report-2025-2026.pdf", None),
    ("2025-13.txt", None),
    ("2025-02-30.txt", None),
    ("000_23fd40ac2b7e6d39.txt", None),
    ("phone-20250631.txt", None),
    ("2025.txt", None),
    ("12025-06.txt", None),
]
TEXTS = [
    ("园林简报\n2025年6月30日\n正文", "2025-06-30"),
    ("（2025年6月）", "2025-06"),
    ("第12期　2025年6月", "2025-06"),
    ("Issue 12 | June 2025", "2025-06"),
    ("发布日期：2025-06-30", "2025-06-30"),
    ("二〇二五年六月", "2025-06"),
    ("9月22日召开，2025年6月30日完成的项目", None),
    ("项目于2019年5月获批", None),
    ("2025-2026年工作计划", None),
    ("一" * 60 + "2025年6月30日", None),
]


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_a_file_name_says_when(name: str, expected: str | None) -> None:
    found = find_issued(name)
    assert (found and found.date) == expected, "an editor would look for the link in the wrong issue"
    assert found is None or found.source is DateSource.FILE_NAME


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_line_of_its_own_says_when_and_a_sentence_does_not(text: str, expected: str | None) -> None:
    found = find_issued("briefing.txt", text)
    assert (found and found.date) == expected, "a date of something else would be taken for the issue's"
    assert found is None or found.source is DateSource.TEXT


def test_the_surest_source_counts() -> None:
    text, metadata = "2025年4月1日", "2025-03-01"
    everything = find_issued("2025-05.txt", text, metadata, "2025-06-30")
    assert everything == Issued("2025-06-30", DateSource.SEEDS_TOML)
    assert find_issued("2025-05.txt", text, metadata) == Issued("2025-05", DateSource.FILE_NAME)
    assert find_issued("a.txt", text, metadata) == Issued("2025-04-01", DateSource.TEXT)
    assert find_issued("a.txt", "", metadata) == Issued("2025-03-01", DateSource.METADATA)
    assert find_issued("a.txt") is None
