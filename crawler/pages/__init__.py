"""What a page names: the links that lead on from it, and the parts that it needs to be shown."""
