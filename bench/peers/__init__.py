"""Peers, each a program of its own: `python -m bench.peers.NAME FOLDER LIST`, with the interpreter of .venv-bench.

Rules:
- A program reads the addresses from LIST, one a line, asks each once, and leaves what it stored in FOLDER.
- One request at a time per host, 32 at a time in all, robots.txt once per host – where the peer can.
- It prints nothing; what failed shows in what it stored, and bench/stored.py counts that.
"""
