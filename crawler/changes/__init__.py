"""What differs between two good captures of one target, and how much an editor would care. Pure."""

# Goes up whenever the same two captures may compare in another way: differences kept under another one are made anew.
CHANGES_VERSION = "1"
