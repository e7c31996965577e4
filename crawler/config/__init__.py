"""`evercite.toml` → frozen Config: the settings, read and checked."""

from crawler.config.reading import config_of, read_config
from crawler.config.settings import MIB, NAMES, PRIVATE, Config, Exclusion

__all__ = ["MIB", "NAMES", "PRIVATE", "Config", "Exclusion", "config_of", "read_config"]
