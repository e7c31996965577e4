"""How often Python looks for cyclic garbage: seldom, where many small values are made and hardly a cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def seldom_collected(*thresholds: int) -> Iterator[None]:
    """Collect after so many allocations, and never what is loaded already; thresholds as gc.set_threshold has them."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*thresholds)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
