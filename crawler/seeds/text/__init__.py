"""Text, Markdown and lists of URLs."""
