"""`python -m bench [SUITE…]`: measure, and write docs/benchmarks.md."""

from __future__ import annotations

import importlib
import sys

SUITES = ("seeds",)


def main() -> int:
    """Run the suites named, or all of them."""
    wanted = sys.argv[1:] or list(SUITES)
    for name in wanted:
        if name not in SUITES:
            sys.stderr.write(f"there is no suite {name}; known: {', '.join(SUITES)}\n")
            return 3
        importlib.import_module(f"bench.{name}").main()
        sys.stdout.write(f"docs/benchmarks.md: {name} written\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
