"""`evercite`, the command line."""

from crawler.cli.main import main

__all__ = ["main"]
