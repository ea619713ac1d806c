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
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from io import StringIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aligner.cli import main
from aligner.encoders.use import UniversalSentenceEncoder
from aligner.writers.whole import _File


def get_ready() -> None:
    """Import and load all that a run needs, once for all processes to come, by a run."""
    encoder = UniversalSentenceEncoder()
    UniversalSentenceEncoder.__new__ = lambda cls: encoder  # type: ignore[method-assign, assignment]
    with TemporaryDirectory() as made, redirect_stdout(StringIO()), suppress(SystemExit):
        for name, text in (("it", "Il ponte fu costruito nel 1932."), ("en", "The bridge was built in 1932.")):
            (Path(made) / f"a.{name}.txt").write_text(text, encoding="utf-8")
        main(["run", made, "--encoder", "use", "-o", f"{made}/out", "--cache", f"{made}/cache"])


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
    except BaseException:
        traceback.print_exc()
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
    get_ready()
    for line in sys.stdin:
        with TemporaryDirectory() as made:
            for name in ("told", "warned"):
                (Path(made) / name).touch()
            print(json.dumps(obey(json.loads(line), Path(made))), flush=True)
