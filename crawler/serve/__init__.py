"""`evercite serve`: what the archive holds, as pages that people leaf through."""
