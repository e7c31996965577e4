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


@MIGRATIONS()
def m001_first(db: Database) -> None:
    """Everything a night needs: documents, citations, trackers, observations, captures."""
    for statement in _FIRST.split(";"):
        if statement.strip():
            db.execute(statement)
