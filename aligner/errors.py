"""What a user can mend, one line each: ``where: what was found; what to do``.

::

    AlignerError
    ├── UnknownName      no part of a family (reader, splitter, encoder, method, writer) has this name
    ├── MissingExtra     the part is known, but a package that it needs is not installed
    ├── EncoderError     weights missing, damaged or of an unexpected shape; vectors that are no vectors
    ├── CorpusError      a corpus folder that cannot be used at all
    ├── ReadError        one input file that cannot be read
    ├── GoldError        a bead or gold file that cannot be parsed
    ├── SeedError        a file of seeds that cannot be used
    ├── DecisionError    a file of decisions that cannot be used, or contradicts itself
    ├── ActionError      something that cannot be done to the beads of two documents
    ├── PortError        a port of this machine that cannot be had
    ├── EngineError      a cluster that cannot be had, or that loses what it is given
    └── OutputError      an output that cannot be written

A *caller's* mistake (a wrong shape, a wrong type) is a ``ValueError`` or ``TypeError`` instead.
"""


class AlignerError(Exception):
    """Base of everything that a user can mend; ``str()`` of it is one line."""


class UnknownName(AlignerError):
    """No part of a family has this name."""


class MissingExtra(AlignerError):
    """A known part needs a package that is not installed."""


class EncoderError(AlignerError):
    """An encoder's weights or vectors cannot be used."""


class CorpusError(AlignerError):
    """A corpus folder cannot be used at all: missing, empty, or in one language only."""


class ReadError(AlignerError):
    """One input file cannot be read; the others go on."""


class GoldError(AlignerError):
    """A file of beads or gold cannot be parsed."""


class SeedError(AlignerError):
    """A file of seeds cannot be used."""


class DecisionError(AlignerError):
    """A file of decisions cannot be used, or contradicts itself."""


class EngineError(AlignerError):
    """A cluster cannot be had, or loses what it is given."""


class ActionError(AlignerError):
    """Something that cannot be done to the beads of two documents; nothing is changed."""


class PortError(AlignerError):
    """A port of this machine cannot be had."""


class OutputError(AlignerError):
    """An output cannot be written; nothing is left half written."""
