"""Programs that make the documents of the tests, each `python -m tests.makers.<name>`."""
