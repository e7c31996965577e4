"""The words by which pages of the web say what they are: rows of phrases, each with its source and date."""
