"""Tables: CSV, and which columns hold what."""
