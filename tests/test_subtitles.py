"""Subtitles: cues to sentences."""

import pytest

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers.subtitles import Cue, blocks, read, read_ass


def srt(*cues: tuple[float, float, str]) -> bytes:
    return "\n\n".join(
        f"{number}\n00:00:{start:06.3f} --> 00:00:{end:06.3f}\n{text}".replace(".", ",", 2)
        for number, (start, end, text) in enumerate(cues, start=1)
    ).encode()


def content(data: bytes) -> list[str]:
    *_, text = read(data, "a.srt", "it")
    assert isinstance(text, Text)
    return text.content.split("\n\n")


def test_a_sentence_over_several_cues_is_one() -> None:
    data = srt((1, 2, "<i>Il treno\nper Bologna</i>"), (2.1, 3, "parte alle sette"), (3.2, 4, "Dal binario tre."))
    assert content(data) == ["Il treno per Bologna parte alle sette Dal binario tre."]


def test_marks_pauses_and_dashes_part_sentences() -> None:
    data = srt(
        (1, 2, "Il treno parte."),
        (2.1, 3, "Chi viene"),
        (6, 7, "Nessuno"),
        (7.1, 8, "- Perché?\n- Perché no."),
        (8.1, 9, "[musica]"),
        (9.1, 10, "♪ La la ♪"),
    )
    assert content(data) == [
        *("Il treno parte.", "Chi viene", "Nessuno", "- Perché?", "- Perché no.", "[musica]", "♪ La la ♪")
    ]


def test_what_goes_on_in_lower_case_goes_on_after_an_ellipsis_and_a_pause() -> None:
    assert content(srt((1, 2, "Pensavo..."), (3.5, 4, "...che venisse."))) == ["Pensavo... ...che venisse."]


def test_cues_that_nobody_has_punctuated_stand_for_themselves() -> None:
    data = srt((1, 2, "il treno parte"), (2, 3, "alle sette"), (3, 4, "dal binario tre"))
    assert content(data) == ["il treno parte", "alle sette", "dal binario tre"]


def test_captions_that_roll_say_each_line_once() -> None:
    cues = [
        Cue(("", "ciao a tutti"), 0, 1),
        Cue(("ciao a tutti", ""), 1, 1.01),
        Cue(("ciao a tutti", "Bene."), 1.01, 2),
    ]
    assert list(blocks(cues)) == ["ciao a tutti Bene."]
    assert list(blocks([Cue(("No.",), 0, 1), Cue(("No.",), 1, 2)])) == ["No.", "No."]


def test_chinese_cues_are_joined_without_a_space() -> None:
    assert list(blocks([Cue(("河水一夜之间",), 0, 1), Cue(("上涨了两米。",), 1, 2)])) == ["河水一夜之间上涨了两米。"]


def test_broken_times_are_told_and_their_text_is_kept() -> None:
    data = b"1\n00:00:01,000 --> 99:99:99,999\nCiao.\n\n2\n00:00:03 -> x\nFine.\n"
    problem, text = read(data, "a.srt", "it")
    assert str(problem) == "a.srt: line 6: broken times; write 00:00:01,000 --> 00:00:02,000"
    assert text == Text("a.srt", "it", "Ciao.\n\nFine.")


def test_names_notes_styles_and_entities_of_webvtt_are_no_text() -> None:
    data = """WEBVTT Kind: captions

STYLE
::cue { color: red }

NOTE
una nota

intro
00:01.000 --> 00:02.000 align:start
<v Anna>Ciao &amp; <c.loud>benvenuti</c>

NOTE ancora

1
01:00:02.000 --> 01:00:03.000
nel <01:00:02.500>1945
"""
    assert content(data.encode()) == ["Ciao & benvenuti", "nel 1945"]


def test_a_number_a_blank_line_and_a_missing_one_within_srt() -> None:
    data = "1\n00:00:01,000 --> 00:00:02,000\nEra il\n\n1945\n2\n00:00:02,000 --> 00:00:03,000\nCiao."
    assert content(data.encode()) == ["Era il 1945 Ciao."]


def test_a_file_without_cues_is_refused() -> None:
    with pytest.raises(ReadError, match=r"a\.srt: no cue with its times; write "):
        list(read(b"Il treno parte.", "a.srt", "it"))


def test_dialogue_of_substation_alpha_is_read_in_order() -> None:
    head = (
        "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    )
    events = [
        r"Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,parte\Nalle sette.",
        r"Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,{\i1}Il treno{\i0}",
        "Comment: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,niente",
        r"Dialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,{\p1}m 0 0 l 1 1{\p0}",
    ]
    (text,) = read_ass((head + "\n".join(events)).encode(), "a.ass", "it")
    assert text.content == "Il treno parte alle sette."
