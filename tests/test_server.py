"""The review page's server: whoever has its start URL is served, and nobody else can do anything to it."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from test_session import ENGLISH, ITALIAN, key, make_run, realigned
from werkzeug.test import TestResponse

from aligner.alignment import Bead
from aligner.bitext import join
from aligner.cli import main
from aligner.encoders import ENCODERS
from aligner.errors import PortError
from aligner.report import Run
from aligner.review.measures import Measures
from aligner.review.server import app, serve
from aligner.review.session import Realign, Session
from aligner.workbench import open_workbench
from aligner.writers import WRITERS
from aligner.writers.run import write_run

PORT, TOKEN = 8765, "a-token-of-a-test"
HERE = f"http://127.0.0.1:{PORT}"


class Client(FlaskClient):
    """A client that asks for our host, and posts as our page does."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", HERE)
        return super().open(*args, **kwargs)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "decisions.tsv"


@pytest.fixture
def made(path: Path) -> Flask:
    made = app(Session(make_run(), path, realigned), TOKEN, PORT)
    made.test_client_class = Client
    return made


@pytest.fixture
def stranger(made: Flask) -> FlaskClient:
    return made.test_client()


@pytest.fixture
def client(made: Flask) -> FlaskClient:
    """A browser that was given the start URL."""
    client = made.test_client()
    assert client.get(f"/?token={TOKEN}").status_code == 303
    return client


def act(client: FlaskClient, headers: dict[str, str] | None = None, **action: Any) -> TestResponse:
    return client.post("/api/pairs/0", json=action, headers={"Origin": HERE} if headers is None else headers)


def accepting(client: FlaskClient) -> dict[str, Any]:
    pair = client.get("/api/pairs/0").get_json()
    return {"version": pair["version"], "action": "accept", "key": key(pair, 0)}


def test_the_start_url_gives_a_cookie_that_no_script_and_no_other_site_can_use(stranger: FlaskClient) -> None:
    answer = stranger.get(f"/?token={TOKEN}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"aligner-{PORT}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    page = stranger.get("/")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert TOKEN not in page.text


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], f"{TOKEN}x", "è", "%ff"])
def test_another_token_opens_nothing(stranger: FlaskClient, token: str) -> None:
    answer = stranger.get(f"/?token={token}")
    assert answer.status_code == 403
    assert "open the URL that `align review` printed" in answer.text
    assert "Set-Cookie" not in answer.headers


def routes(made: Flask) -> Iterator[tuple[str, str]]:
    """Every method of every route, with a number where one is asked for."""
    for rule in made.url_map.iter_rules():
        place = re.sub("<int:[a-z]+>", "0", rule.rule)
        assert "<" not in place, "a part of a path that is no number might name a file"
        for method in rule.methods or ():
            yield method, place


ROUTES = sorted(routes(app(Session(make_run(), Path("unwritten.tsv"), realigned), TOKEN, PORT)))


def test_the_routes_are_those_of_the_contract() -> None:
    assert {place for _, place in ROUTES} == {
        "/",
        "/api/view",
        "/api/documents/0",
        "/api/pairs/0",
        "/api/export",
        "/api/formats",
        "/api/decisions",
    }


REFUSED: dict[str, dict[str, Any]] = {
    "no cookie": {},
    "a cookie of another server": {"headers": {"Cookie": f"aligner-{PORT + 1}={TOKEN}"}},
    "a wrong cookie": {"headers": {"Cookie": f"aligner-{PORT}=wrong"}},
}


@pytest.mark.parametrize(("method", "place"), ROUTES)
@pytest.mark.parametrize("case", REFUSED)
def test_every_route_refuses_without_the_cookie(stranger: FlaskClient, method: str, place: str, case: str) -> None:
    headers = {"Origin": HERE, **REFUSED[case].get("headers", {})}
    answer = stranger.open(place, method=method, headers=headers)
    assert answer.status_code == 403
    assert method == "HEAD" or "align review" in answer.text


FOREIGN = {
    "another host": {"base_url": f"http://evil.example:{PORT}"},
    "another port": {"base_url": "http://127.0.0.1:80"},
    "another address of this machine": {"base_url": f"http://0.0.0.0:{PORT}"},
    "another origin": {"headers": {"Origin": "http://evil.example"}},
    "another server on this machine": {"headers": {"Origin": f"http://127.0.0.1:{PORT + 1}"}},
    "another protocol": {"headers": {"Origin": f"https://127.0.0.1:{PORT}"}},
    "a sandbox": {"headers": {"Origin": "null"}},
}


@pytest.mark.parametrize(("method", "place"), ROUTES)
@pytest.mark.parametrize("case", FOREIGN)
def test_every_route_refuses_pages_from_elsewhere_even_with_the_cookie(
    stranger: FlaskClient, method: str, place: str, case: str
) -> None:
    told = FOREIGN[case]
    headers = {"Cookie": f"aligner-{PORT}={TOKEN}", **told.get("headers", {})}  # type: ignore[dict-item]
    answer = stranger.open(place, method=method, headers=headers, base_url=told.get("base_url", HERE))
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(("method", "place"), ROUTES)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_data_goes_to_no_page_from_elsewhere(client: FlaskClient, method: str, place: str, site: str) -> None:
    if place != "/":
        assert client.open(place, method=method, headers={"Sec-Fetch-Site": site}).status_code == 403


def test_localhost_is_a_name_of_ours_too(made: Flask) -> None:
    client, there = made.test_client(), f"http://localhost:{PORT}"
    client.get(f"/?token={TOKEN}", base_url=there)
    pair = client.get("/api/pairs/0", base_url=there).get_json()
    action = {"version": pair["version"], "action": "accept", "key": key(pair, 0)}
    assert client.post("/api/pairs/0", json=action, base_url=there, headers={"Origin": there}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_post_from_elsewhere_changes_nothing(client: FlaskClient, path: Path, headers: dict[str, str]) -> None:
    assert act(client, headers, **accepting(client)).status_code == 403
    assert not path.exists()


@pytest.mark.parametrize("headers", [{"Origin": HERE}, {"Sec-Fetch-Site": "same-origin"}])
def test_our_page_may_decide(client: FlaskClient, path: Path, headers: dict[str, str]) -> None:
    answer = act(client, headers, **accepting(client))
    assert answer.status_code == 200
    assert answer.get_json()["beads"][0]["decision"] == "accepted"
    assert "accepted" in path.read_text("utf-8")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""])
def test_a_form_decides_nothing(client: FlaskClient, path: Path, kind: str) -> None:
    data = json.dumps(accepting(client))
    answer = client.post("/api/pairs/0", data=data, content_type=kind, headers={"Origin": HERE})
    assert answer.status_code == 415
    assert not path.exists()


@pytest.mark.parametrize(
    ("data", "status"),
    [("{", 400), ("[]", 400), ("7", 400), ("null", 400), ("{}", 409), ('{"version": 5}', 409), ("[" * 100_000, 400)],
)
def test_what_is_no_action_is_told(client: FlaskClient, data: str, status: int) -> None:
    answer = client.post("/api/pairs/0", data=data, content_type="application/json", headers={"Origin": HERE})
    assert answer.status_code == status
    assert answer.get_json()["error"]


def test_a_body_without_end_is_refused(client: FlaskClient) -> None:
    answer = act(client, action="note", note="x" * (2 << 20))
    assert answer.status_code == 413
    assert answer.get_json()["error"]


def test_a_stale_version_is_told_with_what_there_is_now(client: FlaskClient) -> None:
    action = accepting(client)
    assert act(client, **action).status_code == 200
    answer = act(client, **action)
    assert answer.status_code == 409
    assert answer.get_json()["pair"] == client.get("/api/pairs/0").get_json()


def test_an_impossible_action_is_told(client: FlaskClient) -> None:
    answer = act(client, **{**accepting(client), "action": "split"})
    assert (answer.status_code, list(answer.get_json())) == (400, ["error"])


@pytest.mark.parametrize(
    "place",
    [
        "/api/documents/4",
        "/api/documents/-1",
        "/api/documents/99999999999999999999",
        "/api/pairs/2",
        "/api/documents/../../etc/passwd",
        "/api/documents/..%2f..%2fetc%2fpasswd",
        "/api/documents/%2e%2e/%2e%2e/etc/passwd",
        "/api/documents//etc/passwd",
        "/..%5c..%5cetc/passwd",
        "/static/page.css",
        "/assets/main.js",
        "/decisions.tsv",
        "/api/pairs/0/..",
        "/api",
        "/favicon.ico",
    ],
)
def test_there_is_nothing_else_to_read(client: FlaskClient, place: str) -> None:
    answer = client.get(place)
    assert answer.status_code == 404
    assert list(answer.get_json()) == ["error"]


def test_documents_that_are_not_there_cannot_be_decided_on(client: FlaskClient) -> None:
    answer = client.post("/api/pairs/7", json={"action": "undo"}, headers={"Origin": HERE})
    assert answer.status_code == 404


@pytest.mark.parametrize("suffix", ["../x", "/etc/passwd", "", ".exe", ".tsv/../../x", "x.tsv", ".TSV\n", "\x00"])
def test_there_are_no_other_formats(client: FlaskClient, suffix: str) -> None:
    answer = client.get("/api/export", query_string={"format": suffix})
    assert answer.status_code == 400
    assert "no such writer" in answer.get_json()["error"]


@pytest.mark.parametrize("suffix", [suffix for suffix, part in WRITERS.items() if not part.missing()])
def test_the_bitext_comes_in_every_format_or_says_why_not(client: FlaskClient, suffix: str) -> None:
    answer = client.get("/api/export", query_string={"format": suffix})
    if answer.status_code == 400:
        assert answer.get_json()["error"]
        return
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="bitext.')
    if ".zip" in answer.headers["Content-Disposition"]:
        names = ZipFile(BytesIO(answer.data)).namelist()
        assert len(names) > 1
        assert not any(name.startswith(("/", "..")) for name in names)
    else:
        assert answer.data


def test_what_was_rejected_is_not_in_the_download(client: FlaskClient) -> None:
    act(client, **{**accepting(client), "action": "reject"})
    table = client.get("/api/export?format=.tsv").text
    assert table.count(ITALIAN[0]) == 1
    assert table.count(ITALIAN[1]) == 2
    assert [".tsv", WRITERS[".tsv"].summary] in client.get("/api/formats").get_json()


def test_the_decisions_can_be_taken_away(client: FlaskClient, path: Path) -> None:
    assert client.get("/api/decisions").text.count("\n") == 1
    act(client, **accepting(client))
    assert client.get("/api/decisions").data == path.read_bytes()


def test_every_answer_is_of_no_use_to_other_pages(client: FlaskClient, stranger: FlaskClient) -> None:
    for answer in (client.get("/"), client.get("/api/view"), client.get("/nowhere"), stranger.get("/")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in client.get("/api/view").headers["Content-Security-Policy"]
    assert "connect-src &#x27;self&#x27;" in client.get("/").text


def test_hostile_names_and_texts_come_back_as_data_only(path: Path) -> None:
    hostile = "</script><script>alert(1)</script>\ud800"
    run = make_run(source=[hostile, *ITALIAN[1:]], target=[*ENGLISH[:2], "<img src=x onerror=alert(2)>"])
    made = app(Session(run, path, realigned), TOKEN, PORT)
    made.test_client_class = Client
    client = made.test_client()
    client.get(f"/?token={TOKEN}")
    answer = client.get("/api/documents/0")
    assert answer.mimetype == "application/json"
    assert answer.get_json()["text"].startswith(hostile)
    noted = act(client, **{**accepting(client), "action": "note", "note": hostile}).get_json()
    assert noted["beads"][0]["note"] == hostile.replace("\ud800", "\ufffd")
    assert "alert(" not in client.get("/").text
    assert client.get("/api/decisions").status_code == 200


def _addresses() -> list[str]:
    """The addresses of this machine that others may reach, and those of loopback beside ours."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
            own = [asked.getsockname()[0]]
        except OSError:
            own = []
    return [*(one for one in own if not one.startswith("127.")), "127.0.0.2"]


def test_only_the_loopback_address_is_listened_at(path: Path) -> None:
    told: list[str] = []
    is_open, may_end = threading.Event(), threading.Event()

    def announce(url: str) -> None:
        told.append(url)
        is_open.set()
        may_end.wait(10)
        raise KeyboardInterrupt

    thread = threading.Thread(target=serve, args=(make_run(), path, realigned, None, announce))
    thread.start()
    assert is_open.wait(10)
    port = int(re.findall(r":(\d+)/", told[0])[0])
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        for address in _addresses():
            with pytest.raises(OSError):  # noqa: PT011
                socket.create_connection((address, port), 2).close()
        with pytest.raises(PortError, match=f"port {port}: is in use; choose another with --port"):
            serve(make_run(), path, realigned, port, told.append)
    finally:
        may_end.set()
        thread.join()
    assert len(re.findall(r"token=([\w-]{40,})$", told[0])) == 1


class Opened:
    """Stands in the place of the server and the browser: what each was told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file, self.pages = Path(), list[str]()
        monkeypatch.setattr("aligner.review.server.serve", self._serve)
        monkeypatch.setattr("click.launch", self.pages.append)

    def _serve(
        self,
        run: Run,
        path: Path,
        realign: Realign,
        port: int | None,
        announce: Callable[[str], object],
        measures: Measures,
    ) -> None:
        self.run, self.file, self.realign, self.port, self.measures = run, path, realign, port, measures
        announce("http://127.0.0.1:1/?token=t")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    return Opened(monkeypatch)


def test_decisions_go_beside_what_is_reviewed_or_where_they_are_told(opened: Opened, tmp_path: Path) -> None:
    folder, bitext = tmp_path / "run", tmp_path / "run" / "bitext.tsv"
    write_run(make_run(), folder)
    for arguments, file in (
        ([folder], folder / "decisions.tsv"),
        ([bitext], folder / "bitext.tsv.decisions.tsv"),
        ([folder, "--decisions", tmp_path / "mine.tsv"], tmp_path / "mine.tsv"),
    ):
        result = CliRunner().invoke(main, ["review", *map(str, arguments)])
        assert result.exit_code == 0, result.output
        assert opened.file == file
        assert f"decisions  {file}" in result.output
    assert len(opened.run.alignments) == 2
    assert opened.pages == ["http://127.0.0.1:1/?token=t"] * 3


def test_decisions_are_never_written_over_the_bitext(opened: Opened, tmp_path: Path) -> None:
    write_run(make_run(), tmp_path)
    bitext, other = tmp_path / "bitext.tsv", tmp_path / "other.tsv"
    other.symlink_to(bitext)
    for file in (bitext, other, tmp_path / "." / "bitext.tsv"):
        result = CliRunner().invoke(main, ["review", str(bitext), "--decisions", str(file)])
        assert (result.exit_code, result.output) == (1, f"Error: {file}: is what is read; name another file\n")
    assert opened.pages == []


def test_no_browser_is_opened_unless_wished(opened: Opened, tmp_path: Path) -> None:
    write_run(make_run(), tmp_path)
    result = CliRunner().invoke(main, ["review", str(tmp_path), "--no-browser", "--port", "8123"])
    assert (opened.pages, opened.port) == ([], 8123)
    assert "http://127.0.0.1:1/?token=t" in result.output


def test_two_documents_are_realigned_around_what_was_decided(opened: Opened, tmp_path: Path) -> None:
    write_run(make_run(), tmp_path)
    CliRunner().invoke(main, ["review", str(tmp_path), "--no-browser"])
    session = Session(opened.run, opened.file, opened.realign)
    seen = session.pair(0)
    done = session.act(0, {"version": seen["version"], "action": "link", "source": [2], "target": [2]})
    again = session.act(0, {"version": done["version"], "action": "realign"})
    assert [(bead["source"], bead["target"], bead["decision"]) for bead in again["beads"]] == [
        ([0], [0], ""),
        ([1], [1], ""),
        ([2], [2], "accepted"),
    ]


def test_a_split_keeps_the_half_that_the_encoder_finds_alike(opened: Opened, tmp_path: Path) -> None:
    source, target = (
        ["La delegazione arrivò a Bruxelles.", "Fine."],
        ["It began to snow, at last.", "The delegation came."],
    )
    run = make_run(source=source, target=target)
    first, second = run.alignments
    wide = replace(first, beads=(Bead((0,), (0, 1), p=0.9, relation="equivalent"), Bead((1,), ())))
    bitext = join([wide, replace(second, beads=())], run.bitext.signature)
    write_run(replace(run, alignments=bitext.alignments, bitext=bitext), tmp_path)
    CliRunner().invoke(main, ["review", str(tmp_path), "--no-browser"])
    session = Session(opened.run, opened.file, opened.realign, opened.measures)
    seen = session.pair(0)
    started = perf_counter()
    done = session.act(0, {"version": seen["version"], "action": "split", "key": key(seen, 0)})
    assert perf_counter() - started < 5
    assert [(bead["source"], bead["target"], bead["relation"]) for bead in done["beads"]] == [([0], [1], "equivalent")]


def test_documents_are_realigned_as_the_run_aligned_them(opened: Opened, tmp_path: Path) -> None:
    run = make_run()
    for signature, encoder, n in (
        ("aligner:0.1.0|encoder:use|splitter:lines", "use", 3),
        ("aligner:0.1.0|encoder:use|splitter:lines|min_p:1.0", "use", 0),
        ("aligner:0.1.0|encoder:mine/own|splitter:lines|min_p:none", "use", 3),
        ("aligner:0.1.0|encoder:e5|splitter:lines", "e5", 3),
    ):
        if encoder == "e5" and ENCODERS["e5"].missing():
            continue
        write_run(replace(run, bitext=replace(run.bitext, signature=signature)), tmp_path)
        result = CliRunner().invoke(main, ["review", str(tmp_path), "--no-browser"])
        assert ("aligned by mine/own, which is not at hand" in result.stderr) == ("mine/own" in signature)
        found = opened.realign(opened.run.alignments[0].pair)
        assert len(found.links) == n
        assert open_workbench(tmp_path).embedders.names == [encoder]


def test_what_the_page_needs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.registry.find_spec", lambda name: None if name == "waitress" else object())
    result = CliRunner().invoke(main, ["review", str(tmp_path)])
    assert result.exit_code == 1
    assert "needs waitress; run: pip install 'aligner[review]'" in result.output


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    for place, told in ((tmp_path, "holds no texts.jsonl"), (tmp_path / "none.tsv", "no such file")):
        result = CliRunner().invoke(main, ["review", str(place)])
        assert result.exit_code == 1
        assert told in result.output
