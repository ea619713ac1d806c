"""The review page: what was aligned is accepted, rejected and mended in a browser, and every decision kept at once."""

from aligner.registry import Part, Registry

PAGES = Registry(
    "page",
    {
        "review": Part(
            "aligner.review.server:serve", "decide on records", extra="review", requires=("flask", "waitress")
        )
    },
)
"""The pages that need a server."""
