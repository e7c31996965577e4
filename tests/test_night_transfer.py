"""An archive exported and imported: other programs take the bag for one, another machine goes on with the history.

Whole nights against the fake web; the export is judged by the Library of Congress's own validator.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import bagit  # type: ignore[import-untyped]
import pytest

from crawler.archive.bag import read_bag
from crawler.cli import main
from tests.house import House
from tests.web.answers import Page
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site

# A made-up recipient, of the shape of real ones.
SIGNATURE, USER = "5ec2e70d15ea5e0fbadc0ffee0ddf00d", "b0a710ad1337c0de8badf00dcafed00d"
TRACKER = f"https://un.mdrtor.com/track/link/key/1/signature/{SIGNATURE}/userid/{USER}"
HALL = "https://museum.example.org/hall"


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    pages = {"/hall": Page("The hall", "en"), "/exhibit": Page("An exhibit", "en")}
    hop = {TRACKER.removeprefix("https://un.mdrtor.com"): Redirect("https://museum.example.org/exhibit")}
    with FakeWeb([Site("un.mdrtor.com", hop), Site("museum.example.org", pages)]) as fake:
        yield fake


@pytest.fixture(scope="module")
def house(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Two nights, a tracker among the links."""
    made = House(tmp_path_factory.mktemp("house"), web)
    made.cite([HALL, TRACKER])
    for number in range(2):
        assert made.night(number).status in (0, 1)
    return made


@pytest.fixture(scope="module")
def exported(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup") / "bag"
    assert main(["archive", "export", str(folder), "--archive", str(house.archive)]) == 0
    return folder


@pytest.fixture
def bag(exported: Path, tmp_path: Path) -> Path:
    """A bag that a test may damage."""
    return Path(shutil.copytree(exported, tmp_path / "bag"))


def test_a_librarys_validator_takes_it(exported: Path) -> None:
    found = bagit.Bag(str(exported))
    found.validate()
    assert found.info["Bag-Software-Agent"].startswith("evercite/")


def test_it_is_an_archive_where_it_lies(exported: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Nothing has to be imported to read a copy out of a backup, and reading leaves it as it was."""
    assert main(["archive", "get", HALL, "--archive", str(exported / "data")]) == 0
    assert b"The hall" in capsysbinary.readouterr().out


def test_the_same_again_copies_nothing_that_is_there(
    house: House, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["archive", "export", str(exported), "--archive", str(house.archive)]) == 0
    assert "; 0 copied" in capsys.readouterr().out
    bagit.Bag(str(exported)).validate()


def test_another_machine_goes_on(
    house: House, web: FakeWeb, exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = House(tmp_path / "other", web)
    other.cite([HALL, TRACKER])
    assert main(["archive", "import", str(exported), "--archive", str(other.archive)]) == 0
    assert "2 nights imported" in capsys.readouterr().out
    before = len(web.log)
    assert other.night(2).status in (0, 1)
    asked = [served.uri for served in list(web.log)[before:]]
    assert not [uri for uri in asked if "mdrtor" in uri], "the subscriber's link was opened once more"
    assert any(uri.endswith("/exhibit") for uri in asked), "what the tracker led to is not checked any more"
    (row,) = other.report(2)["citations"][:1]
    assert len(row["strip"]) == 3, "the nights before the move are forgotten"
    assert main(["archive", "check", "--archive", str(other.archive)]) == 0


def test_nothing_of_a_subscriber_is_handed_on(exported: Path) -> None:
    for path in exported.rglob("*"):
        if path.is_file():
            found = path.read_bytes()
            assert SIGNATURE.encode() not in found, f"{path.name} names a subscriber"
            assert USER.encode() not in found, f"{path.name} names a subscriber"


# ---------------------------------------------------------------- what does not hold


def alter(bag: Path) -> None:
    path = max((bag / "data" / "warc").glob("*.warc.gz"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def lose(bag: Path) -> None:
    max((bag / "data" / "warc").glob("*.warc.gz")).unlink()


def add(bag: Path) -> None:
    (bag / "data" / "warc" / "stranger.warc.gz").write_bytes(b"")


def rewrite_info(bag: Path) -> None:
    (bag / "bag-info.txt").write_text("Payload-Oxum: 1.1\n", "utf-8")


def leave_half(bag: Path) -> None:
    (bag / "manifest-sha256.txt").unlink()


def climb(bag: Path) -> None:
    path = bag / "manifest-sha256.txt"
    path.write_text(path.read_text("utf-8") + f"{'0' * 64}  data/../../outside\n", "utf-8")


def leave_root(bag: Path) -> None:
    path = bag / "manifest-sha256.txt"
    path.write_text(path.read_text("utf-8") + f"{'0' * 64}  data/{bag / 'bagit.txt'}\n", "utf-8")


def list_in_latin(bag: Path) -> None:
    path = bag / "manifest-sha256.txt"
    path.write_bytes(path.read_bytes() + b"0" * 64 + b"  data/warc/caf\xe9\n")


def link_out(bag: Path) -> None:
    path = max((bag / "data" / "warc").glob("*.warc.gz"))
    outside = path.rename(bag.parent / "outside")
    path.symlink_to(outside)


def add_journal(bag: Path) -> None:
    (bag / "data" / "ledger.sqlite3-journal").write_bytes(b"played back")
    digest = sha256(b"played back").hexdigest()
    path = bag / "manifest-sha256.txt"
    path.write_text(path.read_text("utf-8") + f"{digest}  data/ledger.sqlite3-journal\n", "utf-8")


def make_newer(bag: Path) -> None:
    with closing(sqlite3.connect(bag / "data" / "ledger.sqlite3")) as db, db:
        db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('evercite', 'm999_x', '')")


DAMAGES: list[tuple[Callable[[Path], None], int, str]] = [
    (alter, 2, "was altered"),
    (lose, 2, "is missing"),
    (add, 2, "is not in the manifest"),
    (rewrite_info, 2, "bag-info.txt was altered"),
    (leave_half, 3, "holds no whole export"),
    (climb, 3, "is none of a manifest"),
    (leave_root, 3, "is none of a manifest"),
    (list_in_latin, 3, "is not in UTF-8"),
    (link_out, 3, "is a link"),
    (add_journal, 3, "belongs to no archive"),
    (make_newer, 2, "was written by a newer Evercite"),
]


@pytest.mark.parametrize(("damage", "status", "said"), DAMAGES, ids=[one[0].__name__ for one in DAMAGES])
def test_what_does_not_hold_is_not_imported(
    bag: Path,
    tmp_path: Path,
    damage: Callable[[Path], None],
    status: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damage(bag)
    archive = tmp_path / "fresh"
    assert main(["archive", "import", str(bag), "--archive", str(archive)]) == status
    assert said in capsys.readouterr().err
    assert not (archive / "ledger.sqlite3").exists(), "half an archive would be taken for a whole one"


def list_elsewhere(bag: Path, victim: Path) -> None:
    manifest = bag / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text("utf-8") + f"{'0' * 64}  data/{victim}\n", "utf-8")


def lead_elsewhere(bag: Path, victim: Path) -> None:
    (bag / "data" / "old").symlink_to(victim.parent)
    manifest = bag / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text("utf-8") + f"{'0' * 64}  data/old/{victim.name}\n", "utf-8")


@pytest.mark.parametrize("prepare", [list_elsewhere, lead_elsewhere])
def test_an_export_removes_nothing_outside_its_bag(
    house: House, bag: Path, tmp_path: Path, prepare: Callable[[Path, Path], None]
) -> None:
    """What an earlier export brought and the archive has no more is removed: a forged manifest names others' files."""
    victim = tmp_path / "elsewhere" / "thesis.docx"
    victim.parent.mkdir()
    victim.write_text("years of work", "utf-8")
    prepare(bag, victim)
    main(["archive", "export", str(bag), "--archive", str(house.archive)])
    assert victim.exists(), "an export to a disk of somebody else's removed a file of the operator's"


def test_a_file_is_no_folder_to_export_to(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    assert main(["archive", "export", str(tmp_path / "file"), "--archive", str(house.archive)]) == 3
    assert "is a file, not a folder" in capsys.readouterr().err


def test_an_archive_is_never_imported_over(house: House, exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", "import", str(exported), "--archive", str(house.archive)]) == 3
    assert "holds an archive already" in capsys.readouterr().err


def test_an_import_that_was_cut_off_can_be_run_again(exported: Path, tmp_path: Path) -> None:
    archive = tmp_path / "fresh"
    assert main(["archive", "import", str(exported), "--archive", str(archive)]) == 0
    (archive / "ledger.sqlite3").unlink()
    max((archive / "warc").glob("*.warc.gz")).write_bytes(b"half")
    assert main(["archive", "import", str(exported), "--archive", str(archive)]) == 0
    assert main(["archive", "check", "--archive", str(archive)]) == 0


@pytest.mark.parametrize("where", ["archive", "archive/warc", "elsewhere"])
def test_an_export_takes_nobodys_place(
    house: House, tmp_path: Path, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = house.folder / where if where != "elsewhere" else tmp_path
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    assert main(["archive", "export", str(folder), "--archive", str(house.archive)]) == 3
    assert "export" in capsys.readouterr().err or "empty folder" in capsys.readouterr().err
    assert (tmp_path / "letter.txt").read_text("utf-8") == "mine"


def test_an_export_that_was_cut_off_is_finished(house: House, bag: Path) -> None:
    (bag / "manifest-sha256.txt").unlink()
    max((bag / "data" / "warc").glob("*.warc.gz")).write_bytes(b"half")
    assert main(["archive", "export", str(bag), "--archive", str(house.archive)]) == 0
    bagit.Bag(str(bag)).validate()


def test_settings_that_travel_name_nobody(exported: Path) -> None:
    with closing(sqlite3.connect(f"{(exported / 'data' / 'ledger.sqlite3').as_uri()}?immutable=1", uri=True)) as db:
        settings = [json.loads(row[0]) for row in db.execute("SELECT settings FROM nights")]
    assert all(one["mail_to"] is False for one in settings)
    assert len(read_bag(exported).digests) > 3
