"""The `align` command: parse, call the library, echo."""

import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager, nullcontext, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

import click

from aligner.errors import AlignerError
from aligner.interruption import INTERRUPTED, raise_again

if TYPE_CHECKING:
    from aligner.bitext import Bitext
    from aligner.cache import Cache
    from aligner.curation import Dropped
    from aligner.embedders import Embedders

LANGS = "Languages as codes with commas between, source first: it,en or ita,eng or ita_Latn,eng_Latn or it-IT,en-GB."
CACHE = "Folder that remembers vectors and finished runs [~/.cache/aligner, or in XDG_CACHE_HOME]."
NO_CACHE = "Remember nothing, and use nothing remembered; the results are the same."
ENGINE = "Who does the heavy work: local, this machine; ray, the machines of a Ray cluster. The results are the same."
RAY_ADDRESS = "A running cluster, as 10.0.0.1:6379 [RAY_ADDRESS, or one of this machine's cores that is started now]."
RAY_GPUS = "Share of a GPU that each task takes, as 0.25, for an encoder that is a SentenceTransformer [0]."
ENCODER = "use, use-bf16, e5, use+e5, or the name or folder of a SentenceTransformer; by default chosen by language."
MIN_P = "Least calibrated probability of a record [0.5 in comparable texts, any in translations]."
MIN_PRECISION = "Keep as many records as this expected precision allows, as 0.95."
RUN_OUTPUT = "Folder to write to [outputs/CORPUS]; given again, files beside, in the formats of their suffixes."
OUTPUT = "File for the records, its format by its suffix (see `align parts`); may be given again, for several."
DECISIONS = "What people decided: a decisions.tsv, or a bitext with decisions and notes in it; may be given again."
DECISIONS_KEPT = "File for decisions [decisions.tsv in the folder, BITEXT.decisions.tsv beside a bitext]."
KEEP_TEXT = "Write the texts in which the spans count, texts.jsonl, and the report, which shows them."
SEEDS = "Facts to follow: a TOML file, or a folder of such (see seeds/README.md)."
PROBLEMS_SHOWN = 20
REPORT_OUTPUT = "File for the page; - is standard output [OUTPUT_FOLDER/report.html, or BITEXT.report.html]."
MAX_MEMORY = "What arrays may take up in memory, about, as in 500M or 8G; the rest is on the disk, in TMPDIR [4G]."
INDEX = "How neighbours are searched: all of them, or most of them in far less time; how many is told."
SPLITTER = "rules (ours) or lines (already split: one sentence a line)."


Command = TypeVar("Command", bound=Callable[..., Any])
Result = TypeVar("Result")


class MainJob(click.Group):
    """A group whose first verb may be left out: `align CORPUS` is `align run CORPUS`."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **named: Any) -> Any:
        """As any group's; a process of ours ends at once after Ctrl-C, since taking torch down would take seconds."""
        try:
            return super().main(args, *others, **named)
        except SystemExit as ended:
            if args is None and ended.code == INTERRUPTED:
                for stream in (sys.stdout, sys.stderr):
                    with suppress(OSError, ValueError):
                        stream.flush()
                os._exit(INTERRUPTED)
            raise

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before a first argument that is neither a verb nor an option of the group."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help", "--version"):
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Show how far the work has come, and what a user can mend as one line, with exit status 1."""
        from aligner.progress import shown

        try:
            raise_again()
            with _log_echoed(), shown(_bar) if sys.stderr.isatty() else nullcontext():
                return super().invoke(ctx)
        except AlignerError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            kept = not ctx.meta.get("aligner.no_cache", True)
            what = "what was computed is kept, and the same command goes on from there" if kept else "nothing is kept"
            click.echo(f"\nstopped: {what}; no file was left half written", err=True)
            ctx.exit(INTERRUPTED)


def _bar(items: Sequence[Result], what: str, size: Callable[[Result], int]) -> Iterator[Result]:
    """Pass the items on, and show on standard error how far they have come and how long it takes still."""
    with click.progressbar(length=sum(map(size, items)), label=f"{what:<14}", file=sys.stderr) as bar:
        for item in items:
            yield item
            bar.update(size(item))


class Langs(click.ParamType[list[str]]):
    """Language codes with commas between, as they are written: any number of them, or exactly ``n``."""

    name = "codes"

    def __init__(self, n: int | None = None) -> None:
        self.n = n

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:
        from aligner.languages import stated

        written = [code.strip() for code in str(value).split(",")]
        codes = [stated(code) for code in written]
        if None in codes or len(set(codes)) < len(codes):
            self.fail(f"{value!r}: not different language codes with commas between, as in it,en", param, ctx)
        if self.n not in (None, len(codes)):
            self.fail(f"{value!r}: {len(codes)} language codes; give {self.n}, as in it,en", param, ctx)
        return written


class Bytes(click.ParamType[int]):
    """A number of bytes: a whole number with K, M, G or T behind it, or without."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        number, unit = value[:-1], "KMGT".find(value[-1:].upper()) + 1
        if not unit:
            number = value
        if not (number.isascii() and number.isdigit()) or int(number) == 0:
            self.fail(f"{value!r}: not a size, as in 500M or 8G", param, ctx)
        return int(number) << 10 * unit


PROBABILITY = click.FloatRange(0, 1)


def cut_options(command: Command) -> Command:
    """The options that say how probable a record must be."""
    command = click.option("--min-precision", type=PROBABILITY, help=MIN_PRECISION)(command)
    return click.option("--min-p", type=PROBABILITY, help=MIN_P)(command)


def encoder_options(command: Command) -> Command:
    """The options that say what turns sentences into vectors, and where these are remembered; see ``_embedders``."""
    for option in (
        click.option("--no-cache", is_flag=True, expose_value=False, callback=_remember, help=NO_CACHE),
        click.option("--cache", type=click.Path(path_type=Path), expose_value=False, callback=_remember, help=CACHE),
        click.option("--encoder", help=ENCODER),
    ):
        command = option(command)
    return command


def engine_options(command: Command) -> Command:
    """The options that say who does the heavy work; see ``_engine``."""
    for option in (
        click.option("--ray-gpus", type=click.FloatRange(min=0), expose_value=False, callback=_remember, help=RAY_GPUS),
        click.option("--ray-address", expose_value=False, callback=_remember, help=RAY_ADDRESS),
        click.option(
            "--engine",
            type=click.Choice(["local", "ray"]),
            default="local",
            show_default=True,
            expose_value=False,
            callback=_remember,
            help=ENGINE,
        ),
    ):
        command = option(command)
    return command


cache_option = click.option("--cache", "folder", type=click.Path(path_type=Path), help=CACHE)


def _remember(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    ctx.meta[f"aligner.{option.name}"] = value


output_option = click.option("-o", "--output", default=["-"], show_default=True, multiple=True, help=OUTPUT)


def bitext_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments that tell an existing bitext."""
    for option in (
        click.option("--target", type=click.Path(path_type=Path), help="The target text, one sentence a line."),
        click.option("--source", type=click.Path(path_type=Path), help="The source text, one sentence a line."),
        click.argument("bitext", type=click.Path(path_type=Path), required=False),
    ):
        command = option(command)
    return command


@click.group(cls=MainJob, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aligner")
def main() -> None:
    """Aligned text from documents in any languages.

    `align CORPUS` reads a folder of articles, finds which belong together and how, aligns them, and writes the records.
    """


@main.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("-o", "--output", multiple=True, help=RUN_OUTPUT)
@click.option("--langs", type=Langs(), help=LANGS)
@encoder_options
@click.option("--splitter", default="rules", show_default=True, help=SPLITTER)
@click.option("--seeds", type=click.Path(path_type=Path), help=SEEDS)
@click.option("--decisions", type=click.Path(path_type=Path), multiple=True, help=DECISIONS)
@click.option("--keep-text/--no-keep-text", default=True, help=KEEP_TEXT)
@cut_options
@engine_options
def run(
    corpus: Path,
    output: tuple[str, ...],
    langs: list[str] | None,
    encoder: str | None,
    splitter: str,
    seeds: Path | None,
    keep_text: bool,
    decisions: tuple[Path, ...],
    min_p: float | None,
    min_precision: float | None,
) -> None:
    """The main job: align all the documents of a folder."""
    from aligner.finished import question
    from aligner.pipeline import align_corpus
    from aligner.report import summarise
    from aligner.seeds import read_seeds
    from aligner.writers import is_known
    from aligner.writers.decisions import read_decisions
    from aligner.writers.run import write_run
    from aligner.writers.whole import check_folder

    named = [one for one in output if is_known(one)]
    folders = [Path(one) for one in output if one not in named] or [_default_folder(corpus)]
    if len(folders) > 1:
        raise click.UsageError(f"-o names {len(folders)} folders; give one, and files with the suffix of a format")
    check_folder(folders[0])
    asked = read_seeds(seeds) if seeds else ()
    write = _writer(named, are_told=True)
    decided = read_decisions(*decisions)
    _tell_unused(folders[0] / "decisions.tsv", decisions)
    ask = partial(
        question,
        corpus,
        encoder,
        langs=langs,
        splitter=splitter,
        seeds=asked,
        decisions=decided,
        cuts=(min_p, min_precision),
        keep_text=keep_text,
        output=output,
        places=[folders[0].absolute(), *(Path(one).absolute() for one in named)],
    )
    asked_for = _told_again(ask)
    with _engine():
        result = align_corpus(
            corpus,
            langs=langs,
            encoder=_embedders(encoder),
            splitter=splitter,
            seeds=asked,
            decisions=decided,
            min_p=min_p,
            min_precision=min_precision,
        )
    files = write_run(result, folders[0], keep_text=keep_text)
    _warn([*result.corpus.warnings, *result.notes, *result.stale[:PROBLEMS_SHOWN]])
    if len(result.stale) > PROBLEMS_SHOWN:
        _warn([f"{_count(result.stale, 'decision')} in all could not be kept; run.json names them"])
    told = summarise(result, files)
    click.echo(told)
    files += write(result.bitext)
    status = 1 if result.stale or any(skip.is_failure for skip in result.corpus.skipped) else 0
    if asked_for and ask() == asked_for:
        _keep_finished(asked_for, "\n".join([told, *(f"  {one}" for one in named)]), status, files)
    sys.exit(status)


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@output_option
@click.option("--mode", type=click.Choice(["auto", "parallel", "comparable"]), default="auto", show_default=True)
@click.option("--langs", type=Langs(2), help=LANGS)
@encoder_options
@click.option("--splitter", default="rules", show_default=True, help=SPLITTER)
@click.option("--decisions", type=click.Path(path_type=Path), multiple=True, help=DECISIONS)
@cut_options
def pair(
    source: Path,
    target: Path,
    output: tuple[str, ...],
    mode: str,
    langs: list[str] | None,
    encoder: str | None,
    splitter: str,
    decisions: tuple[Path, ...],
    **cuts: float | None,
) -> None:
    """Align two files."""
    from aligner.pipeline import align_files
    from aligner.writers.decisions import read_decisions

    write = _writer(output)
    decided = read_decisions(*decisions)
    bitext = align_files(
        source,
        target,
        mode=mode,
        langs=langs,
        encoder=_embedders(encoder),
        splitter=splitter,
        decisions=decided,
        **cuts,
    )
    write(bitext)
    _tell(bitext)
    _warn(map(str, bitext.problems[:PROBLEMS_SHOWN]))
    sys.exit(1 if bitext.problems else 0)


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--source-sentence", "sentence", type=click.IntRange(min=0), required=True, help="Its number, counted from 0."
)
@click.option("--mode", type=click.Choice(["auto", "parallel", "comparable"]), default="auto", show_default=True)
@click.option("--langs", type=Langs(2), help=LANGS)
@encoder_options
@click.option("--splitter", default="rules", show_default=True, help=SPLITTER)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def explain(
    source: Path,
    target: Path,
    sentence: int,
    mode: str,
    langs: list[str] | None,
    encoder: str | None,
    splitter: str,
    as_json: bool,
) -> None:
    """Say why a sentence of SOURCE is linked as `align pair` links it: its bead, and the next best beads."""
    from aligner.pipeline import explain_files
    from aligner.writers.explanations import describe, summarise

    found = explain_files(
        source, target, sentence, mode=mode, langs=langs, encoder=_embedders(encoder), splitter=splitter
    )
    click.echo(json.dumps(describe(found)) if as_json else summarise(found))


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@output_option
@click.option("--langs", type=Langs(2), help=LANGS)
@encoder_options
@cut_options
@click.option("--index", type=click.Choice(["exact", "clusters"]), default="exact", show_default=True, help=INDEX)
@click.option("--max-memory", type=Bytes(), metavar="SIZE", help=MAX_MEMORY)
@engine_options
def mine(
    source: Path,
    target: Path,
    output: tuple[str, ...],
    langs: list[str] | None,
    encoder: str | None,
    min_p: float | None,
    min_precision: float | None,
    index: str,
    max_memory: int | None,
) -> None:
    """Find the translations among two lists of sentences in no order.

    SOURCE and TARGET are each a file of one sentence a line, a .jsonl or .parquet of one a row, or a folder of such
    shards, which in the order of their names are one list. With `-o 'mined/*.jsonl'`, the records of each source shard
    are in a file of its own, the * being the shard's name without suffix. A shard that cannot be read is named and left
    out; the exit status is 1 then.
    """
    from aligner import memory
    from aligner.pipeline import mine_files

    write = _writer(output, lists=(source, target))
    with _engine(), memory.limited(max_memory or memory.MAX_MEMORY):
        bitext = mine_files(
            source,
            target,
            langs=langs,
            encoder=_embedders(encoder),
            min_p=min_p,
            min_precision=min_precision,
            index=index,
        )
    write(bitext)
    _tell(bitext)
    _warn(map(str, bitext.problems[:PROBLEMS_SHOWN]))
    sys.exit(1 if bitext.problems else 0)


@main.command()
@click.argument("predicted", type=click.Path(path_type=Path))
@click.argument("gold", type=click.Path(path_type=Path))
@click.option("--against", type=click.Path(path_type=Path), help="Another system's beads, to be compared with.")
@click.option("--diff", type=click.Path(path_type=Path), help="Write each mistake with its text here, as Markdown.")
@click.option("--source", type=click.Path(path_type=Path), help="For --diff: the source text, one sentence a line.")
@click.option("--target", type=click.Path(path_type=Path), help="For --diff: the target text, one sentence a line.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def evaluate(
    predicted: Path,
    gold: Path,
    against: Path | None,
    diff: Path | None,
    source: Path | None,
    target: Path | None,
    as_json: bool,
) -> None:
    """Compare beads or mined pairs with gold: precision, recall and F1 with their intervals, by type, and the mistakes.

    PREDICTED and GOLD are files, or folders of files that belong together by their stems: bead files as Vecalign's and
    SentAlign's, our TSV and JSONL, hunalign's ladders, or pairs of line numbers.
    """
    from aligner.assessment import describe, summarise
    from aligner.pipeline import evaluate_files

    if (source is None) != (target is None) or (source and not diff):
        raise click.UsageError("--source and --target are given together, with --diff")
    texts = (source, target) if source and target else None
    assessment = evaluate_files(predicted, gold, against=against, diff=diff, texts=texts)
    click.echo(json.dumps(describe(assessment)) if as_json else summarise(assessment))


@main.command()
@bitext_arguments
@output_option
@click.option("--langs", type=Langs(2), help=LANGS)
@encoder_options
def score(
    bitext: Path | None,
    source: Path | None,
    target: Path | None,
    output: tuple[str, ...],
    langs: list[str] | None,
    encoder: str | None,
) -> None:
    """Judge each record of a bitext: p, cosine, margin, evidence, and flags for what is suspicious.

    BITEXT is our TSV or JSONL, or two texts a line with a tab between. With --source and --target, it is a file of
    beads, or may be left out: the two texts then belong together line by line.
    """
    from aligner.pipeline import score_bitext

    write = _writer(output)
    with _bitext_read(bitext, source, target, langs, output) as found:
        scored = score_bitext(found, encoder=_embedders(encoder))
        write(scored)
        click.echo(f"{_count(scored, 'record')} scored", err=True)


@main.command("filter")
@bitext_arguments
@output_option
@click.option("--dropped", required=True, help="File for the rest, with reasons: .tsv or .jsonl.")
@click.option("--min-p", type=PROBABILITY, help="The least p to keep [0.5 without --min-precision].")
@click.option("--min-precision", type=PROBABILITY, help=MIN_PRECISION)
@click.option("--drop", multiple=True, help="Drop what has this flag; several with commas between.")
@click.option("--langs", type=Langs(2), help=LANGS)
@encoder_options
def filter_(
    bitext: Path | None,
    source: Path | None,
    target: Path | None,
    output: tuple[str, ...],
    dropped: str,
    min_p: float | None,
    min_precision: float | None,
    drop: tuple[str, ...],
    langs: list[str] | None,
    encoder: str | None,
) -> None:
    """Split a bitext into what is kept and what is dropped, with reasons; one without p is scored first."""
    from aligner.pipeline import check_flags, filter_bitext

    flags = [name.strip() for names in drop for name in names.split(",")]
    check_flags(flags)
    write, write_rest = _writer(output), _dropped_writer(dropped)
    if Path(dropped).resolve() in [Path(one).resolve() for one in output]:
        raise click.UsageError("-o and --dropped name the same file")
    with _bitext_read(bitext, source, target, langs, output) as found:
        kept, rest = filter_bitext(
            found, min_p=min_p, min_precision=min_precision, drop=flags, encoder=_embedders(encoder)
        )
        write_rest(rest)
        write(kept)
        click.echo(f"{_count(kept, 'record')} kept, {len(rest)} dropped", err=True)
        for reason, count in Counter(reason for one in rest for reason in one.reason.split(",")).items():
            click.echo(f"  {reason} {count}", err=True)


@main.command()
@bitext_arguments
@output_option
@click.option("--langs", type=Langs(2), help=LANGS)
@encoder_options
def repair(
    bitext: Path | None,
    source: Path | None,
    target: Path | None,
    output: tuple[str, ...],
    langs: list[str] | None,
    encoder: str | None,
) -> None:
    """Find stretches of a bitext whose lines are shifted against each other, and realign them.

    Records are counted from 0.
    """
    from aligner.pipeline import repair_bitext

    write = _writer(output)
    with _bitext_read(bitext, source, target, langs, output) as found:
        mended, repairs = repair_bitext(found, encoder=_embedders(encoder))
        write(mended)
        for one in repairs:
            change = f"shifted by {one.shift}, mean p {one.p_before:.2f} -> {one.p_after:.2f}"
            click.echo(f"records {one.start} to {one.end - 1}: {change}", err=True)
        click.echo(f"{_count(repairs, 'stretch', 'stretches')} realigned, {_count(mended, 'record')}", err=True)


@main.command()
@click.argument("bitext", metavar="IN", type=click.Path(path_type=Path))
@click.argument("output", metavar="OUT", nargs=-1, required=True)
@click.option("--source", type=click.Path(path_type=Path), help="The source text, one sentence a line, for beads.")
@click.option("--target", type=click.Path(path_type=Path), help="The target text, one sentence a line, for beads.")
@click.option("--langs", type=Langs(2), help=LANGS)
def convert(
    bitext: Path, output: tuple[str, ...], source: Path | None, target: Path | None, langs: list[str] | None
) -> None:
    """Write a bitext in other formats: IN in any format, told by its content, each OUT in the one its suffix says.

    What IN holds and OUT can carry is kept. A broken unit of IN is named and left out; the exit status is 1 then.
    """
    write = _writer(output)
    with _bitext_read(bitext, source, target, langs, output) as found:
        write(found)
        click.echo(_count(found, "record"), err=True)


@main.command()
@click.argument("path", metavar="BITEXT|OUTPUT_FOLDER", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path, allow_dash=True), help=REPORT_OUTPUT)
@encoder_options
def report(path: Path, output: Path | None, encoder: str | None) -> None:
    """Write a page to look at: what was found, both texts side by side, and the facts they share, all in one file."""
    from aligner.viewer.report import report as page_of
    from aligner.workbench import open_run
    from aligner.writers.whole import check_writable, write_whole

    place = output or (path / "report.html" if path.is_dir() else path.with_name(f"{path.name}.report.html"))
    if str(place) != "-":
        _check_kept(place, path)
        check_writable(place)
    run = open_run(path, encoder=encoder, cache=_cache())
    page = page_of(run)
    if str(place) == "-":
        _print(lambda file: file.writelines(page))
    else:
        write_whole(place, lambda file: file.writelines(page))
        click.echo(f"wrote {place}")
    _warn(map(str, run.bitext.problems[:PROBLEMS_SHOWN]))
    sys.exit(1 if run.bitext.problems else 0)


@main.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--langs", type=Langs(), help=LANGS)
@click.option("--splitter", default="rules", show_default=True, help=SPLITTER)
def inspect(corpus: Path, langs: list[str] | None, splitter: str) -> None:
    """Show what a corpus holds: languages, documents, sentences, and files that cannot be read and why."""
    from aligner.pipeline import inspect_corpus

    found, documents = inspect_corpus(corpus, langs=langs, splitter=splitter)
    _warn(found.warnings)
    for lang in found.langs:
        members = [document for document in documents if document.lang == lang]
        click.echo(f"{lang}\t{len(members)} documents\t{sum(map(len, members))} sentences")
    for document in documents:
        click.echo(f"{document.lang}\t{document.id}\t{len(document)} sentences")
    for skip in found.skipped:
        click.echo(f"skipped\t{skip.id}\t{skip.reason}")
    sys.exit(1 if any(skip.is_failure for skip in found.skipped) else 0)


@main.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--seeds", type=click.Path(path_type=Path), help=SEEDS)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder to write to [outputs/CORPUS].")
@click.option("--langs", type=Langs(), help=LANGS)
@encoder_options
@click.option("--splitter", default="rules", show_default=True, help=SPLITTER)
def facts(
    corpus: Path,
    seeds: Path | None,
    output: Path | None,
    langs: list[str] | None,
    encoder: str | None,
    splitter: str,
) -> None:
    """Say which facts the documents of a folder share, which they lack and where they contradict each other."""
    from aligner.pipeline import align_corpus
    from aligner.report import summarise_facts
    from aligner.seeds import read_seeds
    from aligner.writers.run import write_found
    from aligner.writers.whole import check_folder

    folder = output or _default_folder(corpus)
    asked = read_seeds(seeds) if seeds else ()
    check_folder(folder)
    result = align_corpus(corpus, langs=langs, encoder=_embedders(encoder), splitter=splitter, seeds=asked, min_langs=1)
    files = write_found(result.facts, result.sightings, folder)
    _warn([*result.corpus.warnings, *result.notes])
    click.echo(summarise_facts(result.facts, result.sightings))
    for file in files:
        click.echo(f"wrote {file}")
    sys.exit(1 if any(skip.is_failure for skip in result.corpus.skipped) else 0)


@main.command()
@click.argument("path", metavar="BITEXT|OUTPUT_FOLDER", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(1, 65535), help="Port of this machine to listen at [a free one].")
@click.option("--no-browser", is_flag=True, help="Only print the page's address.")
@click.option("--decisions", type=click.Path(path_type=Path), help=DECISIONS_KEPT)
@encoder_options
def review(path: Path, port: int | None, no_browser: bool, decisions: Path | None, encoder: str | None) -> None:
    """Open a page on this machine to decide on records: accept, reject, split, merge, move, link, note.

    Every decision is saved at once. Ctrl-C ends it; started again, it goes on from there.
    """
    from aligner.review import PAGES
    from aligner.review.measures import Measures
    from aligner.workbench import open_workbench
    from aligner.writers.whole import check_writable

    serve = PAGES.load("review")
    file = decisions or _decisions_file(path)
    if path.is_file():
        _check_kept(file, path)
    check_writable(file)
    bench = open_workbench(path, encoder=encoder, cache=_cache())
    _warn(map(str, bench.run.bitext.problems[:PROBLEMS_SHOWN]))

    def announce(url: str) -> None:
        click.echo(f"page       {url}")
        click.echo(f"decisions  {file}")
        if not no_browser:
            click.launch(url)

    serve(bench.run, file, bench.realign, port, announce, Measures(bench.likeness, bench.appraise))


@main.group()
def cache() -> None:
    """See or clear what is remembered of earlier runs: vectors, and which runs are finished."""


@cache.command()
@cache_option
def info(folder: Path | None) -> None:
    """Say where the cache is, what it holds and how much it may hold."""
    from aligner.cache import Cache

    held = Cache(folder)
    n_entries, n_bytes = held.usage()
    click.echo(f"folder   {held.folder}")
    click.echo(f"entries  {n_entries}")
    click.echo(f"size     {_megabytes(n_bytes)} of at most {_megabytes(held.max_bytes)}")


@cache.command()
@cache_option
def clear(folder: Path | None) -> None:
    """Remove all that is remembered; it is computed again when it is needed."""
    from aligner.cache import Cache

    n_entries, n_bytes = Cache(folder).clear()
    click.echo(f"removed {n_entries} entries, {_megabytes(n_bytes)}")


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB"


@main.command()
def parts() -> None:
    """List every reader, splitter, encoder, method and writer, and the extra that each needs."""
    from aligner.pipeline import FAMILIES

    for family in FAMILIES:
        click.echo(f"{family.family}s")
        width = max(10, *map(len, family))
        for name, part in family.items():
            extra = f" [extra {part.extra}{', not installed' if part.missing() else ''}]" if part.extra else ""
            click.echo(f"  {name:<{width}} {part.summary}{extra}")


def _cache() -> "Cache | None":
    """What this command remembers in, one for all of it."""
    from aligner.cache import Cache

    meta = click.get_current_context().meta
    if meta["aligner.no_cache"]:
        return None
    held: Cache = meta.setdefault("aligner.held", Cache(meta["aligner.cache"]))
    return held


def _embedders(encoder: str | None) -> "Embedders":
    """The encoder that was asked for, or the choice of one, with what it remembers."""
    from aligner.embedders import Embedders

    return Embedders(encoder, _cache())


@contextmanager
def _engine() -> Iterator[None]:
    """Who does the heavy work meanwhile."""
    asked = {
        name: click.get_current_context().meta[f"aligner.{name}"] for name in ("engine", "ray_address", "ray_gpus")
    }
    if asked["engine"] == "ray":
        from aligner.distributed import on_ray

        # Ray tells of lost nodes on standard output, where records may go.
        with redirect_stdout(sys.stderr), on_ray(asked["ray_address"], num_gpus=asked["ray_gpus"] or 0):
            yield
        return
    for option in ("ray_address", "ray_gpus"):
        if asked[option] is not None:
            raise click.UsageError(f"--{option.replace('_', '-')} is for --engine ray")
    yield


def _told_again(ask: Callable[[], str | None]) -> str | None:
    """Tell a finished run again and end, if one answers the question; else the question, None where nothing is kept."""
    from aligner.finished import recall

    cache = _cache()
    asked_for = ask() if cache else None
    if cache and asked_for and (finished := recall(cache, asked_for)):
        _warn(finished.warnings)
        click.echo(finished.told)
        click.echo("nothing has changed since: all files are as they were written", err=True)
        sys.exit(finished.status)
    return asked_for


def _keep_finished(asked_for: str, told: str, status: int, files: Sequence[Path]) -> None:
    """Remember a finished run, with what it warned of."""
    from aligner.finished import keep

    if cache := _cache():
        keep(cache, asked_for, told, click.get_current_context().meta.get("aligner.warned", ()), status, files)


@contextmanager
def _bitext_read(
    bitext: Path | None,
    source: Path | None,
    target: Path | None,
    langs: list[str] | None,
    outputs: Sequence[str],
) -> Iterator["Bitext"]:
    """The bitext, known to fit the outputs.

    After the work with it, what of it could not be read is told, and the exit status is 1 then.
    """
    from aligner.pipeline import check_fit

    found = _read_bitext(bitext, source, target, langs)
    for output in outputs:
        if output != "-":
            check_fit(found, Path(output))
    yield found
    _warn(map(str, found.problems[:PROBLEMS_SHOWN]))
    if found.problems:
        click.echo(f"{_count(found.problems, 'unit')} of the bitext could not be read", err=True)
        sys.exit(1)


def _read_bitext(bitext: Path | None, source: Path | None, target: Path | None, langs: list[str] | None) -> "Bitext":
    from aligner.pipeline import read_bitext

    if (source is None) != (target is None):
        raise click.UsageError("--source and --target are given together")
    if source and target:
        return read_bitext(bitext, langs, (source, target))
    if bitext is None:
        raise click.UsageError("name a bitext, or its two texts with --source and --target")
    return read_bitext(bitext, langs)


def _check_kept(output: Path, path: Path) -> None:
    """Make sure that nothing that is read is written over: a bitext, or what a folder holds beside pages.

    Raises:
        OutputError: the output is one of these files, by whatever name.
    """
    from aligner.errors import OutputError
    from aligner.readers.ids import printable

    held = path.glob("*") if path.is_dir() else [path]
    if output.is_file() and any(one.is_file() and one.samefile(output) for one in held if one.suffix != ".html"):
        raise OutputError(f"{printable(str(output))}: is what is read; name another file")


def _decisions_file(path: Path) -> Path:
    return path / "decisions.tsv" if path.is_dir() else path.with_name(f"{path.name}.decisions.tsv")


def _tell_unused(found: Path, given: Sequence[Path]) -> None:
    """Say of a file of decisions among the outputs that it does not count by itself."""
    from aligner.readers.ids import printable

    if found.is_file() and found.resolve() not in [path.resolve() for path in given]:
        name = printable(str(found))
        click.echo(f"{name} was not used; give it with --decisions {name}", err=True)


def _default_folder(corpus: Path) -> Path:
    return Path("outputs") / (corpus.resolve().name or "corpus")


def _writer(
    outputs: Sequence[str], *, are_told: bool = False, lists: tuple[Path, Path] | None = None
) -> "Callable[[Bitext], list[Path]]":
    """What writes a bitext to all these places, known to be able to before any work starts.

    `-` is standard output, as TSV. Of a bitext that comes of two lists, a name with * is a file for each shard of the
    first. What one format cannot hold is told after the others are written; these are listed
    if they are to be told. It gives the paths of the files.
    """
    from aligner.pipeline import write_bitext
    from aligner.writers import format_for, tsv

    writes = {
        output: _shards_writer(output, *lists)
        if lists and "*" in output
        else _checked(output, format_for, write_bitext, tsv.write)
        for output in outputs
    }
    return lambda bitext: _each(writes, bitext, are_told=are_told)


def _shards_writer(pattern: str, source: Path, target: Path) -> "Callable[[Bitext], list[Path]]":
    """As ``_writer``, for a file for each shard of a list."""
    from aligner.writers.sharded import find_places, write_shards

    return partial(write_shards, places=find_places(Path(pattern), source, target))


def _dropped_writer(output: str) -> "Callable[[Sequence[Dropped]], object]":
    """As ``_writer``, for dropped records with their reasons."""
    from aligner.pipeline import write_dropped
    from aligner.writers import dropped_writer_for, tsv

    return _checked(output, dropped_writer_for, write_dropped, tsv.write_dropped)


def _checked(
    output: str,
    find: Callable[[str], object],
    write: Callable[[Result, Path], object],
    tell: Callable[[Result, TextIO], object],
) -> Callable[[Result], object]:
    """What writes a result to a file in a format that ``find`` knows, or tells it on standard output."""
    from aligner.writers.whole import check_writable

    if output == "-":
        return lambda result: _print(lambda file: tell(result, file))
    find(output)
    check_writable(Path(output))
    return lambda result: write(result, Path(output))


def _each(writes: Mapping[str, Callable[[Result], Any]], result: Result, *, are_told: bool) -> list[Path]:
    """Have every one of these write the result to its place, and fail after the last if one did; the paths written."""
    failures: list[AlignerError] = []
    written: list[Path] = []
    for output, write in writes.items():
        try:
            written += write(result) or ()
        except AlignerError as error:
            failures.append(error)
            continue
        if are_told:
            click.echo(f"  {output}")
    for failure in failures[:-1]:
        _warn([str(failure)])
    if failures:
        raise failures[-1]
    return written


def _print(write: Callable[[TextIO], object]) -> None:
    """Have ``write`` fill standard output."""
    with click.open_file("-", "w", encoding="utf-8") as file:
        write(cast(TextIO, file))


def _count(found: Sized, one: str, several: str = "") -> str:
    """How many there are, in words: ``1 record``, ``2 records``."""
    return f"{len(found)} {one if len(found) == 1 else several or f'{one}s'}"


def _tell(bitext: "Bitext") -> None:
    """Say on standard error what became of the two files, or of the shards of two lists."""
    from aligner.bitext import left_untranslated

    pairs = [alignment.pair for alignment in bitext.alignments]
    click.echo(f"{pairs[0].relation}, score {pairs[0].score:.2f}: {_count(bitext, 'record')}", err=True)
    documents = {one.id: one for pair in pairs for one in (pair.source, pair.target)}
    for document in documents.values():
        if told := left_untranslated(document):
            click.echo(f"{document.id}: {told}", err=True)


class _Echo(logging.Handler):
    """Shows what the library logs as a warning of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        _warn([record.getMessage()])


@contextmanager
def _log_echoed() -> Iterator[None]:
    """Show what the library logs meanwhile."""
    log, echo = logging.getLogger("aligner"), _Echo(logging.WARNING)
    log.addHandler(echo)
    try:
        yield
    finally:
        log.removeHandler(echo)


def _warn(lines: Iterable[str]) -> None:
    context = click.get_current_context(silent=True)
    for line in lines:
        click.echo(f"warning: {line}", err=True)
        if context:
            context.meta.setdefault("aligner.warned", []).append(line)
