"""The pen of a night: exchanges go to the archive, observations to the ledger, on one thread of their own.

Rules:
- The thread that writes is the only one; the event loop never waits for a disk.
- Whatever arrives while it writes is committed together: one fsync, one transaction (group commit).
- An observation is committed after the records it points at: its visit awaited them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Generic, TypeVar

from crawler.archive.completeness import Account
from crawler.archive.recording import Recording
from crawler.archive.writer import ArchiveWriter
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Observation, SideLook

Job = TypeVar("Job")
Result = TypeVar("Result")


class GroupCommit(Generic[Job, Result]):
    """Hands jobs that arrive together to one function on the writing thread, in the order they came."""

    def __init__(self, thread: ThreadPoolExecutor, commit: Callable[[Sequence[Job]], Sequence[Result]]) -> None:
        self._thread = thread
        self._commit = commit
        self._waiting: list[tuple[Job, asyncio.Future[Result]]] = []
        self._draining: asyncio.Task[None] | None = None

    async def submit(self, job: Job) -> Result:
        """Wait until the job is committed; raises what the commit raised."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                results = await loop.run_in_executor(self._thread, self._commit, [job for job, _ in group])
            except Exception as error:  # noqa: BLE001 -- every waiter is told what stopped its commit
                for _, future in group:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), result in zip(group, results, strict=True):
                if not future.done():
                    future.set_result(result)


class Scribe:
    """Archives exchanges and commits observations; what stops it (ArchiveError, LedgerError) stops the night."""

    def __init__(self, writer: ArchiveWriter, ledger: Ledger) -> None:
        self._writer = writer
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="scribe")
        self._records: GroupCommit[Recording, Capture | None] = GroupCommit(self._thread, writer.write)
        self._observations: GroupCommit[Observation, None] = GroupCommit(self._thread, ledger.add_observations)
        self._side_looks: GroupCommit[SideLook, None] = GroupCommit(self._thread, ledger.add_side_looks)
        self._elsewhere: GroupCommit[str, None] = GroupCommit(self._thread, ledger.note_elsewhere)
        self._accounts: GroupCommit[Account, None] = GroupCommit(self._thread, self._write_accounts)

    async def archive(self, recording: Recording) -> Capture | None:
        """Write an exchange's records; returns once they are durable and indexed."""
        return await self._records.submit(recording)

    async def commit(self, observation: Observation) -> None:
        """Commit what the night saw of a target."""
        await self._observations.submit(observation)

    async def look_aside(self, look: SideLook) -> None:
        """Commit what was seen beside a target."""
        await self._side_looks.submit(look)

    async def note_elsewhere(self, record_id: str) -> None:
        """Commit that a record was made from another place."""
        await self._elsewhere.submit(record_id)

    async def account(self, account: Account) -> None:
        """Archive and commit how much of a page is held."""
        await self._accounts.submit(account)

    @property
    def archive_folder(self) -> Path:
        """Where what is archived can be read back."""
        return self._writer.archive

    def _write_accounts(self, accounts: Sequence[Account]) -> list[None]:
        """The records before the rows, which can be read from them; a page without parts has nothing to tell."""
        told = [account.completeness for account in accounts]
        telling = [account for account in accounts if account.completeness.referenced]
        notes = [(one.completeness.uri, one.completeness.record_id, one.fields) for one in telling]
        self._writer.write_notes(notes)
        return self._ledger.note_completeness(told)

    def close(self) -> None:
        """Wait for the thread to finish what it holds."""
        self._thread.shutdown()
