"""warcprox in front of plain Scrapy: what both cost together. Deduplication and statistics are off."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.peers.scrapy_plain import crawl


def main() -> None:
    """Start the proxy, crawl through it, and let it write what it still holds."""
    folder, port = Path(sys.argv[1]), free_port()
    command = [str(Path(sys.executable).with_name("warcprox")), "-q", "-z", "-p", str(port), "-b", "127.0.0.1"]
    command += ["-g", "sha256", "-j", "/dev/null", "--stats-db-file", "/dev/null", "-d", str(folder)]
    with (folder / "warcprox.log").open("wb") as log:
        proxy = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        wait_for(proxy, port)
        crawl(sys.argv[1], sys.argv[2], {}, f"http://127.0.0.1:{port}")
    finally:
        proxy.send_signal(signal.SIGTERM)
        proxy.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(proxy: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the proxy listens."""
    while proxy.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("warcprox did not start; see its log")


if __name__ == "__main__":
    main()
