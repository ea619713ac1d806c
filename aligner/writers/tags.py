"""Texts and values in XML on one line each, cleaned as the cells of a table are.

So tools that print a sentence a line stay in step.
"""

from aligner.writers import verbatim
from aligner.writers.cells import clean


def content(text: str) -> str:
    """A text between tags."""
    return verbatim.content(clean(text))


def attributes(**values: str) -> str:
    """Attributes with a blank before each; of ``xml_id`` and ``xml_lang`` the underscore is a colon."""
    return verbatim.attributes({name.replace("_", ":"): clean(value) for name, value in values.items()})
