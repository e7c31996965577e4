"""Folders of documents: several files of one, misnamed and hostile ones, and what is kept between two nights."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest

from crawler.errors import UsageError
from crawler.model import DateSource, Issued, KnownNames
from crawler.seeds import apart
from crawler.seeds.apart import CRASHED, TOO_LARGE, TOO_SLOW, Apart
from crawler.seeds.documents import Seeds, each_document, read_documents
from crawler.seeds.formats import FORMATS, READERS, UNREAD, Format, format_of, misnamed
from crawler.seeds.reading import Reading, Why
from crawler.seeds.show import citation_json

PAGE = "花园最新进展\n\n园丁记录簿\n\n春天的花园里有许多种植物，园丁每天早晨都要给它们浇水，并把情况写下来。\n\n"
TRACKER = (
    "https://un.mdrtor.com/track/link/key/1/signature/00112233445566778899aabbccddeeff/userid/ffeeddccbbaa99887766"
)


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def known(seeds: Seeds) -> KnownNames:
    """What a night that read these documents would remember of their names."""
    return KnownNames(
        {(one.path, one.sha256): one.name for one in seeds.documents},
        {one.sha256: (one.name,) for one in seeds.documents},
        {one.path: (one.name,) for one in seeds.documents},
    )


def _whys(seeds: Seeds) -> dict[str, str]:
    return {row.document: row.why for row in seeds.unreadable}


# ---------------------------------------------------------------- one document in several files


def test_two_formats_of_one_issue_are_one_document_and_the_richer_leads(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "2025-06.md": "## 花园\n- [记录簿](https://example.org/a)\n- [手册](https://example.org/b)\n",
            "2025-06.txt": PAGE + "https://example.org/a\nhttps://example.org/b\n",
        },
    )
    seeds = read_documents([tmp_path])
    assert [one.document for one in seeds.citations] == ["2025-06.md"] * 2, "every link would be cited twice"
    assert [one.item for one in seeds.citations] == ["记录簿", "手册"]
    assert [one.path for one in seeds.documents] == ["2025-06.md", "2025-06.txt"]
    assert {one.issued for one in seeds.citations} == {Issued("2025-06", DateSource.FILE_NAME)}
    assert not seeds.unreadable


def test_an_id_stays_when_a_richer_format_joins_later(tmp_path: Path) -> None:
    _write(tmp_path, {"issue.txt": PAGE + "https://example.org/a\nhttps://example.org/b\n"})
    alone = read_documents([tmp_path])
    _write(tmp_path, {"issue.md": "- [记录簿](https://example.org/a)\n- [手册](https://example.org/b)\n"})
    both = read_documents([tmp_path], known(alone))
    assert [one.id for one in both.citations] == [one.id for one in alone.citations], "history would start anew"


def test_what_only_the_poorer_format_prints_is_told_and_not_cited(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "a.md": "- [记录簿](https://example.org/very/long/path)\n",
            "a.txt": "见 https://example.org/very/\n\n和 https://example.org/new 。\n",
        },
    )
    seeds = read_documents([tmp_path])
    assert [one.uri for one in seeds.citations] == ["https://example.org/very/long/path"]
    (row,) = seeds.unreadable
    assert row.partly
    assert row.document == "a.txt"
    assert "https://example.org/new" in row.why, "a link would be lost without a word"
    assert "https://example.org/new" in row.why_zh


def test_a_broken_leader_lets_the_other_lead(tmp_path: Path) -> None:
    _write(tmp_path, {"a.txt": PAGE + "https://example.org/a\n"})
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    seeds = read_documents([tmp_path])
    assert [one.document for one in seeds.citations] == ["a.txt"], "one broken file would cost the whole issue"
    assert list(_whys(seeds)) == ["a.pdf"]


def test_seeds_toml_says_what_belongs_together_and_when_it_was_issued(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "lists/june.md": "- [记录簿](https://example.org/a)\n",
            "texts/06.txt": PAGE + "https://example.org/a\n",
            "seeds.toml": '[[document]]\nfiles = ["texts/06.txt", "lists/june.md", "gone.pdf"]\nissued = 2025-06-30\n',
        },
    )
    seeds = read_documents([tmp_path])
    assert [one.document for one in seeds.citations] == ["lists/june.md"]
    assert seeds.citations[0].issued == Issued("2025-06-30", DateSource.SEEDS_TOML)
    assert _whys(seeds) == {"gone.pdf": "is named in seeds.toml and is not there; correct the entry"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[document]]\nfile = ['a']\n", "document 1: unknown key 'file'; the nearest known one is 'files'"),
        ("[[documents]]\nfiles = ['a']\n", "unknown key 'documents'; the nearest known one is 'document'"),
        ("[document]\nfiles = ['a']\n", "documents are written as [[document]]"),
        ("[[document]]\nfiles = []\n", "files must be a list of names"),
        ("[[document]]\nfiles = ['../a.txt']\n", "must lie below the folder"),
        ("[[document]]\nfiles = ['/a.txt']\n", "must lie below the folder"),
        ("[[document]]\nfiles = ['a']\nissued = 'June'\n", "issued = 'June' is no date"),
        ("[[document]]\nfiles = ['a']\n[[document]]\nfiles = ['a']\n", "a is named twice"),
        ("[[document]\n", "cannot be read as TOML"),
    ],
)
def test_a_wrong_seeds_toml_is_named_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    _write(tmp_path, {"seeds.toml": text, "a.txt": "https://example.org/"})
    with pytest.raises(UsageError) as error:
        read_documents([tmp_path])
    assert said in str(error.value)
    assert "seeds.toml" in str(error.value)


# ---------------------------------------------------------------- formats


def test_every_format_has_a_reader_that_can_be_loaded() -> None:
    for row in FORMATS:
        why = row.load()(b"\x00\xff\x00\xff" * 8)
        assert isinstance(why, Why | Reading), f"{row.name}: a broken file would stop the night"
    assert not {suffix for row in UNREAD for suffix in row[0]} & set(READERS), "a format is read and refused at once"


@pytest.mark.parametrize("suffix", [".doc", ".xls", ".pptx", ".msg", ".epub", ".xyz", ""])
def test_a_format_without_a_reader_says_what_to_save_it_as(suffix: str) -> None:
    why = format_of(Path("a" + suffix))
    assert isinstance(why, Why)
    assert "save it as" in why.en
    assert "另存为" in why.zh


@pytest.mark.parametrize(
    ("suffix", "content", "said"),
    [
        (".txt", b"%PDF-1.7\n", "is named as text but holds PDF content; rename it to .pdf"),
        (".docx", b"%PDF-1.7\n", "is named as Word but holds PDF content; rename it to .pdf"),
        (".pdf", b"<!DOCTYPE html><p>a</p>", "is named as PDF but holds HTML content; rename it to .html"),
        (".txt", b"\n <html><p>a</p>", "is named as text but holds HTML content; rename it to .html"),
        (".csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "holds an old Office or Outlook file"),
        (".pdf", b"\x89PNG\r\n\x1a\n", "is named as PDF but holds a picture; save it in a format that is read"),
        (".html", b"{\\rtf1", "holds RTF content"),
    ],
)
def test_a_misnamed_file_is_told_with_its_right_name(suffix: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    (tmp_path / "good.txt").write_text("https://example.org/")
    seeds = read_documents([tmp_path])
    assert said in _whys(seeds)[f"a{suffix}"]
    assert len(seeds.citations) == 1, "one misnamed file would cost the rest of the folder"


@pytest.mark.parametrize(
    ("suffix", "content"), [(".pdf", b"%PDF-1.7"), (".md", b"<html>"), (".docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")]
)
def test_a_rightly_named_file_is_left_to_its_reader(suffix: str, content: bytes) -> None:
    assert misnamed(READERS[suffix], content) is None


def test_what_programs_leave_beside_a_document_is_skipped(tmp_path: Path) -> None:
    for name in ("~$issue.docx", ".~lock.issue.docx#", "Thumbs.db", "desktop.ini", "issue.txt~", "#issue.txt#"):
        (tmp_path / name).write_bytes(b"x")
    assert read_documents([tmp_path]) == Seeds()


def test_a_file_beyond_200_mb_is_named_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge.pdf").open("wb") as huge:
        huge.truncate(200_000_001)
    _write(tmp_path, {"good.txt": "https://example.org/"})
    seeds = read_documents([tmp_path])
    assert "has 200000001 bytes; more than 200000000 is not read" in _whys(seeds)["huge.pdf"]
    assert len(seeds.citations) == 1


# ---------------------------------------------------------------- a reader at its worst


def _bad(function: str) -> Format:
    return Format("bad", "坏", (".bad",), f"tests.bad_readers:{function}", 0, apart=True)


def test_a_reader_that_hangs_crashes_or_swells_costs_its_document_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.bad"
    path.write_bytes(b"wang@example.com")
    with Apart(limit_s=3) as reader:
        assert reader.read(path, _bad("crash")) == CRASHED
        assert reader.read(path, _bad("read")) != CRASHED, "one crash would cost every later document"
        swollen = reader.read(path, _bad("swell"))
        assert isinstance(swollen, tuple)
        assert swollen[1] == TOO_LARGE
        stumbled = reader.read(path, _bad("stumble"))
        assert isinstance(stumbled, tuple)
        assert isinstance(stumbled[1], Why)
        assert "KeyError, bad_readers.py line" in stumbled[1].en
        assert "wang" not in stumbled[1].en + stumbled[1].zh, "an error would quote the document"
    with Apart(limit_s=0.2) as reader:
        assert reader.read(path, _bad("hang")) == TOO_SLOW


def test_the_process_is_replaced_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PER_PROCESS", 1)
    (tmp_path / "a.bad").write_bytes(b"x")
    with Apart() as reader:
        for _ in range(2):
            assert isinstance(reader.read(tmp_path / "a.bad", _bad("read")), tuple)
            assert reader._process is None, "what a library keeps would add up"


# ---------------------------------------------------------------- from one night to the next


class Notebook:
    """A memory in a dictionary, with the wrappers that were answered."""

    def __init__(self, answered: Iterable[str] = ()) -> None:
        self.kept: dict[str, tuple[str, str]] = {}
        self.answered = dict.fromkeys(answered, "https://example.org/")

    def recall_reading(self, key: str, version: str) -> str | None:
        found = self.kept.get(key)
        return found[1] if found and found[0] == version else None

    def keep_reading(self, key: str, version: str, data: str) -> None:
        self.kept[key] = (version, data)

    def drop_readings_but(self, keys: Collection[str]) -> None:
        self.kept = {key: row for key, row in self.kept.items() if key in keys}

    def tracker_targets(self) -> dict[str, str]:
        return self.answered


def _marked(notebook: Notebook) -> None:
    """What is kept, marked, so that a recalled reading can be told from a new one."""
    for key, (version, data) in notebook.kept.items():
        seeds = json.loads(data)
        for citation in seeds["citations"]:
            citation["context"] = "recalled"
        notebook.kept[key] = (version, json.dumps(seeds))


def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    _write(tmp_path, {"a.txt": PAGE + "https://example.org/a\n", "b.txt": "https://example.org/b\n"})
    notebook = Notebook()
    first = read_documents([tmp_path], None, notebook)
    _marked(notebook)
    again = read_documents([tmp_path], None, notebook)
    assert [one.context for one in again.citations] == ["recalled"] * 2
    assert [one.id for one in again.citations] == [one.id for one in first.citations]
    _write(tmp_path, {"b.txt": "https://example.org/c\n"})
    changed = read_documents([tmp_path], None, notebook)
    assert [(one.uri, one.context == "recalled") for one in changed.citations] == [
        ("https://example.org/a", True),
        ("https://example.org/c", False),
    ]
    (tmp_path / "a.txt").unlink()
    read_documents([tmp_path], None, notebook)
    assert len(notebook.kept) == 1, "what no document reads as any more would be kept for ever"


def test_a_reading_survives_the_notebook_whole(tmp_path: Path) -> None:
    samples = Path(__file__).parent / "cases" / "documents"
    notebook = Notebook()
    first = read_documents([samples / "parts.txt", samples / "titled.txt"], None, notebook)
    again = read_documents([samples / "parts.txt", samples / "titled.txt"], None, notebook)
    assert again == first


def test_a_document_with_an_open_tracker_is_read_again_until_it_is_answered(tmp_path: Path) -> None:
    _write(tmp_path, {"a.txt": TRACKER})
    notebook = Notebook()
    wrapper = read_documents([tmp_path], None, notebook).citations[0].wrapper
    assert wrapper
    assert "ffeeddcc" not in json.dumps([row[1] for row in notebook.kept.values()]), "a recipient would be stored"
    _marked(notebook)
    again = read_documents([tmp_path], None, notebook).citations[0]
    assert again.wrapper
    assert again.wrapper.raw == TRACKER, "the tracker could never be asked"
    answered = Notebook([wrapper.sha256])
    answered.kept = notebook.kept
    _marked(answered)
    assert read_documents([tmp_path], None, answered).citations[0].context == "recalled"


def test_another_edition_of_the_readers_reads_again(tmp_path: Path) -> None:
    _write(tmp_path, {"a.txt": "https://example.org/a\n"})
    notebook = Notebook()
    read_documents([tmp_path], None, notebook)
    _marked(notebook)
    notebook.kept = {key: ("earlier", data) for key, (_, data) in notebook.kept.items()}
    assert read_documents([tmp_path], None, notebook).citations[0].context != "recalled"


def test_documents_come_one_by_one(tmp_path: Path) -> None:
    _write(tmp_path, {f"{number}.txt": f"https://example.org/{number}\n" for number in range(5)})
    found = each_document([tmp_path])
    assert [citation_json(one)["uri"] for one in next(found).citations] == ["https://example.org/0"]
    assert len(list(found)) == 4
