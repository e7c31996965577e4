"""The version, in one place: pyproject.toml, `evercite --version`, User-Agent and warcinfo read it here."""

VERSION = "0.1.0"
