"""Where URLs start and end in running text."""
