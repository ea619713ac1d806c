"""What the review page keeps: every decision at once, whoever else decides, and after whatever befalls the server."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.cookiejar import CookieJar
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from conftest import document

from aligner.alignment import Alignment, Bead
from aligner.bitext import join, spelled
from aligner.corpus import Corpus
from aligner.decisions import Decision
from aligner.document import Document, DocumentPair, Lock, Relation
from aligner.errors import ActionError, DecisionError, OutputError
from aligner.report import Run
from aligner.review.session import ConflictError, Session
from aligner.writers.decisions import read_decisions, write_decisions
from aligner.writers.run import write_run

ALIGN = Path(sys.executable).with_name("align")
ITALIAN = ["Il primo accordo fu firmato nel 1995.", "La delegazione arrivò a Bruxelles.", "Nessuno lo sapeva."]
ENGLISH = ["The first agreement was signed in 1996.", "The delegation arrived in Brussels.", "Nobody knew it."]


def make_run(*, source: list[str] = ITALIAN, target: list[str] = ENGLISH) -> Run:
    """Two pairs of documents, of which the first two sentences are aligned."""
    alignments = [_aligned(document(source, "it", f"it/{name}"), document(target, "en", f"en/{name}")) for name in "ab"]
    documents = tuple(text for one in alignments for text in (one.pair.source, one.pair.target))
    corpus = Corpus(Path("corpus"), tuple(one.text for one in documents), {})
    bitext = join(alignments, "aligner:0.1.0|encoder:use|splitter:lines")
    return Run(corpus, documents, tuple(alignments), bitext)


def _aligned(source: Document, target: Document) -> Alignment:
    links = (Bead((0,), (0,), p=0.9, relation="conflicting"), Bead((1,), (1,), p=0.8, relation="equivalent"))
    lone = (Bead((2,), ()), Bead((), (2,)))
    return Alignment(DocumentPair(source, target, Relation.PARALLEL, 0.8), (*links, *lone), "monotone")


def realigned(pair: DocumentPair) -> Alignment:
    """Stands for a method: what is locked, and the last sentences linked."""
    locked = [Bead(lock.source, lock.target, p=1.0, decision="accepted") for lock in pair.locked]
    return Alignment(pair, (*locked, Bead((2,), (2,), p=0.6, relation="equivalent")), "monotone")


def key(pair: dict[str, Any], number: int, part: str = "beads") -> str:
    return ":".join(f"{start}-{end}" for start, end in pair[part][number]["spans"])


def act(session: Session, number: int = 0, **action: Any) -> dict[str, Any]:
    """Act on a pair as a page does that has just loaded it."""
    return session.act(number, {"version": session.pair(number)["version"], **action})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "decisions.tsv"


@pytest.fixture
def session(path: Path) -> Session:
    return Session(make_run(), path, realigned)


def test_a_decision_is_on_the_disk_before_it_is_answered(session: Session, path: Path) -> None:
    assert not path.exists()
    told = act(session, action="accept", key=key(session.pair(0), 0))
    (kept,) = read_decisions(path)
    assert (kept.decision, kept.source_doc, kept.source_text) == ("accepted", "it/a", ITALIAN[0])
    assert told["beads"][0]["decision"] == "accepted"


def test_a_session_goes_on_where_the_last_one_ended(session: Session, path: Path) -> None:
    act(session, action="reject", key=key(session.pair(0), 0))
    act(session, action="alone", side="target", sentence=2)
    act(session, action="note", key=key(session.pair(0), 0), note="sure?")
    act(session, 1, action="documents", relation="comparable", note="not one text")
    again = Session(make_run(), path, realigned)
    assert again.pair(0) == {**session.pair(0), "undo": False}
    assert again.pair(1) == {**session.pair(1), "undo": False}
    assert again.pair(1)["relation"] == "comparable"
    assert again.view()["pairs"][1]["relation"] == "comparable"


def test_decisions_are_undone_and_done_again_on_the_disk_too(session: Session, path: Path) -> None:
    start = session.pair(0)
    done = act(session, action="accept", key=key(start, 0))
    undone = act(session, action="undo")
    assert undone == {**start, "redo": True}
    assert read_decisions(path) == ()
    assert act(session, action="redo") == done
    assert len(read_decisions(path)) == 1
    with pytest.raises(ActionError, match="nothing to redo"):
        act(session, action="redo")


def test_what_is_impossible_changes_nothing(session: Session, path: Path) -> None:
    before = session.pair(0)
    with pytest.raises(ActionError, match="cannot be split"):
        act(session, action="split", key=key(before, 0))
    assert session.pair(0) == before
    assert not path.exists()


def test_two_browsers_do_not_overwrite_each_other(session: Session) -> None:
    seen = session.pair(0)
    session.act(0, {"version": seen["version"], "action": "reject", "key": key(seen, 0)})
    with pytest.raises(ConflictError, match="someone else") as caught:
        session.act(0, {"version": seen["version"], "action": "accept", "key": key(seen, 0)})
    assert caught.value.pair == session.pair(0)
    assert session.pair(0)["rejected"][0]["decision"] == "rejected"


def test_two_servers_do_not_overwrite_each_other(session: Session, path: Path) -> None:
    other = Session(make_run(), path, realigned)
    seen = other.pair(0)
    act(session, action="reject", key=key(seen, 0))
    with pytest.raises(ConflictError):
        other.act(0, {"version": seen["version"], "action": "accept", "key": key(seen, 0)})
    assert other.pair(0) == {**session.pair(0), "undo": False}
    act(other, 1, action="accept", key=key(other.pair(1), 1))
    assert {(one.source_doc, one.decision) for one in read_decisions(path)} == {
        ("it/a", "rejected"),
        ("it/b", "accepted"),
    }


def test_many_at_once_lose_nothing(path: Path) -> None:
    sessions = [Session(make_run(), path, realigned) for _ in range(4)]
    failures: list[Exception] = []

    def decide(worker: int) -> None:
        for step in range(10):
            while True:
                try:
                    one = sessions[worker]
                    pair = one.pair(worker % 2)
                    old = pair["note"]
                    action = {"action": "documents", "relation": "", "note": f"{old} {worker}.{step}"}
                    one.act(worker % 2, {"version": pair["version"], **action})
                    break
                except ConflictError:
                    continue
                except Exception as error:
                    failures.append(error)
                    return

    threads = [threading.Thread(target=decide, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    notes = [session["note"].split() for session in (sessions[0].pair(number) for number in (0, 1))]
    assert sorted(chain(*notes)) == sorted(f"{worker}.{step}" for worker in range(4) for step in range(10))


def test_a_file_that_was_changed_beneath_is_read_anew(session: Session, path: Path) -> None:
    seen = act(session, action="accept", key=key(session.pair(0), 0))
    path.write_text(path.read_text("utf-8").replace("accepted", "rejected"), "utf-8")
    with pytest.raises(ConflictError) as caught:
        session.act(0, {"version": seen["version"], "action": "accept", "key": key(seen, 1)})
    assert [bead["decision"] for bead in caught.value.pair["rejected"]] == ["rejected"]
    assert [one.decision for one in read_decisions(path)] == ["rejected"]
    assert caught.value.pair["undo"] is False


def test_a_file_that_git_could_not_merge_is_told_and_left(session: Session, path: Path) -> None:
    seen = act(session, action="accept", key=key(session.pair(0), 0))
    broken = f"<<<<<<< HEAD\n{path.read_text('utf-8')}>>>>>>> theirs\n"
    path.write_text(broken, "utf-8")
    assert any("git could not merge" in line for line in session.view()["warnings"])
    with pytest.raises(ConflictError, match="git could not merge"):
        session.act(0, {"version": seen["version"], "action": "accept", "key": key(seen, 1)})
    assert path.read_text("utf-8") == broken
    with pytest.raises(DecisionError, match="git could not merge"):
        Session(make_run(), path, realigned)


def test_decisions_that_cannot_be_kept_stay_in_the_file(session: Session, path: Path) -> None:
    act(session, action="accept", key=key(session.pair(0), 0))
    elsewhere = Decision(source_doc="it/z", target_doc="en/z", relation="parallel")
    decisions = [*session.decisions(), elsewhere]
    with path.open("w", encoding="utf-8") as file:
        write_decisions(decisions, file)
    before = set(read_decisions(path))
    changed = make_run(source=["Un altro testo.", *ITALIAN[1:]])
    later = Session(changed, path, realigned)
    assert any("decide again" in line for line in later.view()["warnings"])
    assert later.pair(0)["undo"] is False
    act(later, action="accept", key=key(later.pair(0), 1))
    assert before < set(read_decisions(path))


def test_what_is_decided_anew_takes_the_place_of_what_could_not_be_kept(path: Path) -> None:
    first = Session(make_run(), path, realigned)
    act(first, action="merge", keys=[key(first.pair(0), 0), key(first.pair(0), 1)])
    later = Session(make_run(source=[ITALIAN[0], "Altra cosa.", ITALIAN[2]]), path, realigned)
    act(later, action="accept", key=key(later.pair(0), 0))
    assert [one.source_text for one in read_decisions(path)] == [ITALIAN[0]]


def test_a_file_that_holds_records_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_run(make_run(), folder)
    with pytest.raises(DecisionError, match="no table of decisions"):
        Session(make_run(), folder / "bitext.tsv", realigned)


def test_what_a_bitext_says_was_decided_is_taken_up_where_there_is_no_file(path: Path) -> None:
    run = make_run()
    first = run.alignments[0]
    beads = (replace(first.beads[0], decision="accepted", note="n", p=1.0), *first.beads[1:])
    pair = replace(first.pair, locks=(Lock((1,), (1,), decision="rejected"),))
    told = replace(run, alignments=(replace(first, pair=pair, beads=beads), run.alignments[1]))
    session = Session(told, path, realigned)
    assert [bead["decision"] for bead in session.pair(0)["beads"]] == ["accepted"]
    assert [bead["decision"] for bead in session.pair(0)["rejected"]] == ["rejected"]
    act(session, 1, action="accept", key=key(session.pair(1), 0))
    assert len(read_decisions(path)) == 3


def test_realigning_keeps_the_decisions_and_can_be_undone(session: Session) -> None:
    start = act(session, action="accept", key=key(session.pair(0), 0))
    done = act(session, action="realign")
    assert [(bead["source"], bead["decision"]) for bead in done["beads"]] == [([0], "accepted"), ([2], "")]
    assert done["realigned"] is True
    back = act(session, action="undo")
    assert back == {**start, "redo": True}


def test_what_is_decided_while_realigning_is_not_lost(path: Path) -> None:
    is_running, may_end = threading.Event(), threading.Event()

    def slow(pair: DocumentPair) -> Alignment:
        is_running.set()
        may_end.wait(10)
        return realigned(pair)

    session = Session(make_run(), path, slow)
    caught: list[Exception] = []

    def realign() -> None:
        try:
            act(session, action="realign")
        except ConflictError as error:
            caught.append(error)

    thread = threading.Thread(target=realign)
    thread.start()
    assert is_running.wait(10)
    done = act(session, action="accept", key=key(session.pair(0), 0))
    may_end.set()
    thread.join()
    assert len(caught) == 1
    assert session.pair(0) == done


def test_a_disk_that_is_full_changes_nothing(session: Session, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = session.pair(0)

    def full(*_: object, **__: object) -> None:
        raise OutputError("decisions.tsv: cannot be written (No space left on device); choose another place")

    monkeypatch.setattr("aligner.review.store.write_whole", full)
    with pytest.raises(OutputError, match="No space left"):
        act(session, action="accept", key=key(before, 0))
    assert session.pair(0) == before


def test_the_records_are_those_that_were_decided(session: Session) -> None:
    act(session, action="reject", key=key(session.pair(0), 0))
    act(session, action="link", source=[2], target=[2])
    records = [(one.source_text, one.decision, one.p) for one in session.bitext().pairs if one.source_doc == "it/a"]
    assert records == [(ITALIAN[1], "", 0.8), (ITALIAN[2], "accepted", 1.0)]


def test_languages_are_written_as_in_the_run(path: Path) -> None:
    run = make_run()
    found = spelled(run.bitext, {"it": "ita_Latn", "en": "eng_Latn"})
    session = Session(replace(run, bitext=found), path, realigned)
    assert session.bitext() == found
    act(session, action="link", source=[2], target=[2])
    assert {(one.source_lang, one.target_lang) for one in session.bitext().pairs} == {("ita_Latn", "eng_Latn")}


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, str]]:
    """`align review` on a folder in a process of its own, which is killed in the end: its id and its start URL."""
    command = [ALIGN, "review", folder, "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as server:
        try:
            assert server.stdout
            found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", server.stdout.readline())
            assert found
            yield server.pid, found[0]
        finally:
            server.kill()


class Browser:
    """What a browser does with the page's server."""

    def __init__(self, url: str) -> None:
        self._origin = url.partition("/?")[0]
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.page = self._opener.open(url, timeout=20).read().decode()

    def get(self, route: str) -> Any:
        return json.load(self._opener.open(f"{self._origin}/{route}", timeout=20))

    def post(self, route: str, action: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json", "Origin": self._origin}
        request = Request(f"{self._origin}/{route}", json.dumps(action).encode(), headers)
        return json.load(self._opener.open(request, timeout=20))


def test_a_decision_survives_a_killed_server_and_a_closed_browser(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_run(make_run(), folder)
    with served(folder) as (pid, url):
        one, other = Browser(url), Browser(url)
        assert "<!DOCTYPE html>" in one.page
        seen = other.get("api/pairs/0")
        done = one.post("api/pairs/0", {"version": seen["version"], "action": "reject", "key": key(seen, 0)})
        os.kill(pid, signal.SIGKILL)
    with served(folder) as (_, url):
        again = Browser(url)
        assert again.get("api/pairs/0") == {**done, "undo": False}
        with pytest.raises(HTTPError) as caught:
            again.post("api/pairs/0", {"version": seen["version"], "action": "accept", "key": key(seen, 0)})
        assert caught.value.code == 409
        assert json.load(caught.value)["pair"] == again.get("api/pairs/0")


def test_an_interrupted_server_ends_quietly(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_run(make_run(), folder)
    command = [ALIGN, "review", folder, "--no-browser"]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as server:
        assert server.stdout
        assert [server.stdout.readline()[:10] for _ in range(2)] == ["page      ", "decisions "]
        server.send_signal(signal.SIGINT)
        assert server.communicate(timeout=20) == ("", "")
        assert server.returncode == 0


def test_documents_aligned_both_ways_keep_what_was_decided_of_each(path: Path) -> None:
    one = _aligned(document(ITALIAN, "it", "a"), document(ENGLISH, "en", "b"))
    other = _aligned(one.pair.target, one.pair.source)
    corpus = Corpus(Path("corpus"), (one.pair.source.text, one.pair.target.text), {})
    run = Run(corpus, (one.pair.source, one.pair.target), (one, other), join([one, other], "aligner:0.1.0"))
    session = Session(run, path, realigned)
    act(session, 0, action="accept", key=key(session.pair(0), 0))
    act(session, 1, action="accept", key=key(session.pair(1), 1))
    again = Session(run, path, realigned)
    for number in (0, 1):
        assert again.pair(number)["version"] == session.pair(number)["version"]
    with pytest.raises(ActionError, match="the other way round"):
        act(session, 1, action="merge", keys=[key(session.pair(1), 0), key(session.pair(1), 1)])
    assert len(read_decisions(path)) == 2


def test_decisions_about_other_documents_are_told_and_stay(path: Path) -> None:
    elsewhere = Decision(source_doc="it/z", target_doc="en/z", relation="parallel")
    path.write_text("source_doc\ttarget_doc\tdecision\trelation\nit/z\ten/z\t\tparallel\n")
    session = Session(make_run(), path, realigned)
    assert "decisions about other documents: 1; they stay in the file" in session.view()["warnings"]
    act(session, action="accept", key=key(session.pair(0), 0))
    assert elsewhere in read_decisions(path)


def test_what_a_bitext_says_in_other_words_counts_and_what_nobody_knows_is_told(path: Path) -> None:
    run = make_run()
    first, second = run.alignments
    words = ("Accept ", "perhaps", "rejected", "")
    beads = tuple(replace(bead, decision=word) for bead, word in zip(first.beads, words, strict=True))
    session = Session(replace(run, alignments=(replace(first, beads=beads), second)), path, realigned)
    assert [bead["decision"] for bead in session.pair(0)["beads"]] == ["accepted", ""]
    told = "\n".join(session.view()["warnings"])
    assert "its decision is 'perhaps'; write accepted or rejected" in told
    assert "it rejects a sentence that has no counterpart" in told
    act(session, action="note", key=key(session.pair(0), 1), note="sure?")
    assert len(read_decisions(path)) == 2
