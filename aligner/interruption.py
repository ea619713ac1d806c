"""Ctrl-C while a process of ours starts: it ends at once, with nothing to say, since nothing was begun."""

import os
import signal

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it."""


def end_at_once() -> None:
    """Have Ctrl-C end this process without a word, until ``raise_again``; where it is ignored, it stays so.

    A ``KeyboardInterrupt`` would not do: while modules are imported, Python prints and drops it in some places.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def raise_again() -> None:
    """Have Ctrl-C raise ``KeyboardInterrupt`` again where it was to end the process."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(*_: object) -> None:
    os._exit(INTERRUPTED)
