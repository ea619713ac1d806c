"""Which encoders a run uses: the one that was asked for, or one by language."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from aligner import encoders
from aligner.cache import Cache
from aligner.document import UNDETERMINED, DocumentPair, Relation
from aligner.embedding import Embedder
from aligner.encoders import ENCODERS, Encoder
from aligner.encoders.remembered import remembered
from aligner.languages import stated
from aligner.methods import METHOD, METHODS, Method
from aligner.mining import Mining


class Embedders:
    """The doors to the encoders of one run: the one asked for, or one by language, each made once.

    Given in the place of an encoder to several functions, it lets them share what was loaded and embedded. With a cache
    vectors are kept beyond the run.
    """

    def __init__(self, encoder: str | Encoder | None = None, cache: Cache | None = None) -> None:
        self._cache = cache
        self._given = None if encoder is None else self._embedder(encoder)
        self._by_name: dict[str, Embedder] = {}
        self._advisers: dict[str, Embedder] = {}

    @property
    def names(self) -> list[str]:
        """The names of the encoders that were used."""
        return [embedder.name for embedder in ([self._given] if self._given else self._by_name.values())]

    @property
    def advisers(self) -> list[str]:
        """The names of the encoders that were asked beside them for comparable documents."""
        return list(self._advisers)

    def method(self, pair: DocumentPair, min_p: float = Mining.min_p) -> Method:
        """The method for a pair of this relation, in these languages."""
        embedder = self.choose(pair.source.lang, pair.target.lang)
        if pair.relation is Relation.COMPARABLE:
            return Mining(embedder, self.others(embedder), min_p)
        method: Method = METHODS.load(METHOD[pair.relation])(embedder)
        return method

    def others(self, embedder: Embedder) -> tuple[Embedder, ...]:
        """What is asked beside this one for comparable documents: the better judge of paraphrase, where installed."""
        if self._given or embedder.name != "use" or ENCODERS["e5"].missing():
            return ()
        if "e5" not in self._advisers:
            self._advisers["e5"] = self._by_name.get("e5") or self._embedder("e5")
        return (self._advisers["e5"],)

    def choose(self, *langs: str) -> Embedder:
        """The embedder for texts in these languages; a language that nobody could tell asks for nothing.

        Raises:
            MissingExtra: no installed encoder knows them all.
        """
        if self._given:
            return self._given
        name = encoder_for(langs)
        if name not in self._by_name:
            self._by_name[name] = self._embedder(name)
        return self._by_name[name]

    def _embedder(self, encoder: str | Encoder) -> Embedder:
        loaded = encoders.load(encoder)
        return Embedder(loaded if self._cache is None else remembered(loaded, self._cache))


AnyEncoder: TypeAlias = str | Encoder | Embedders | None


def embedders_of(encoder: AnyEncoder, cache: Cache | Path | str | None = None) -> Embedders:
    """The doors to this encoder, or to those chosen by language; as they are where they were made already."""
    if isinstance(encoder, Embedders):
        return encoder
    return Embedders(encoder, cache if cache is None or isinstance(cache, Cache) else Cache(cache))


def encoder_for(langs: Iterable[str]) -> str:
    """The name of the encoder for texts in these languages."""
    return encoders.choose([stated(lang) or lang for lang in langs if lang != UNDETERMINED])
