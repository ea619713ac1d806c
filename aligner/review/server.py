"""The server of the review page: on this machine only, for the browser that has its token, and without any files."""

import errno
import os
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from io import StringIO
from pathlib import Path
from secrets import token_urlsafe

from flask import Flask, Response, jsonify, request
from waitress.server import create_server
from werkzeug.exceptions import HTTPException

from aligner.errors import ActionError, AlignerError, MissingExtra, PortError, UnknownName
from aligner.report import Run
from aligner.review.export import export, suffixes
from aligner.review.guard import Guard, protect
from aligner.review.measures import UNMEASURED, Measures
from aligner.review.session import ConflictError, Realign, Session
from aligner.viewer.page import render
from aligner.writers.decisions import write_decisions
from aligner.writers.formats import Unfit

ADDRESS = "127.0.0.1"

MAX_BODY = 1 << 20
"""Bytes of an action; the longest, a link of all sentences of two books, has fewer."""

Answer = Response | tuple[Response, int]


def app(session: Session, token: str, port: int) -> Flask:
    """The application: the page, its data, and what is done in it.

    Args:
        session: what is decided on.
        token: what the start URL holds, and afterwards a cookie.
        port: where it is served.
    """
    made = Flask("aligner", static_folder=None, template_folder=None)
    made.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    made.json.sort_keys = False  # type: ignore[attr-defined]
    guard = Guard(token, port)

    @made.before_request
    def check() -> Answer | None:
        refusal = guard.refusal(request)
        return _text(refusal, 403) if refusal else None

    made.after_request(protect)
    made.register_error_handler(HTTPException, _error)
    made.register_error_handler(AlignerError, _failure)
    made.register_error_handler(RecursionError, lambda _: (jsonify(error="nested too deeply"), 400))
    made.register_error_handler(Unfit, lambda error: (jsonify(error=str(error)), 400))
    made.register_error_handler(LookupError, lambda _: (jsonify(error="no such documents"), 404))

    @made.get("/")
    def page() -> Response:
        if "token" in request.args:
            return guard.admit(Response(status=303, headers={"Location": "/"}))
        return Response("".join(render(session.view())), mimetype="text/html")

    @made.get("/api/view")
    def view() -> Response:
        return jsonify(session.view())

    @made.get("/api/documents/<int:number>")
    def document(number: int) -> Response:
        return jsonify(session.document(number))

    @made.get("/api/pairs/<int:number>")
    def pair(number: int) -> Response:
        return jsonify(session.pair(number))

    @made.post("/api/pairs/<int:number>")
    def act(number: int) -> Answer:
        action = request.get_json()
        if not isinstance(action, dict):
            return jsonify(error="an action is a JSON object"), 400
        try:
            return jsonify(session.act(number, action))
        except ConflictError as error:
            return jsonify(error=str(error), pair=error.pair), 409

    @made.get("/api/formats")
    def formats() -> Response:
        return jsonify(suffixes())

    @made.get("/api/export")
    def download() -> Response:
        name, data = export(session.bitext(), request.args.get("format", ""))
        return _download(name, data)

    @made.get("/api/decisions")
    def decisions() -> Response:
        table = StringIO()
        write_decisions(session.decisions(), table)
        return _download("decisions.tsv", table.getvalue().encode())

    return made


def serve(
    run: Run,
    path: Path,
    realign: Realign,
    port: int | None = None,
    announce: Callable[[str], object] = print,
    measures: Measures = UNMEASURED,
) -> None:
    """Serve the page of a run on this machine until interrupted.

    Args:
        run: what to decide on.
        path: the file of decisions.
        realign: gives two documents aligned anew around their locks.
        port: where to listen; any free port where ``None``.
        announce: is told the start URL once the page can be opened.
        measures: what links that a person makes are measured by.

    Raises:
        DecisionError: the file of decisions cannot be used.
        PortError: the port cannot be had.
    """
    session = Session(run, path, realign, measures)
    listening = _listening(port or 0)
    number = listening.getsockname()[1]
    token = token_urlsafe(32)
    server = create_server(
        app(session, token, number),
        sockets=[listening],
        ident=None,
        max_request_body_size=MAX_BODY,
        clear_untrusted_proxy_headers=True,
    )
    # Ctrl-C is how it is meant to end: nothing is to be saved any more.
    with closing(server), suppress(KeyboardInterrupt):
        announce(f"http://{ADDRESS}:{number}/?token={token}")
        server.run()


def _listening(port: int) -> socket.socket:
    """A socket at this port of the loopback address, which no other machine reaches."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Else a port stays closed for a minute after its last server; on Windows this would share a port that is used.
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((ADDRESS, port))
        made.listen()
    except OSError as error:
        made.close()
        told = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
        raise PortError(f"port {port}: {told}; choose another with --port, or leave it out for a free one") from error
    return made


def _error(error: HTTPException) -> Answer:
    """What HTTP has a word for: no such route, a body too long."""
    return jsonify(error=error.description or error.name), error.code or 500


def _failure(error: AlignerError) -> Answer:
    """What a person can mend: something impossible was asked for, or else a disk is full."""
    return jsonify(error=str(error)), 400 if isinstance(error, (ActionError, UnknownName, MissingExtra)) else 500


def _text(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")


def _download(name: str, data: bytes) -> Response:
    return Response(
        data,
        mimetype="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
