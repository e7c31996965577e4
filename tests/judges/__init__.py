"""Judges from outside: other people's programs that say what our archive holds, each in a process of its own.

Rules:
- pywb, surt and cdxj-indexer are (A)GPL: they live in .venv-judges (`make proof` builds it) and are never imported,
  not by crawler/ and not here; what they say is read from their output.
- A judge is asked by its ordinary command or server, with no option that would spare us anything.

What lives where: docket (the archive that is judged) · plain (records by the standard library
alone) · commands (one function a command) · wayback (pywb's server).
"""
