"""Tables with named columns: .csv, .tsv and .parquet."""

from collections.abc import Mapping
from io import BytesIO

import pyarrow
import pytest
from pyarrow import parquet

from aligner.document import Text
from aligner.errors import ReadError
from aligner.readers import READERS
from aligner.readers import parquet as parquet_reader

PROSE = "Il treno per Bologna parte alle sette."


def parts(data: str | bytes, suffix: str = ".csv", lang: str = "und") -> list[Text | ReadError]:
    return list(READERS.load(suffix)(data.encode() if isinstance(data, str) else data, "a", lang))


def written(columns: Mapping[str, object]) -> bytes:
    file = BytesIO()
    parquet.write_table(pyarrow.table(dict(columns)), file)
    return file.getvalue()


def test_a_column_of_texts_is_a_text_a_row() -> None:
    table = "ID,Lang,TEXT,more\nuno,it,Ciao.,x\n,,Hello.,\nuno,en,Fine.,\n"
    assert parts(table, lang="fr") == [
        Text("a#uno", "it", "Ciao."),
        Text("a#3", "fr", "Hello."),
        Text("a#4", "en", "Fine."),
    ]
    assert parts("content\nCiao.\n") == [Text("a#2", "und", "Ciao.")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_column_for_each_language_is_a_text_whose_cells_are_blocks(delimiter: str) -> None:
    rows = [("ita_Latn", "id", "en-GB", "url"), ('"Ciao, ""bello"";\n\tqui|"', "1", "Hi", "x"), ("Uno", "2", "", "")]
    table = "\r\n\r\n".join(map(delimiter.join, rows))
    assert parts(table) == [
        Text("a#ita_Latn", "ita_Latn", 'Ciao, "bello";\n\tqui|\n\nUno'),
        Text("a#en-GB", "en-GB", "Hi"),
    ]
    assert parts(table, lang="it") == [Text("a", "it", 'Ciao, "bello";\n\tqui|\n\nUno')]


def test_broken_rows_are_told_and_cost_only_themselves() -> None:
    found = parts('it,en\n"Uno" due,x\nTre,Three,3\nQuattro\nCinque,Five,\n"mai chiuso,Oops\nSei,Six\n')
    assert [str(part).split(";")[0] for part in found if isinstance(part, ReadError)] == [
        "a: row 2: a quote that is not closed or stands alone",
        "a: row 3: 3 cells, where the first row has 2",
        "a: row 4: 1 cells, where the first row has 2",
        "a: row 6: a quote that is not closed or stands alone",
    ]
    assert found[-2:] == [Text("a#it", "it", "Cinque\n\nSei"), Text("a#en", "en", "Five\n\nSix")]


def test_many_open_quotes_take_linear_time_and_are_told_in_sum() -> None:
    assert str(parts("it,en\n" + '"x"y\n' * 50_000)[-1]).startswith("a: 49000 more rows are broken")
    parts("it,en\n" + '"""x\n' * 50_000)


def test_a_cell_may_be_longer_than_the_limit_of_the_csv_module() -> None:
    assert parts(f'it,en\n"{"a" * 200_000}",b\n')[0] == Text("a#it", "it", "a" * 200_000)


def test_a_quote_in_a_tsv_is_a_character_unless_all_are_in_pairs() -> None:
    assert parts('it\ten\n"Ciao" disse\tHi\n"a"\t"b"\n', ".tsv")[0] == Text("a#it", "it", '"Ciao" disse\n\n"a"')
    assert parts('it\ten\n"a\nb"\t"c"\n', ".tsv")[0] == Text("a#it", "it", "a\nb")


def test_a_bitext_of_ours_is_read_by_its_languages() -> None:
    table = "source_lang\ttarget_lang\tsource_text\ttarget_text\nit\ten\tCiao.\tHi.\nit\ten\t\tThere.\n"
    assert parts(table, ".tsv") == [Text("a#it", "it", "Ciao."), Text("a#en", "en", "Hi.\n\nThere.")]


@pytest.mark.parametrize(
    "table", ["", "\n", "a,b\n1,2\n", "it,en\nit/a.txt,en/a.txt\nit/b.html,en/b.html\n", "it,en\n"]
)
def test_a_table_without_texts_holds_none(table: str) -> None:
    assert parts(table) == []


def test_prose_under_columns_that_say_nothing_is_told() -> None:
    with pytest.raises(ReadError, match="no column is named text, or for a language; name them in the first row"):
        parts(f"italiano,inglese\n{PROSE},x\n")


def test_parquet_is_read_as_a_table() -> None:
    columns = {"id": [7, 8], "text": ["Ciao.", None], "lang": ["it", "en"], "picture": [b"\0", b"\1"]}
    assert parts(written(columns), ".parquet") == [Text("a#7", "it", "Ciao."), Text("a#8", "en", "")]
    translation = {"translation": [{"it": "Ciao.", "en": "Hi."}, None, {"it": "Sì.", "en": None}]}
    assert parts(written(translation), ".parquet") == [Text("a#it", "it", "Ciao.\n\nSì."), Text("a#en", "en", "Hi.")]


def test_damaged_or_overlarge_parquet_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    data = written({"it": [f"{PROSE} {i}" for i in range(500)]})
    with pytest.raises(ReadError, match="a: no sound Parquet"):
        parts(data[:-20], ".parquet")
    (problem,) = parts(data[:20] + bytes(200) + data[220:], ".parquet")
    assert str(problem).startswith("a: after row 0: no sound Parquet")
    monkeypatch.setattr(parquet_reader, "MAX_BYTES", 100)
    assert "row 3: more than" in str(parts(data, ".parquet")[0])
    monkeypatch.setattr(parquet_reader, "MAX_UNPACKED", 100)
    with pytest.raises(ReadError, match="unpacks to"):
        parts(data, ".parquet")


def test_a_cell_that_a_file_holds_once_is_not_unpacked_a_million_times() -> None:
    cells = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 100_000), pyarrow.array([PROSE * 50_000]))
    data = written({"it": cells})
    assert len(data) < 2 << 20
    problem, text = parts(data, ".parquet")
    assert "MiB of text; cut the file" in str(problem)
    assert isinstance(text, Text)
