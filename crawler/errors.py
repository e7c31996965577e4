"""Our own failures. The web's failures are values (model/); these are few, and each sentence says
what to do.

    EverciteError
    ├── UsageError       exit 3: a bad command line or configuration, a named path missing
    ├── ArchiveError     exit 2 (4 for `archive get`): the archive cannot be written or read back
    ├── LedgerError      exit 2: the ledger cannot be opened, is newer than we are, or is locked
    └── AnotherNight     exit 75: another night holds the lock
"""

from __future__ import annotations


class EverciteError(Exception):
    """Anything of ours that stops a command; its text is one sentence for a person."""


class UsageError(EverciteError):
    """The command line, the configuration or a named path is wrong."""


class ArchiveError(EverciteError):
    """The archive cannot be written, or a stored record cannot be read back."""


class LedgerError(EverciteError):
    """The ledger cannot be opened or written."""


class AnotherNight(EverciteError):
    """Another night is running on the same archive."""
