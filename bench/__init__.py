"""Measurements, side by side with a peer in one run; `make bench` writes docs/benchmarks.md."""
