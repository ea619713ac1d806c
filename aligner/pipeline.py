"""The whole road: from a folder of articles, or two files, to aligned records."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

from aligner import curation, splitters
from aligner.alignment import Alignment, Bead
from aligner.appraisal import appraise, attest, keep
from aligner.assessment import Assessment, assess
from aligner.bitext import Bitext, SegmentPair, join, settings, sign, spelled
from aligner.corpus import Corpus, read_corpus, read_document, split
from aligner.decisions import Decision, find_documents, settle_all, told
from aligner.disjoint import DisjointSets
from aligner.document import Document, DocumentPair, Relation
from aligner.embedders import AnyEncoder, Embedders, embedders_of
from aligner.embedding import Embedder
from aligner.encoders import ENCODERS
from aligner.errors import AlignerError, CorpusError, GoldError, UnknownName
from aligner.evaluation import match
from aligner.explanation import Explanation
from aligner.facts import Fact, find_facts
from aligner.flags import FLAGS
from aligner.languages import detect, stated
from aligner.lists import EXACT
from aligner.methods import METHOD, METHODS
from aligner.mining import MIN_RELATED, Mining
from aligner.multiway import tie
from aligner.pairing import Pairing
from aligner.progress import follow
from aligner.readers import READERS
from aligner.readers.ids import printable
from aligner.report import Run
from aligner.seeds import Seed, Sighting, follow_seeds
from aligner.shards import Shards, read_list, spread
from aligner.splitters import SPLITTERS, Splitter
from aligner.untranslated import mark_languages
from aligner.viewer.dots import dots_of
from aligner.writers import WRITERS, dropped_writer_for, format_for, mistakes
from aligner.writers import read_records as read_file
from aligner.writers.aligned import read_aligned
from aligner.writers.beads import beads_of, read_records
from aligner.writers.decisions import digest
from aligner.writers.formats import fitting
from aligner.writers.texts import read_texts, texts_of
from aligner.writers.whole import Outputs, check_writable, write_whole

FAMILIES = (READERS, SPLITTERS, ENCODERS, METHODS, WRITERS)
"""Every family of interchangeable parts."""

AnySplitter = str | Splitter | Callable[[str], Iterable[str]]


def align_corpus(
    folder: Path | str,
    *,
    langs: Sequence[str] | None = None,
    encoder: AnyEncoder = None,
    splitter: AnySplitter = "rules",
    seeds: Sequence[Seed] = (),
    min_p: float | None = None,
    min_precision: float | None = None,
    min_langs: int = 2,
    decisions: Sequence[Decision] = (),
    cache: Path | str | None = None,
) -> Run:
    """Read, split, pair and align all the documents of a folder, every two languages.

    Args:
        folder: articles in two or more languages, in any layout that ``aligner.layout`` understands.
        langs: only these languages, in this order; otherwise all, in alphabetical order but English last.
        encoder: a name of ``ENCODERS``, the name or path of a ``SentenceTransformer``, or any object with
            ``encode(list[str]) -> (n, dim)``; chosen by language where it is ``None``.
        splitter: a name of ``SPLITTERS``, any ``Splitter``, or a function from a text to its sentences.
        seeds: facts to follow through the documents; see ``follow_seeds``.
        min_p: the least calibrated probability of a record, in ``[0, 1]``; where ``None``, 0.5 in comparable documents
            and anything in translations, where the order vouches for a record, too.
        min_precision: keep as many records as this expected precision allows, in ``(0, 1]``.
        min_langs: how many languages there must be; one is enough for facts.
        decisions: what people decided, as ``writers.decisions.read_decisions`` gives it: these links and lone sentences
            are kept and the rest is aligned around them, what was rejected does not come back, and documents belong
            together as was said. What cannot be kept is told in the run's ``stale``.
        cache: a folder in which vectors are kept, and taken from where they are there already; the results are the
            same. Nothing is kept where it is ``None``. The command's is ``aligner.cache.user_folder()``.

    Raises:
        UnknownName, MissingExtra: a part of that name does not exist or cannot be used here.
        CorpusError: the folder holds nothing that could be aligned.
        EncoderError: the encoder's weights or vectors cannot be used.
    """
    used_splitter, embedders = splitters.load(splitter), embedders_of(encoder, cache)
    corpus = read_corpus(Path(folder), langs, min_langs=min_langs)
    documents = mark_languages([split(text, used_splitter) for text in corpus.texts])
    placed = find_documents(decisions, documents)
    stale = list(placed.stale)
    alignments: list[Alignment] = []
    notes: list[str] = []
    spellings = _spellings(langs)
    for source_lang, target_lang in combinations(spellings or _in_order(corpus.langs), 2):
        sources, targets = ([d for d in documents if d.lang == lang] for lang in (source_lang, target_lang))
        try:
            embedder = embedders.choose(source_lang, target_lang)
        except AlignerError as error:
            notes.append(f"{source_lang}-{target_lang} not aligned: {error}")
            stale += placed.unaligned(sources, targets, str(error))
            continue
        pairing = Pairing(embedder)
        pairs = pairing.pair(sources, targets, corpus.names)
        if decisions:
            pairs, lost = settle_all(pairs, sources, targets, placed, pairing.compare)
            stale += lost
        alignments += _align_all(pairs, embedders, _mining_cut(min_p, min_precision))
    if notes and not embedders.names:
        raise CorpusError(notes[0])
    alignments = keep(alignments, min_p, min_precision)
    signature = _signature(embedders, splitter, decisions, min_p=min_p, min_precision=min_precision)
    bitext = spelled(tie(join(alignments, signature)), spellings)
    kin = tuple(_same_language(_witnesses(documents, alignments), embedders))
    return Run(
        corpus,
        documents,
        tuple(alignments),
        bitext,
        tuple(notes),
        kin,
        _facts(bitext, kin, documents),
        _sightings(seeds, documents, embedders),
        tuple(decisions),
        tuple(stale),
        dots_of(alignments, embedders),
    )


def _facts(bitext: Bitext, kin: Sequence[Alignment], documents: Sequence[Document]) -> tuple[Fact, ...]:
    """The facts that documents share, of different languages or, as their kin, of one."""
    witnesses = join(kin, bitext.signature)
    both = (*bitext.alignments, *witnesses.alignments)
    return find_facts(replace(witnesses, pairs=(*bitext.pairs, *witnesses.pairs), alignments=both), documents)


def _sightings(seeds: Sequence[Seed], documents: Sequence[Document], embedders: Embedders) -> tuple[Sighting, ...]:
    """What each document says of each seed."""
    if not seeds:
        return ()
    spoken = (document.lang for document in documents)
    embedder = embedders.choose(*dict.fromkeys((*spoken, *(lang for seed in seeds for lang in seed.phrasings))))
    asked = [one.anew() for one in (embedder, *embedders.others(embedder))]
    for one in asked:
        one.read_all(document.sentence_texts() for document in documents)
    return follow_seeds(seeds, documents, asked)


def align_documents(
    source: Document,
    target: Document,
    *,
    mode: str = "auto",
    encoder: AnyEncoder = None,
    min_p: float | None = None,
    min_precision: float | None = None,
) -> Alignment:
    """Align two documents.

    Args:
        source: a document, as ``aligner.read_document`` or ``aligner.split`` give it.
        target: another.
        mode: ``parallel`` (translations: beads in order), ``comparable`` (best matches in any order), or ``auto``,
            which decides by the texts and aligns nothing where they are unrelated.
        encoder: as for ``align_corpus``.
        min_p: as for ``align_corpus``.
        min_precision: as for ``align_corpus``.

    Raises:
        ValueError: there is no such mode.
        UnknownName, MissingExtra, EncoderError: the encoder cannot be used.
    """
    embedders = embedders_of(encoder)
    pair = _compare_as(mode, source, target, embedders.choose(source.lang, target.lang))
    return realign(pair, encoder=embedders, min_p=min_p, min_precision=min_precision)


def realign(
    pair: DocumentPair,
    *,
    encoder: AnyEncoder = None,
    min_p: float | None = None,
    min_precision: float | None = None,
) -> Alignment:
    """Align two documents as their relation says, around what a person decided of them; see ``decisions.settle``.

    Args:
        pair: the documents with their locks; where they are unrelated, nothing is aligned.
        encoder: as for ``align_corpus``; for many calls give the same ``Embedders``.
        min_p: as for ``align_corpus``; what was accepted is kept, however low.
        min_precision: as for ``align_corpus``.

    Raises:
        UnknownName, MissingExtra, EncoderError: the encoder cannot be used.
    """
    found = _align_all([pair], embedders_of(encoder), _mining_cut(min_p, min_precision))
    return keep(found, min_p, min_precision)[0]


def align_files(
    source: Path | str,
    target: Path | str,
    *,
    mode: str = "auto",
    langs: Sequence[str] | None = None,
    encoder: AnyEncoder = None,
    splitter: AnySplitter = "rules",
    min_p: float | None = None,
    min_precision: float | None = None,
    decisions: Sequence[Decision] = (),
) -> Bitext:
    """Align two files; see ``align_documents``. ``langs`` are their languages, detected where ``None``.

    ``decisions`` count as for ``align_corpus``; what of them cannot be kept is told in the bitext's ``problems``.

    Raises:
        ReadError: a file cannot be read.
        UnknownName, MissingExtra, EncoderError: a part of that name does not exist or cannot be used here.
        ValueError: not two languages, or no such mode.
    """
    used_splitter, embedders = splitters.load(splitter), embedders_of(encoder)
    documents = _read_both(source, target, langs, used_splitter)
    embedder = embedders.choose(*(document.lang for document in documents))
    pairs, stale = [_compare_as(mode, *documents, embedder)], []
    if decisions:
        sources, targets = [pairs[0].source], [pairs[0].target]
        placed = find_documents(decisions, [*sources, *targets])
        pairs, lost = settle_all(pairs, sources, targets, placed, Pairing(embedder).compare)
        stale = [*placed.stale, *lost]
    alignment = realign(pairs[0], encoder=embedders, min_p=min_p, min_precision=min_precision)
    signature = _signature(embedders, splitter, decisions, min_p=min_p, min_precision=min_precision)
    bitext = spelled(join([alignment], signature), _spellings(langs))
    return replace(bitext, problems=tuple(map(GoldError, stale)))


def explain_files(
    source: Path | str,
    target: Path | str,
    sentence: int,
    *,
    mode: str = "auto",
    langs: Sequence[str] | None = None,
    encoder: AnyEncoder = None,
    splitter: AnySplitter = "rules",
) -> Explanation:
    """Why a sentence of the source, by its 0-based index, stands in its bead and no other; as ``align_files`` aligns.

    Raises:
        ReadError: a file cannot be read.
        UnknownName, MissingExtra, EncoderError: a part of that name does not exist or cannot be used here.
        AlignerError: the source has no such sentence, or the texts are unrelated.
        ValueError: not two languages, or no such mode.
    """
    documents = _read_both(source, target, langs, splitters.load(splitter))
    n_sentences = len(documents[0])
    if not 0 <= sentence < n_sentences:
        held = f"{n_sentences} sentences; give 0 to {n_sentences - 1}" if n_sentences else "none; name another file"
        raise AlignerError(f"{printable(str(source))}: has no sentence {sentence}, but {held}")
    embedders = embedders_of(encoder)
    pair = _compare_as(mode, *documents, embedders.choose(documents[0].lang, documents[1].lang))
    if pair.relation not in METHOD:
        raise AlignerError(
            f"{printable(str(source))}: unrelated to {printable(str(target))}, so that nothing was aligned; "
            "give --mode parallel to take them for translations"
        )
    return embedders.method(pair).explain(pair, sentence)


def mine(
    sources: Sequence[str],
    targets: Sequence[str],
    *,
    langs: Sequence[str] = (),
    encoder: AnyEncoder = None,
    min_p: float = Mining.min_p,
    index: str = EXACT,
) -> list[Bead]:
    """The pairs among two unordered lists of sentences that say the same, as beads ``1-1`` of list indices.

    ``min_p`` is the least calibrated probability of a link, in ``[0, 1]``; ``index`` says how neighbours are searched:
    ``exact``, or ``clusters``, which misses some of them in far less time and tells the log how many.

    Raises:
        UnknownName, MissingExtra, EncoderError: the encoder cannot be used.
        OutputError: there is no room on the disk for the vectors.
        ValueError: there is no such index.
    """
    embedders = embedders_of(encoder)
    return _mining(embedders, langs, min_p).mine(sources, targets, index)


def mine_files(
    source: Path | str,
    target: Path | str,
    *,
    langs: Sequence[str] | None = None,
    encoder: AnyEncoder = None,
    min_p: float | None = None,
    min_precision: float | None = None,
    index: str = EXACT,
) -> Bitext:
    """The same of two lists in files, as records with evidence; sentence indices are line numbers.

    A list is a file of one sentence a line, a ``.jsonl`` or ``.parquet`` of one a row, or a folder of such shards; see
    ``shards``. What of it cannot be read is told in the bitext's ``problems``.

    Only whole lines are compared, and no clauses: a record's relation is ``conflicting`` where its evidence says so,
    and otherwise empty. ``align_files`` in the mode ``comparable`` compares more, in several times the time.

    Raises:
        ReadError: a file cannot be read, or no shard of a folder.
        UnknownName, MissingExtra, EncoderError: the encoder cannot be used.
        OutputError: there is no room on the disk for the vectors.
        ValueError: not two languages, or no such index.
    """
    embedders = embedders_of(encoder)
    lists = _read_lists(source, target, langs)
    ours, theirs = mark_languages([one.whole for one in lists])
    mining = _mining(embedders, (ours.lang, theirs.lang), _mining_cut(min_p, min_precision))
    mined = mining.mine_lists(ours.sentence_texts(), theirs.sentence_texts(), index)
    pair = DocumentPair(ours, theirs, Relation.COMPARABLE, mined.score)
    links = tuple(attest(pair, bead) for bead in follow(mined.beads, "comparing"))
    kept = keep([Alignment(pair, links, mining.name)], min_p, min_precision)
    searched = None if index == EXACT else index
    signature = _signature(embedders, "lines", min_p=min_p, min_precision=min_precision, index=searched)
    spread_out = spread(kept[0], *(one.extents for one in lists))
    problems = tuple(GoldError(str(problem)) for one in lists for problem in one.problems)
    return replace(spelled(join(spread_out, signature), _spellings(langs)), problems=problems)


def _mining(embedders: Embedders, langs: Iterable[str], min_p: float) -> Mining:
    """What mines texts in these languages."""
    embedder = embedders.choose(*langs)
    return Mining(embedder, embedders.others(embedder), min_p)


def evaluate_files(
    predicted: Path | str,
    gold: Path | str,
    *,
    against: Path | str | None = None,
    diff: Path | str | None = None,
    texts: tuple[Path | str, Path | str] | None = None,
) -> Assessment:
    """Assess a file of beads, or a folder of such files, beside gold; see ``assess`` and ``read_beads``.

    Args:
        predicted: the beads to be assessed.
        gold: the right ones.
        against: another system's beads, to be compared with.
        diff: where to write each mistake with its text, as Markdown.
        texts: the source and the target text, one sentence a line, or folders of such; needed for ``diff`` where
            the beads are in a format without texts.

    Raises:
        GoldError: a file cannot be parsed, the document pairs have no name in common, or there are no texts to show.
        ReadError: a text cannot be read.
        OutputError: the mistakes cannot be written.
    """
    if diff is not None:
        check_writable(Path(diff))
    held = [read_records(Path(path)) for path in (predicted, gold, against) if path is not None]
    ours, right, *theirs = map(beads_of, held)
    assessment = assess(ours, right, *theirs)
    if diff is not None:
        if texts is not None:
            beads = match(right, ours, *theirs)
            source, target = map(Path, texts)
            shown = read_texts(source, target, {names: chain(*both[:2]) for names, both in beads.items()})
        else:
            records = match(held[1], held[0], *held[2:])
            shown = {names: texts_of(chain(*both[:2])) for names, both in records.items()}
            if not any(pair.source or pair.target for pair in shown.values()):
                raise GoldError(
                    f"{printable(str(predicted))}: holds no texts to show; name them, one sentence a line, "
                    "with --source and --target"
                )
        write_whole(Path(diff), lambda file: mistakes.write(assessment, shown, file))
    return assessment


def read_bitext(
    path: Path | str | None,
    langs: Sequence[str] | None = None,
    texts: tuple[Path | str, Path | str] | None = None,
) -> Bitext:
    """A bitext from a file in any format of ``WRITERS``, or from beads with the two texts beside.

    What of the file cannot be read is told in the bitext's ``problems``; the rest is there.

    Args:
        path: the file, whose content tells the format; with ``texts``, beads as ``evaluate_files`` reads them, or
            ``None``: the texts belong together line by line.
        texts: the source and the target text, one sentence a line.
        langs: the two languages, for records that do not tell theirs; detected on all texts of a side where ``None``.

    Raises:
        GoldError: the file cannot be opened, or is in no format that we know; the message names it.
        ReadError: a text cannot be read.
        MissingExtra: a package that the format needs is not installed.
        ValueError: neither a file nor texts are given.
    """
    problems: list[GoldError] = []
    if texts is not None:
        source_text, target_text = map(Path, texts)
        pairs = read_aligned(source_text, target_text, None if path is None else Path(path))
    elif path is not None:
        pairs = tuple(_sorted_out(read_file(Path(path)), problems))
    else:
        raise ValueError("got neither a bitext nor texts, expected one of them")
    return Bitext(_with_langs(pairs, langs), "", problems=tuple(problems))


def _sorted_out(records: Iterable[SegmentPair | GoldError], problems: list[GoldError]) -> Iterator[SegmentPair]:
    """The records that are sound; what is wrong with the others, or ends the file early, goes to the problems.

    Raises:
        GoldError: the file cannot be read from its first record on.
    """
    n_sound = 0
    try:
        for record in records:
            if isinstance(record, GoldError):
                problems.append(record)
            else:
                n_sound += 1
                yield record
    except GoldError as error:
        if not n_sound:
            raise
        problems.append(error)


def _with_langs(pairs: Sequence[SegmentPair], langs: Sequence[str] | None) -> tuple[SegmentPair, ...]:
    """The records, those that do not tell their languages with these, or with what their texts read as."""
    has_texts = any(pair.source_text or pair.target_text for pair in pairs)
    if all(pair.source_lang and pair.target_lang for pair in pairs) or not (langs or has_texts):
        return tuple(pairs)
    source, target = langs or (
        _language(pair.source_text for pair in pairs),
        _language(pair.target_text for pair in pairs),
    )
    return tuple(
        replace(pair, source_lang=pair.source_lang or source, target_lang=pair.target_lang or target) for pair in pairs
    )


def check_texts(bitext: Bitext) -> Bitext:
    """The bitext, which must be more than beads.

    Raises:
        GoldError: its records name sentences, and none has a text.
    """
    are_beads = any(pair.source_sentences or pair.target_sentences for pair in bitext.pairs)
    if are_beads and not any(pair.source_text or pair.target_text for pair in bitext.pairs):
        raise GoldError("bitext: holds beads without texts; name the two texts with --source and --target")
    return bitext


def score_bitext(bitext: Bitext, *, encoder: AnyEncoder = None) -> Bitext:
    """The records with ``p``, ``score``, ``cosine``, ``margin``, ``evidence`` and ``flags``; see ``curation.score``.

    Raises:
        GoldError: the bitext holds no texts.
        UnknownName, MissingExtra, EncoderError: the encoder cannot be used.
    """
    return curation.score(check_texts(bitext), embedders_of(encoder).choose)


def filter_bitext(
    bitext: Bitext,
    *,
    min_p: float | None = None,
    min_precision: float | None = None,
    drop: Collection[str] = (),
    encoder: AnyEncoder = None,
) -> tuple[Bitext, tuple[curation.Dropped, ...]]:
    """The records that are kept, and those that are dropped with the reason; see ``curation.sift``.

    Raises:
        GoldError: the bitext holds no texts.
        UnknownName: there is no such flag.
        UnknownName, MissingExtra, EncoderError: the encoder cannot be used.
    """
    check_flags(drop)
    choose = embedders_of(encoder).choose
    return curation.sift(check_texts(bitext), choose, min_p=min_p, min_precision=min_precision, drop=drop)


def repair_bitext(bitext: Bitext, *, encoder: AnyEncoder = None) -> tuple[Bitext, tuple[curation.Repair, ...]]:
    """The bitext with its shifted stretches realigned, and these stretches; see ``curation.repair``.

    Raises:
        GoldError: the bitext holds no texts.
        UnknownName, MissingExtra, EncoderError: the encoder cannot be used.
    """
    return curation.repair(check_texts(bitext), embedders_of(encoder).choose)


def check_flags(names: Iterable[str]) -> None:
    """Make sure that these are names of flags.

    Raises:
        UnknownName: one is not.
    """
    for name in names:
        if name not in FLAGS:
            raise UnknownName(f"{name!r}: there is no such flag; choose of {', '.join(FLAGS)}")


def write_dropped(dropped: Iterable[curation.Dropped], path: Path) -> None:
    """Write dropped records with their reasons, in the format that the path's suffix says, whole or not at all.

    Raises:
        UnknownName: no format for dropped records has this suffix.
        OutputError: the file cannot be written.
    """
    write = dropped_writer_for(path)
    write_whole(path, lambda file: write(dropped, file))


def inspect_corpus(
    folder: Path | str, *, langs: Sequence[str] | None = None, splitter: AnySplitter = "rules"
) -> tuple[Corpus, tuple[Document, ...]]:
    """What a folder holds: its texts and skipped files, and the documents split into sentences.

    Raises:
        UnknownName: there is no such splitter.
        CorpusError: the folder holds no text.
    """
    used_splitter = splitters.load(splitter)
    corpus = read_corpus(Path(folder), langs, min_langs=1)
    return corpus, tuple(split(text, used_splitter) for text in corpus.texts)


def _language(texts: Iterable[str]) -> str:
    return detect("\n".join(texts)).lang


def _read_both(
    source: Path | str, target: Path | str, langs: Sequence[str] | None, splitter: Splitter
) -> tuple[Document, Document]:
    """Two files as documents."""
    source_lang, target_lang = _two(langs)
    return read_document(source, source_lang, splitter), read_document(target, target_lang, splitter)


def _read_lists(source: Path | str, target: Path | str, langs: Sequence[str] | None) -> tuple[Shards, Shards]:
    """Two lists of sentences, each in a file or in a folder of shards."""
    source_lang, target_lang = _two(langs)
    return read_list(Path(source), source_lang), read_list(Path(target), target_lang)


def _two(langs: Sequence[str] | None) -> tuple[str | None, str | None]:
    """The languages of both sides, where they are given.

    Raises:
        ValueError: not two languages.
    """
    if langs is not None and len(langs) != 2:
        raise ValueError(f"langs: got {len(langs)}, expected two")
    source, target = langs or (None, None)
    return source, target


def _compare_as(mode: str, source: Document, target: Document, embedder: Embedder) -> DocumentPair:
    """Two documents as a pair, related as the mode says or as they are."""
    if mode not in ("auto", Relation.PARALLEL, Relation.COMPARABLE):
        raise ValueError(f"mode: got {mode!r}, expected 'auto', 'parallel' or 'comparable'")
    source, target = mark_languages((source, target))
    pair = Pairing(embedder).compare(source, target)
    return pair if mode == "auto" else DocumentPair(source, target, Relation(mode), pair.score)


def _signature(
    embedders: Embedders, splitter: AnySplitter, decisions: Sequence[Decision] = (), **asked: float | str | None
) -> str:
    """How a bitext was made: our version, the parts used, every setting of the methods, what was cut and decided."""
    methods = {name: settings(METHODS.load(name)) for name in METHODS}
    advisers = {"advisers": embedders.advisers} if embedders.advisers else {}
    decided = {"decisions": digest(decisions)} if decisions else {}
    told = {name: str(value) for name, value in asked.items() if value is not None}
    parts = advisers | {"splitter": splitter, "pairing": settings(Pairing)} | methods | told | decided
    return sign(encoder=embedders.names, **parts)


def _spellings(langs: Sequence[str] | None) -> dict[str, str]:
    """Our code of each of these languages, and how it was written."""
    return {stated(lang) or lang: lang for lang in langs or ()}


def _in_order(langs: Iterable[str]) -> list[str]:
    """Languages in the order in which the field names its data sets: ``de-fr``, ``it-en``, ``zh-en``."""
    return sorted(langs, key=lambda lang: (lang == "en", lang))


def _align_all(pairs: Sequence[DocumentPair], embedders: Embedders, min_p: float) -> list[Alignment]:
    """Pairs of the same two languages, each aligned by the method for its relation, those of a method as one run."""
    aligned: dict[int, Alignment] = {}
    for name in dict.fromkeys(METHOD.values()):
        numbers = [number for number, pair in enumerate(pairs) if METHOD.get(pair.relation) == name]
        if numbers:
            members = [pairs[number] for number in numbers]
            method = embedders.method(members[0], min_p)
            found = appraise(method.align_all(members), method.judge)
            aligned |= dict(zip(numbers, map(told, found), strict=True))
    return [aligned.get(number, Alignment(pair, (), "none")) for number, pair in enumerate(pairs)]


def _witnesses(documents: Sequence[Document], alignments: Iterable[Alignment]) -> list[Document]:
    """The documents that may state a fact in other words: of a family with a comparable pair, or of one language."""
    pairs = [one.pair for one in alignments if one.pair.relation is not Relation.UNRELATED]
    families = DisjointSets(document.id for document in documents)
    for pair in pairs:
        families.join(pair.source.id, pair.target.id)
    reported = {families.root(pair.source.id) for pair in pairs if pair.relation is Relation.COMPARABLE}
    is_one_language = len({document.lang for document in documents}) == 1
    return [document for document in documents if is_one_language or families.root(document.id) in reported]


def _same_language(documents: Sequence[Document], embedders: Embedders) -> Iterator[Alignment]:
    """The comparable documents of one language, every two aligned.

    Of two that are as like as translations one is a copy of the other, and no second witness: left out.
    """
    for lang in dict.fromkeys(document.lang for document in documents):
        members = [document for document in documents if document.lang == lang]
        yield from _align_all(Pairing(embedders.choose(lang)).kin(members), embedders, Mining.min_p)


def _mining_cut(min_p: float | None, min_precision: float | None) -> float:
    """The least probability of a mined link: the one asked for, the usual one, or any where precision decides."""
    if min_p is None:
        return Mining.min_p if min_precision is None else MIN_RELATED
    return min_p


def check_fit(bitext: Bitext, path: Path) -> None:
    """Make sure that the format which the path's suffix says can tell anything of a bitext.

    Raises:
        UnknownName, MissingExtra: no format has this suffix, or it cannot be used here.
        OutputError: it cannot.
    """
    with fitting(path):
        format_for(path).check(bitext)


def write_bitext(bitext: Bitext, path: Path) -> list[Path]:
    """Write a bitext in the format that the path's suffix says, whole or not at all; the paths written.

    Raises:
        UnknownName, MissingExtra: no format has this suffix, or it cannot be used here.
        OutputError: the file cannot be written, or the format cannot tell what the bitext holds.
    """
    check_fit(bitext, path)
    with Outputs() as outputs, fitting(path):
        format_for(path).save(bitext, path, outputs)
    return outputs.paths
