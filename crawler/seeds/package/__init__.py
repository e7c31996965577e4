"""Office packages, opened without trust."""
