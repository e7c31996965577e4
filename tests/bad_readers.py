"""Readers that do what a library does at its worst; tests/test_seeds_groups.py runs them in a process of their own."""

from __future__ import annotations

import os
import signal
import time

from crawler.seeds.reading import Reading, Why


def hang(content: bytes) -> Reading | Why:
    """Never comes back."""
    time.sleep(3600)
    return Reading(())


def crash(content: bytes) -> Reading | Why:
    """Takes its process with it."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return Reading(())


def swell(content: bytes) -> Reading | Why:
    """Asks for more memory than any document deserves."""
    return Reading((), opening=str(len(bytearray(64 * 1024**3))))


def stumble(content: bytes) -> Reading | Why:
    """Raises what quotes the document."""
    raise KeyError(content.decode())


def read(content: bytes) -> Reading | Why:
    """Reads."""
    return Reading((), opening=content.decode())
