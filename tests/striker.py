"""Runs `align` in processes of its own, each a copy of this one, and kills them as it is told: a start costs nothing.

Every line on standard input is an order in JSON: ``arguments``, and how the run ends before its time, if it is to:
``after`` so many seconds, ``before`` such a step of putting files in place, or by a limit to the bytes of a file,
``largest``. The answer is a line with ``status`` (negative: the signal), ``seconds``, ``told`` and ``warned``.
"""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aligner.cli import main
from aligner.encoders.use import UniversalSentenceEncoder
from aligner.writers.whole import _File


def keep_weights() -> None:
    """Read the weights once for all processes to come."""
    encoder = UniversalSentenceEncoder()
    encoder.encode(["Uno.", "One."])
    UniversalSentenceEncoder.__new__ = lambda cls: encoder  # type: ignore[method-assign, assignment]


def die_before(step: int) -> None:
    """Have this process die when it is about to take a step with one of its files, counted from 0."""
    steps = count()

    def struck(work: Callable[[_File], None]) -> Callable[[_File], None]:
        def strike(file: _File) -> None:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            work(file)

        return strike

    for name in ("finish", "remove", "put"):
        setattr(_File, name, struck(getattr(_File, name)))


def run(order: dict[str, Any], folder: Path) -> None:
    """Be the run that was ordered, and end with it."""
    for stream, name in ((1, "told"), (2, "warned")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), stream)
    if "before" in order:
        die_before(order["before"])
    if "largest" in order:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], resource.RLIM_INFINITY))
    try:
        main(order["arguments"])
    except SystemExit as ended:
        sys.stdout.flush()
        os._exit(int(ended.code or 0))
    finally:
        os._exit(99)


def obey(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The answer to an order."""
    began = time.monotonic()
    child = os.fork()
    if not child:
        run(order, folder)
    if "after" in order:
        time.sleep(order["after"])
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seconds = time.monotonic() - began
    return {"status": status, "seconds": seconds, **{name: (folder / name).read_text() for name in ("told", "warned")}}


if __name__ == "__main__":
    keep_weights()
    for line in sys.stdin:
        with TemporaryDirectory() as made:
            for name in ("told", "warned"):
                (Path(made) / name).touch()
            print(json.dumps(obey(json.loads(line), Path(made))), flush=True)
