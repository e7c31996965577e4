"""The ledger's tables, as named migrations: what was seen, night by night, and where its bytes lie.

Rules:
- Append-only but for tables marked derived, which can be rebuilt from the others or from the WARC files.
- A migration that has been released is never edited; a new one follows it.
"""

from __future__ import annotations

from sqlite_utils import Migrations
from sqlite_utils.db import Database

MIGRATIONS = Migrations("evercite")

_FIRST = """
CREATE TABLE nights (
    id TEXT PRIMARY KEY, started_at TEXT NOT NULL, simulated INTEGER NOT NULL, settings TEXT NOT NULL,
    ended_at TEXT, status INTEGER, valid INTEGER NOT NULL DEFAULT 1, invalid_reason TEXT,
    few_hosts INTEGER NOT NULL DEFAULT 0, rules_version TEXT
) STRICT;
CREATE TABLE documents (
    path TEXT NOT NULL, sha256 TEXT NOT NULL, name TEXT NOT NULL, first_night TEXT NOT NULL REFERENCES nights(id),
    PRIMARY KEY (path, sha256)
) STRICT;
CREATE TABLE night_documents (
    night TEXT NOT NULL REFERENCES nights(id), place INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (night, place)
) STRICT;
CREATE TABLE unreadable (
    night TEXT NOT NULL REFERENCES nights(id), document TEXT NOT NULL, why TEXT NOT NULL, why_zh TEXT NOT NULL
) STRICT;
-- a citation as some night read and settled it (a night that reads the same keeps no copy)
CREATE TABLE citations (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (id, data)
) STRICT;
CREATE TABLE night_citations (
    night TEXT NOT NULL REFERENCES nights(id), place INTEGER NOT NULL, citation INTEGER NOT NULL REFERENCES citations,
    PRIMARY KEY (night, place)
) STRICT;
CREATE TABLE trackers (
    wrapper TEXT PRIMARY KEY, redacted TEXT NOT NULL, uri TEXT, settled_at TEXT, evidence TEXT
) STRICT;
CREATE TABLE tracker_attempts (
    wrapper TEXT NOT NULL REFERENCES trackers(wrapper), night TEXT NOT NULL REFERENCES nights(id),
    intended_at TEXT NOT NULL, answer TEXT, sent INTEGER
) STRICT;
CREATE INDEX tracker_attempts_by_wrapper ON tracker_attempts (wrapper);
CREATE TABLE observations (
    night TEXT NOT NULL REFERENCES nights(id), uri TEXT NOT NULL, seen_at TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (night, uri)
) STRICT;
CREATE INDEX observations_by_uri ON observations (uri, seen_at);
-- derived: today's rules over observations
CREATE TABLE readings (
    night TEXT NOT NULL REFERENCES nights(id), subject TEXT NOT NULL, seen_at TEXT NOT NULL, outcome TEXT NOT NULL,
    robots_only INTEGER NOT NULL, final_uri TEXT, record_id TEXT, rules_version TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (subject, night)
) STRICT;
CREATE TABLE standings (
    night TEXT NOT NULL REFERENCES nights(id), subject TEXT NOT NULL, verdict TEXT NOT NULL, grp TEXT NOT NULL,
    since TEXT NOT NULL, failing_nights INTEGER NOT NULL, rules_version TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (subject, night)
) STRICT;
-- derived: hosts whose robots.txt fails without a break
CREATE TABLE robots_failing (
    host TEXT PRIMARY KEY, since TEXT NOT NULL, last_night TEXT NOT NULL
) STRICT;
-- derived: the WARC files' index
CREATE TABLE captures (
    record_id TEXT PRIMARY KEY, urlkey TEXT NOT NULL, timestamp TEXT NOT NULL, uri TEXT NOT NULL, mime TEXT NOT NULL,
    status INTEGER NOT NULL, digest TEXT NOT NULL, filename TEXT NOT NULL, start INTEGER NOT NULL,
    length INTEGER NOT NULL, record_type TEXT NOT NULL, seen_at TEXT NOT NULL, night TEXT NOT NULL,
    payload_length INTEGER NOT NULL, refers_to TEXT, not_modified INTEGER NOT NULL, etag TEXT, last_modified TEXT,
    verified INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX captures_by_digest ON captures (digest, record_type);
CREATE INDEX captures_by_urlkey ON captures (urlkey, timestamp);
CREATE INDEX captures_by_uri ON captures (uri, timestamp);
CREATE INDEX captures_by_file ON captures (filename, start);
-- derived: main text of payloads
CREATE TABLE texts (
    digest TEXT PRIMARY KEY, title TEXT, language TEXT, text TEXT NOT NULL, extractor TEXT NOT NULL
) STRICT;
"""

_SECOND = """
-- derived: what a document's files read as, so that unchanged files are not read again
CREATE TABLE seed_readings (
    key TEXT PRIMARY KEY, version TEXT NOT NULL, data TEXT NOT NULL
) STRICT;
CREATE INDEX night_citations_by_citation ON night_citations (citation);
ALTER TABLE night_documents ADD COLUMN issued TEXT;
ALTER TABLE unreadable ADD COLUMN partly INTEGER NOT NULL DEFAULT 0;
-- an attempt without a night is an editor's own (rowids keep the order of attempts)
ALTER TABLE tracker_attempts RENAME TO tracker_attempts_of_nights;
CREATE TABLE tracker_attempts (
    wrapper TEXT NOT NULL REFERENCES trackers(wrapper), night TEXT REFERENCES nights(id),
    intended_at TEXT NOT NULL, answer TEXT, sent INTEGER
) STRICT;
INSERT INTO tracker_attempts (rowid, wrapper, night, intended_at, answer, sent)
    SELECT rowid, wrapper, night, intended_at, answer, sent FROM tracker_attempts_of_nights;
DROP TABLE tracker_attempts_of_nights;
CREATE INDEX tracker_attempts_by_wrapper ON tracker_attempts (wrapper);
-- targets that editors typed: the newest row of a subject (a wrapper's sha256, a citation's id) counts
CREATE TABLE overrides (
    number INTEGER PRIMARY KEY, subject TEXT NOT NULL, citation TEXT NOT NULL, uri TEXT, why TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT;
CREATE INDEX overrides_by_subject ON overrides (subject);
-- which of several readings of a print holds: found once
CREATE TABLE choices (
    citation TEXT PRIMARY KEY, uri TEXT NOT NULL, night TEXT NOT NULL REFERENCES nights(id), why TEXT NOT NULL
) STRICT;
-- look-alike uris that are one page: the newest row of a uri counts
CREATE TABLE merges (
    number INTEGER PRIMARY KEY, uri TEXT NOT NULL, same_as TEXT, night TEXT NOT NULL REFERENCES nights(id),
    why TEXT NOT NULL
) STRICT;
CREATE INDEX merges_by_uri ON merges (uri)
"""

_THIRD = """
-- derived: how much of each page's parts is held (read from metadata records), by its response record and uri
CREATE TABLE completeness (
    record_id TEXT NOT NULL, uri TEXT NOT NULL, night TEXT NOT NULL, noted_at TEXT NOT NULL,
    referenced INTEGER NOT NULL, captured INTEGER NOT NULL, held INTEGER NOT NULL, missing TEXT NOT NULL,
    may_grow INTEGER NOT NULL, PRIMARY KEY (record_id, uri, night)
) STRICT
"""

_FOURTH = """
DROP TABLE texts;
-- derived: what payloads show (model.Sight), and their main text (payloads that show the same share a row)
CREATE TABLE sights (
    key TEXT PRIMARY KEY, data TEXT NOT NULL, text TEXT NOT NULL, reader TEXT NOT NULL
) STRICT;
-- derived: which sight a payload has under the type it came with, and the version of the reader that says so
CREATE TABLE payload_sights (
    digest TEXT NOT NULL, mime TEXT NOT NULL, sight TEXT NOT NULL, reader TEXT NOT NULL, PRIMARY KEY (digest, mime)
) STRICT;
-- what was asked beside the targets: evidence, like observations
CREATE TABLE side_looks (
    night TEXT NOT NULL REFERENCES nights(id), kind TEXT NOT NULL, about TEXT NOT NULL, seen_at TEXT NOT NULL,
    data TEXT NOT NULL, PRIMARY KEY (about, kind, night)
) STRICT;
CREATE INDEX side_looks_by_night ON side_looks (night);
-- records of what was asked from another place than this network
CREATE TABLE elsewhere (record_id TEXT PRIMARY KEY) STRICT;
ALTER TABLE readings ADD COLUMN sub TEXT NOT NULL DEFAULT '';
ALTER TABLE readings ADD COLUMN unlike_last_good INTEGER;
ALTER TABLE readings ADD COLUMN change TEXT;
ALTER TABLE readings ADD COLUMN baseline TEXT;
ALTER TABLE readings ADD COLUMN https INTEGER;
ALTER TABLE readings ADD COLUMN elsewhere INTEGER;
-- derived: how one thing shown differs from another, by digests of what is compared and of the evidence cited from it
CREATE TABLE differences (
    old TEXT NOT NULL, new TEXT NOT NULL, cited TEXT NOT NULL, rules_version TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (old, new, cited)
) STRICT;
-- what editors said of targets, and which states they accepted: of a subject the newest row counts
CREATE TABLE rulings (
    number INTEGER PRIMARY KEY, subject TEXT NOT NULL, made_at TEXT NOT NULL, data TEXT NOT NULL
) STRICT;
CREATE INDEX rulings_by_subject ON rulings (subject);
CREATE TABLE acceptances (
    number INTEGER PRIMARY KEY, subject TEXT NOT NULL, made_at TEXT NOT NULL, data TEXT NOT NULL
) STRICT;
CREATE INDEX acceptances_by_subject ON acceptances (subject)
"""

_FIFTH = """
-- what was to be told after nights, by channel name, and whether it got there
CREATE TABLE messages (
    about TEXT NOT NULL, kind TEXT NOT NULL, channel TEXT NOT NULL, data TEXT NOT NULL, queued_at TEXT NOT NULL,
    fate TEXT NOT NULL, rounds INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', at TEXT,
    PRIMARY KEY (about, kind, channel)
) STRICT
"""

_SIXTH = """
-- which nights ended on a uri that a redirect led to: without it, such a question reads every reading there is
CREATE INDEX readings_by_end ON readings (final_uri, record_id) WHERE final_uri <> subject
"""

_SEVENTH = """
-- derived: what each night's report begins with, for pages that list them all
CREATE TABLE summaries (
    night TEXT PRIMARY KEY REFERENCES nights(id), en TEXT NOT NULL, zh TEXT NOT NULL, counts TEXT NOT NULL
) STRICT
"""


def _execute_all(db: Database, script: str) -> None:
    for statement in script.split(";"):
        if statement.strip():
            db.execute(statement)


@MIGRATIONS()
def m001_first(db: Database) -> None:
    """Everything a night needs: documents, citations, trackers, observations, captures."""
    _execute_all(db, _FIRST)


@MIGRATIONS()
def m002_targets(db: Database) -> None:
    """What spans nights: readings of files, dates of documents, typed targets, chosen readings, merged look-alikes."""
    _execute_all(db, _SECOND)


@MIGRATIONS()
def m003_completeness(db: Database) -> None:
    """How much of each page's parts is held."""
    _execute_all(db, _THIRD)


@MIGRATIONS()
def m004_judging(db: Database) -> None:
    """What pages show and how they change, looks beside the targets, and what editors said of them."""
    _execute_all(db, _FOURTH)


@MIGRATIONS()
def m005_messages(db: Database) -> None:
    """What was told after nights, and by which channels."""
    _execute_all(db, _FIFTH)


@MIGRATIONS()
def m006_ends(db: Database) -> None:
    """How nights are found whose redirects ended on a uri."""
    _execute_all(db, _SIXTH)


@MIGRATIONS()
def m007_summaries(db: Database) -> None:
    """What each night's report begins with."""
    _execute_all(db, _SEVENTH)
