"""`python -m tests.pictures`: take the pictures of docs/ anew, from the demonstration's last night."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import demo, reference
from tests.house import ROOT

# As root Chromium needs --no-sandbox; the others keep it from asking the network for anything of its own.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def find_chromium() -> str:
    """The browser's path. Raises FileNotFoundError saying what to install."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    raise FileNotFoundError("no Chromium here; install the packages chromium and fonts-noto-cjk")


def picture(page: Path, image: Path, width: int, height: int, *more: str) -> None:
    """Take a picture of a page as a window of that size shows it."""
    with tempfile.TemporaryDirectory() as profile:
        where = (f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--screenshot={image}")
        words = [find_chromium(), *FLAGS, *where, *more, page.resolve().as_uri()]
        subprocess.run(words, check=True, capture_output=True, timeout=120)


def main() -> int:
    """Run the demonstration and take both pictures; write the reference pages, too."""
    reference.PAGE.write_text(reference.render(), "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        status = demo.main(Path(folder))
        latest = Path(folder) / "reports" / "latest"
        for language in ("zh", "en"):
            picture(latest / f"index.{language}.html", ROOT / "docs" / f"report-{language}.png", 1080, 1400)
    return status


if __name__ == "__main__":
    sys.exit(main())
