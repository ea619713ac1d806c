"""A run to look at: the one page that is both the report, a file by itself, and what the review page shows."""
