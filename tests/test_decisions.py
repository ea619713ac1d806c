import subprocess
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
from conftest import document
from hypothesis import given
from hypothesis import strategies as st

from aligner.alignment import Alignment, Bead
from aligner.bitext import Bitext, join
from aligner.decisions import Decision, contradictions, in_order, of_bead, of_record, settle, united, with_locks
from aligner.document import DocumentPair, Lock, Relation
from aligner.errors import DecisionError
from aligner.pipeline import write_bitext
from aligner.writers.decisions import COLUMNS, read_decisions, write_decisions

SOURCE = document(["Uno.", "Due.", "Tre.", "Uno."], "it", "it/a.txt")
TARGET = document(["One.", "Two.", "Three.", "One."], "en", "en/a.txt")
PAIR = DocumentPair(SOURCE, TARGET, Relation.PARALLEL, 1.0)


def decision(source=(), target=(), **told):
    """What is decided of these sentences of the two documents."""
    return Decision(
        source_doc="it/a.txt",
        target_doc="en/a.txt",
        source_span=SOURCE.span(source),
        target_span=TARGET.span(target),
        source_text=SOURCE.segment(source),
        target_text=TARGET.segment(target),
        **({"decision": "accepted"} | told),
    )


def sides(pair):
    return [(lock.source, lock.target, lock.decision) for lock in pair.locks]


# --- found again in the texts


def test_a_decision_holds_the_sentences_at_its_spans():
    settled = settle(PAIR, [decision((1,), (1, 2)), decision((0,)), decision((3,), (3,), decision="rejected")])
    assert sides(settled.pair) == [((1,), (1, 2), "accepted"), ((0,), (), "accepted"), ((3,), (3,), "rejected")]
    assert settled.stale == ()


def test_a_decision_from_the_other_side_is_turned():
    settled = settle(PAIR, [decision((1,), (2,), relation="source_contains_target").mirrored])
    assert settled.pair.locks == (Lock((1,), (2,), relation="source_contains_target"),)


def test_a_segment_that_moved_is_found_by_its_text():
    moved = document(["Zero.", "Uno.", "Due.", "Tre."], "it", "it/a.txt")
    settled = settle(replace(PAIR, source=moved), [decision((1,), (1,))])
    assert sides(settled.pair) == [((2,), (1,), "accepted")]


def test_a_segment_that_is_gone_or_stands_twice_is_stale():
    moved = document(["Zero.", "Zero.", "Uno.", "Uno.", "Due"], "it", "it/a.txt")
    settled = settle(replace(PAIR, source=moved), [decision((1,), (1,)), decision((0,), (0,), where="d.tsv:7")])
    assert settled.pair.locks == ()
    assert settled.stale == (
        "it/a.txt does not hold 'Due.', or holds it several times; decide again",
        "d.tsv:7: it/a.txt does not hold 'Uno.', or holds it several times; decide again",
    )


def test_a_part_of_a_sentence_is_told_as_such():
    whole = document(["Uno, due.", "Tre."], "it", "it/a.txt")
    part = replace(decision((1,), (1,)), source_span=(5, 9), source_text="due.")
    (lock,) = settle(replace(PAIR, source=whole), [part]).pair.locks
    assert (lock.source, lock.source_part, lock.target, lock.target_part) == ((0,), (5, 9), (1,), None)


def test_white_space_and_marks_that_do_not_print_do_not_count():
    source = document(["U\u00adno\u202e\n due."], "it", "it/a.txt")
    found = replace(decision((1,), (1,)), source_span=(0, 12), source_text="Uno due.")
    assert settle(replace(PAIR, source=source), [found]).pair.locked[0].source == (0,)


def test_without_spans_sentences_and_texts_tell_the_place():
    given = Decision(
        source_doc="it/a.txt",
        target_doc="en/a.txt",
        source_text="Uno.",
        target_text="Three.",
        source_sentences=(3,),
        decision="accepted",
    )
    assert sides(settle(PAIR, [given]).pair) == [((3,), (2,), "accepted")]


def test_what_another_decision_holds_by_now_is_stale():
    settled = settle(PAIR, [decision((1,), (1,)), decision((1, 2), (2,))])
    assert sides(settled.pair) == [((1,), (1,), "accepted")]
    assert settled.stale == ("it/a.txt and en/a.txt: another decision holds 'Due.\\nTre.' by now",)


def test_decisions_about_the_documents_say_how_they_belong_together():
    assert settle(PAIR, [decision(decision="", relation="comparable")]).pair.relation is Relation.COMPARABLE


# --- contradictions


def test_two_links_with_the_same_characters_contradict_each_other():
    one, other, third = decision((1,), (1,)), decision((1, 2), (2,)), decision((3,), (2,))
    assert contradictions([other, one]) == [(one.mirrored, other.mirrored)]
    assert contradictions([other, third]) == [(other.mirrored, third.mirrored)]
    assert not contradictions([one, third, decision((0,)), decision((), (0,))])


def test_yes_and_no_contradict_each_other_from_either_side():
    one = decision((1,), (1,))
    assert contradictions([one, replace(one, decision="rejected").mirrored])
    assert not contradictions([one, replace(one, note="sure").mirrored])
    assert not contradictions([one, replace(one, decision="", note="sure")])


def test_two_relations_contradict_each_other():
    one = decision(decision="", relation="parallel")
    assert contradictions([one, replace(one, relation="comparable")])


def test_spans_of_texts_that_read_differently_tell_nothing_of_each_other():
    one, other = decision((1,), (1,)), decision((1,), (2,))
    assert contradictions([one, other])
    assert not contradictions([one, replace(other, source_text="Gone")])


def test_decisions_about_the_same_are_one_with_both_notes():
    one = decision((1,), (1,), note="sure")
    both = united([one, replace(one, decision="", note="quite sure"), replace(one, note="but ask").mirrored])
    assert both == [replace(one, note="quite sure; but ask")]


# --- put in


def test_locks_are_put_in_and_what_they_contradict_falls_out():
    pair = settle(
        PAIR, [decision((1,), (1, 2), note="n"), decision((3,), (3,), decision="rejected"), decision((0,))]
    ).pair
    found = Alignment(pair, tuple(Bead((i,), (i,), p=0.5) for i in range(4)), "monotone")
    beads = with_locks(found).beads
    assert [(bead.source, bead.target) for bead in beads if bead.is_link] == [((1,), (1, 2))]
    (link,) = (bead for bead in beads if bead.is_link)
    assert (link.p, link.decision, link.note) == (1.0, "accepted", "n")
    assert [bead.source for bead in beads if bead.decision] == [(1,), (0,)]
    assert sorted(i for bead in beads for i in bead.source) == [0, 1, 2, 3]


def test_what_a_bead_and_its_record_say_is_the_same():
    bead = Bead((1,), (2,), decision="accepted", note="n")
    (record,) = join([Alignment(PAIR, (bead,), "mining")], "s").pairs
    assert of_bead(PAIR, bead) == of_record(record)


# --- the file


def written(path: Path, *decisions: Decision) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        write_decisions(decisions, file)
    return path


def test_decisions_are_a_line_each_in_order(tmp_path):
    about = decision(decision="", relation="comparable", note="see")
    path = written(tmp_path / "decisions.tsv", decision((1,), (1, 2)), decision((0,)), about, decision((0,)))
    assert path.read_bytes().decode() == (
        "source_doc\ttarget_doc\tsource_span\ttarget_span\tdecision\trelation\tnote\tsource_text\ttarget_text\n"
        "it/a.txt\ten/a.txt\t\t\t\tcomparable\tsee\t\t\n"
        "it/a.txt\ten/a.txt\t0-4\t\taccepted\t\t\tUno.\t\n"
        "it/a.txt\ten/a.txt\t5-9\t5-16\taccepted\t\t\tDue.\tTwo. Three.\n"
    )


TEXTS = st.text(st.sampled_from("ab è=+-@'\"\t\n\u2028\x1b<>"), max_size=8)
SPANS = st.tuples(st.integers(0, 50), st.integers(51, 99))


@given(
    st.lists(
        st.builds(
            Decision,
            source_doc=st.just("it/a"),
            target_doc=st.sampled_from(["en/a", "en/b"]),
            source_span=SPANS,
            target_span=SPANS,
            decision=st.just("rejected"),
            note=TEXTS,
            source_text=TEXTS,
            target_text=TEXTS,
        ),
        max_size=5,
        unique_by=lambda one: (one.target_doc, one.source_span, one.target_span),
    )
)
def test_what_is_written_is_read_again(tmp_path_factory, decisions):
    from aligner.writers.cells import clean

    path = written(tmp_path_factory.mktemp("d") / "decisions.tsv", *decisions)
    texts = ("note", "source_text", "target_text")
    expected = [replace(one, **{text: clean(getattr(one, text)) for text in texts}) for one in decisions]
    assert list(read_decisions(path)) == in_order(expected)
    assert written(path.parent / "again.tsv", *read_decisions(path)).read_bytes() == path.read_bytes()


HEADER = "\t".join(COLUMNS)
ROW = "it/a.txt\ten/a.txt\t0-4\t0-4\taccepted\t\t\tUno.\tOne."


def told(tmp_path, *lines):
    """The error that such a file gives, without the folder."""
    path = tmp_path / "decisions.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(DecisionError) as error:
        read_decisions(path)
    return str(error.value).replace(f"{tmp_path}/", "")


def test_lines_that_git_could_not_merge_are_named(tmp_path):
    conflict = ("<<<<<<< ours", ROW, "=======", ROW.replace("accepted", "rejected"), ">>>>>>> theirs")
    expected = "found '<<<<<<< ours'; git could not merge these lines; resolve the conflict first"
    assert told(tmp_path, HEADER, *conflict) == f"decisions.tsv:2: {expected}"
    assert told(tmp_path, *conflict) == f"decisions.tsv:1: {expected}"


def test_lines_that_a_merge_left_twice_are_one(tmp_path):
    path = tmp_path / "decisions.tsv"
    path.write_text(f"{HEADER}\n{ROW}\n{HEADER}\n{ROW}\n", encoding="utf-8")
    assert len(read_decisions(path)) == 1


@pytest.mark.skipif(which("git") is None, reason="needs git")
def test_git_merges_what_two_people_decided(tmp_path):
    def git(*arguments):
        told = ("-c", "user.name=a", "-c", "user.email=a@b", *arguments)
        subprocess.run(["git", *told], cwd=tmp_path, check=True, capture_output=True)

    both, mine, theirs = decision((0,), (0,)), decision((1,), (1,)), decision((2,), (2,), decision="rejected")
    path = written(tmp_path / "decisions.tsv", both)
    (tmp_path / ".gitattributes").write_text("decisions.tsv merge=union\n")
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "both")
    git("checkout", "-b", "theirs")
    written(path, both, replace(both, note="theirs"), theirs)
    git("commit", "-am", "theirs")
    git("checkout", "main")
    written(path, both, replace(both, note="mine"), mine)
    git("commit", "-am", "mine")
    git("merge", "theirs")
    assert [(one.decision, one.source_text) for one in read_decisions(path)] == [
        ("accepted", "Uno."),
        ("accepted", "Due."),
        ("rejected", "Tre."),
    ]
    assert sorted(read_decisions(path)[0].note.split("; ")) == ["mine", "theirs"]


def test_both_lines_of_a_contradiction_are_named_across_files_too(tmp_path):
    opposite = ROW.replace("accepted", "rejected")
    assert told(tmp_path, HEADER, ROW, "", opposite) == (
        "decisions.tsv:4: contradicts decisions.tsv:2; keep one of the two lines"
    )
    one, other = tmp_path / "one.tsv", tmp_path / "other.tsv"
    one.write_text(f"{HEADER}\n{ROW}\n")
    other.write_text(f"{HEADER}\n{opposite}\n")
    with pytest.raises(DecisionError, match=r"other\.tsv:2: contradicts .*one\.tsv:2"):
        read_decisions(one, other)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (ROW.replace("accepted", "maybe"), "its decision is 'maybe'; write accepted or rejected, or leave it empty"),
        (ROW.replace("0-4", "zero", 1), "its source_span is 'zero', which is no span, as 12-80"),
        (ROW.replace("accepted\t", "accepted\talike"), "its relation is 'alike'; write one of equivalent, "),
        ("it/a.txt\ten/a.txt\t\t\t\tequivalent\t\t\t", "its relation is 'equivalent'; write one of parallel, "),
        ("it/a.txt\ten/a.txt\t\t\taccepted\t\t\t\t", "it is about two documents, which are neither accepted nor"),
        ("\ten/a.txt\t0-4\t0-4\taccepted\t\t\t\t", "it names no documents; keep the columns source_doc and target_doc"),
        ("it/a.txt\ten/a.txt\t0-4\t\trejected\t\t\tUno.\t", "it rejects a sentence that has no counterpart; reject"),
        ("it/a.txt\ten/a.txt\t0-4\t0-4\t\t\t\t\t", "it decides nothing; write a decision, a relation or a note, or"),
        (ROW.replace("0-4", "4-0", 1), "a span of it ends where it begins, or before; a span is START-END"),
        (ROW.replace("0-4", "4-4", 1), "a span of it ends where it begins, or before; a span is START-END"),
        (ROW + "\tmore", "it has 10 cells, and the header row 9"),
    ],
)
def test_a_line_that_says_no_decision_is_named(tmp_path, line, expected):
    found = told(tmp_path, HEADER, line)
    assert found.startswith("decisions.tsv:2: found ")
    assert f"; {expected}" in found


@pytest.mark.parametrize("suffix", [".tsv", ".jsonl", ".csv", ".xlsx", ".parquet"])
def test_records_that_were_decided_in_any_table_are_decisions(tmp_path, suffix):
    beads = [
        Bead((0,), (0,), p=0.9, relation="equivalent"),
        Bead((1,), (1,), decision=" Accept ", relation="equivalent"),
        Bead((2,), (2,), decision="REJECTED", note="no "),
        Bead((3,), (3,), note="why?"),
    ]
    bitext = join([Alignment(PAIR, tuple(beads), "monotone")], "s")
    write_bitext(bitext, tmp_path / f"bitext{suffix}")
    assert read_decisions(tmp_path / f"bitext{suffix}") == (
        decision((1,), (1,)),
        decision((2,), (2,), decision="rejected", note="no"),
        decision((3,), (3,), decision="", note="why?"),
    )


def test_a_word_in_a_bitext_that_says_no_decision_is_named_with_its_record(tmp_path):
    beads = (Bead((1,), (1,)), Bead((2,), (2,), decision="x"))
    write_bitext(join([Alignment(PAIR, beads, "monotone")], "s"), tmp_path / "bitext.jsonl")
    expected = r"bitext\.jsonl: record 2 \('Tre\.'\): its decision is 'x'; write accepted or rejected, or leave"
    with pytest.raises(DecisionError, match=expected):
        read_decisions(tmp_path / "bitext.jsonl")


def test_a_bitext_without_names_of_documents_says_so(tmp_path):
    bead = Bead((1,), (1,), decision="accepted")
    (record,) = join([Alignment(PAIR, (bead,), "monotone")], "s").pairs
    write_bitext(Bitext((replace(record, source_doc=""),), "s"), tmp_path / "bitext.csv")
    with pytest.raises(DecisionError, match=r"record 1 .*: it names no documents; keep the columns"):
        read_decisions(tmp_path / "bitext.csv")


def test_files_that_are_not_there_or_no_bitext_are_named(tmp_path):
    with pytest.raises(DecisionError, match=r"none\.tsv: no such file"):
        read_decisions(tmp_path / "none.tsv")
    (tmp_path / "prose.txt").write_text("Nothing here.\n")
    with pytest.raises(DecisionError, match=r"prose\.txt: begins with 'Nothing here\.'"):
        read_decisions(tmp_path / "prose.txt")


def test_an_empty_table_decides_nothing(tmp_path):
    assert read_decisions(written(tmp_path / "decisions.tsv")) == ()
