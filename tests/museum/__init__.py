"""The museum: targets that live, die, refuse and change over 120 simulated nights, and what is true of them.

What lives where: harbour.toml, valley.toml (the truth) · drawn, truth (how it is read) · prose, articles (what pages
say) · pages (what they look like) · words, walls (a word of a script → behaviour) · files (PDF, pictures, data) ·
sites (targets → hosts) · briefing (the document that cites them) · nights (real nights, one after the other) ·
score (what was told, held against the truth). `python -m tests.museum` plays it and prints the score.
"""
