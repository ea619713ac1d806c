"""The same road on a Ray cluster of two nodes in processes of their own, one of which is killed."""

import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import conftest
import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import ROOT, BagOfWords

from aligner import Relation, align_corpus
from aligner.cli import main
from aligner.embedding import Embedder
from aligner.encoders import ENCODERS
from aligner.engine import at_once, each
from aligner.errors import AlignerError, EncoderError, EngineError, MissingExtra

ray = pytest.importorskip("ray")

from aligner.distributed import on_ray  # noqa: E402

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"
)


class Logged(BagOfWords):
    """Tells in a folder where it began and where it ended, and takes its time."""

    name = "logged"

    def __init__(self, folder: Path, seconds: float = 0.0) -> None:
        self.folder, self.seconds = folder, seconds

    def encode(self, sentences: list[str]) -> np.ndarray:
        here = ray.get_runtime_context().get_node_id() if ray.is_initialized() else "nowhere"
        stamp = f"{here}-{os.getpid()}-{time.monotonic_ns()}"
        (self.folder / f"begun-{stamp}").touch()
        time.sleep(self.seconds)
        rows = super().encode(sentences)
        (self.folder / f"ended-{stamp}").touch()
        return rows


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head that works, too, and another node; each is a process with workers of its own."""
    from ray import cloudpickle
    from ray.cluster_utils import Cluster

    # Workers cannot import the modules of tests.
    for module in (conftest, sys.modules[__name__]):
        cloudpickle.register_pickle_by_value(module)
    node = {"num_cpus": 1, "object_store_memory": 200 << 20}
    made = Cluster(initialize_head=True, head_node_args={**node, "num_gpus": 1, "include_dashboard": False})
    made.other = made.add_node(**node)
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.fixture
def connected(cluster: Any) -> Iterator[Any]:
    if not cluster.other:
        cluster.other = cluster.add_node(num_cpus=1, object_store_memory=200 << 20)
    cluster.wait_for_nodes()
    with on_ray(cluster.address):
        yield cluster
    assert not ray.is_initialized()


def of(node: Any, folder: Path, what: str) -> list[str]:
    """The stamps of one node's pieces of work."""
    return sorted(path.name.partition("-")[2] for path in folder.glob(f"{what}-{node.node_id}-*"))


def killed_at_work(cluster: Any, folder: Path) -> Callable[[], bool]:
    """Kill the other node as soon as it is at work; whether it was is told when all is over."""
    node = cluster.other

    def kill() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if at_work := set(of(node, folder, "begun")) - set(of(node, folder, "ended")):
                os.kill(int(at_work.pop().split("-")[1]), signal.SIGKILL)
                cluster.remove_node(node, allow_graceful=False)
                cluster.other = None
                return
            time.sleep(0.01)

    killer = Thread(target=kill)
    killer.start()

    def was_killed() -> bool:
        killer.join()
        return cluster.other is None and set(of(node, folder, "begun")) > set(of(node, folder, "ended"))

    return was_killed


def toy_corpus(folder: Path) -> Path:
    """Documents of two languages that have the same words: eight translations, and a report that shares four lines."""
    random = np.random.default_rng(5)
    words = [f"{first}{second}" for first in "bcdfglmnprstv" for second in ("ala", "eno", "iri", "otu", "uma")]
    texts = [[f"{' '.join(random.choice(words, 9)).capitalize()}." for _ in range(14)] for _ in range(9)]
    for lang in ("it", "en"):
        (folder / lang).mkdir(parents=True)
        for number, lines in enumerate(texts):
            is_report = lang == "en" and number == 8
            said = [*texts[8][9:1:-2], *(f"Qu{line[1:]}" for line in texts[0][:6])] if is_report else lines
            (folder / lang / f"{number}{lang if is_report else ''}.txt").write_text(" ".join(said), "utf-8")
    return folder


def test_a_corpus_gives_the_same_on_two_nodes_although_one_is_killed_at_work(connected: Any, tmp_path: Path) -> None:
    folder, corpus = tmp_path / "log", toy_corpus(tmp_path / "corpus")
    folder.mkdir()
    was_killed = killed_at_work(connected, folder)
    found = align_corpus(corpus, encoder=Logged(folder, 0.15))
    assert was_killed()
    assert any(not path.name.startswith("ended-nowhere") for path in folder.glob("ended-*"))
    assert {one.pair.relation for one in found.alignments} >= {Relation.PARALLEL, Relation.COMPARABLE}
    assert len(found.bitext.pairs) > 100
    expected = align_corpus(corpus, encoder=Logged(folder))
    assert found == expected


def test_lists_are_mined_to_the_same_bytes(cluster: Any, tmp_path: Path) -> None:
    words = [f"w{n}" for n in range(500)]
    random = np.random.default_rng(3)
    lines = [" ".join(random.choice(words, 6)) for _ in range(3000)]
    (tmp_path / "a.txt").write_text("\n".join(lines), "utf-8")
    (tmp_path / "b.txt").write_text("\n".join(lines[::-2]), "utf-8")
    common = ["mine", str(tmp_path / "a.txt"), str(tmp_path / "b.txt"), "--langs", "it,en", "--no-cache"]
    for index in ("exact", "clusters"):
        asked = [*common, "--index", index, "-o"]
        here = run(*asked, str(tmp_path / "here.tsv"))
        there = run(*asked, str(tmp_path / "there.tsv"), "--engine", "ray", "--ray-address", cluster.address)
        assert here.exit_code == there.exit_code == 0, there.output
        assert there.stderr.endswith(here.stderr), "but for what Ray tells of the lost node"
        assert (tmp_path / "there.tsv").read_bytes() == (tmp_path / "here.tsv").read_bytes()
        assert len((tmp_path / "here.tsv").read_text("utf-8").splitlines()) > 1000


def test_shards_are_mined_to_the_same_shards(cluster: Any, tmp_path: Path) -> None:
    lines = [" ".join(f"w{(number * k) % 997}" for k in (3, 5, 7, 11, 13)) for number in range(1, 400)]
    for side, own in (("it", lines), ("en", lines[::-1])):
        (tmp_path / side).mkdir()
        (tmp_path / side / "a.txt").write_text("\n".join(own[:150]), "utf-8")
        rows = (json.dumps({"id": f"{number}", "text": line}) for number, line in enumerate(own[150:]))
        (tmp_path / side / "b.jsonl").write_text("\n".join(rows), "utf-8")
    asked = ["mine", str(tmp_path / "it"), str(tmp_path / "en"), "--langs", "it,en", "--no-cache", "-o"]
    for place, engine in (("here", []), ("there", ["--engine", "ray", "--ray-address", cluster.address])):
        (tmp_path / place).mkdir()
        assert run(*asked, str(tmp_path / place / "*.jsonl"), *engine).exit_code == 0
    for name in ("a.jsonl", "b.jsonl"):
        found = (tmp_path / "there" / name).read_bytes()
        assert found == (tmp_path / "here" / name).read_bytes()
        assert found.count(b"\n") > 100


def test_the_main_job_writes_the_same_bytes(cluster: Any, tmp_path: Path) -> None:
    asked = [str(ROOT / "corpus"), "--seeds", str(ROOT / "seeds"), "--no-cache", "--encoder", "use", "-o"]
    here = run(*asked, str(tmp_path / "here"))
    there = run(*asked, str(tmp_path / "there"), "--engine", "ray", "--ray-address", cluster.address)
    assert here.exit_code == there.exit_code == 0, there.output
    names = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "there").iterdir())
    for name in names:
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes(), name


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


class Loaded(BagOfWords):
    """Tells in a folder each time that a process loads it."""

    name = "loaded"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return load, (self.folder,)


def load(folder: Path) -> Loaded:
    (folder / f"{os.getpid()}-{time.monotonic_ns()}").touch()
    return Loaded(folder)


def named(embedder: Embedder, _: int) -> str:
    return embedder.encoder.name


def test_tasks_find_the_encoder_that_their_process_has_loaded(connected: Any, tmp_path: Path) -> None:
    embedder = Embedder(Loaded(tmp_path))
    for _ in range(2):
        assert list(each(partial(named, embedder), range(100), "working")) == ["loaded"] * 100
    loads = [path.name.partition("-")[0] for path in tmp_path.iterdir()]
    assert loads
    assert len(loads) == len(set(loads))


@dataclasses.dataclass(frozen=True)
class Scaled:
    """Work that holds an array and a door to an encoder."""

    rows: np.ndarray
    embedder: Embedder

    def of(self, number: int) -> tuple[float, bool, str]:
        """What it makes of a number, whether its array was copied here, and which process this is."""
        return float(self.rows[number]), self.rows.flags.writeable, str(id(self.embedder.library))


def test_workers_share_arrays_and_load_an_encoder_once(connected: Any) -> None:
    work = Scaled(np.arange(1000.0), Embedder(BagOfWords()))
    found = [*each(work.of, range(1000), "working"), *each(work.of, range(1000), "working")]
    assert [number for number, *_ in found] == 2 * list(map(float, range(1000)))
    assert not any(is_writable for _, is_writable, _ in found), "an array of the shared memory cannot be written"
    assert len({library for *_, library in found}) <= 2, "one for each worker"


def card(_: int) -> str | None:
    return os.environ.get("CUDA_VISIBLE_DEVICES")


def test_tasks_take_their_share_of_a_gpu(cluster: Any) -> None:
    with on_ray(cluster.address, num_gpus=0.5):
        assert list(each(card, range(4), "working")) == ["0"] * 4
    with on_ray(cluster.address):
        assert "0" not in set(each(card, range(4), "working"))
    with pytest.raises(EngineError, match=r"has 1 GPUs, and each task would wait for 2; .* --ray-gpus"):  # noqa: SIM117
        with on_ray(cluster.address, num_gpus=2):
            raise AssertionError


def refuse(number: int) -> int:
    if number == 7:
        raise EncoderError("encoder 'x': has had enough; take another")
    return number


def test_what_a_user_can_mend_comes_back_as_it_is(connected: Any) -> None:
    with pytest.raises(EncoderError, match=r"^encoder 'x': has had enough; take another$"):
        list(each(refuse, range(20), "working"))
    assert list(each(refuse, range(5), "working")) == list(range(5)), "the others go on"


def warn(number: int) -> int:
    import logging

    logging.getLogger("aligner").warning("number %d is odd", number % 2 * 3)
    return number


def test_warnings_of_workers_are_told_once(connected: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert list(at_once(warn, range(10), "working")) == list(range(10))
    assert sorted(record.getMessage() for record in caplog.records) == ["number 0 is odd", "number 3 is odd"]


def test_nothing_to_do_and_what_is_too_little(connected: Any) -> None:
    assert list(each(refuse, [], "working")) == []
    assert list(at_once(refuse, range(3))) == [0, 1, 2]


def version_of_another(*_: object) -> str:
    return "another"


def test_another_version_of_the_code_is_refused(connected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.distributed._code", version_of_another)
    with on_ray(connected.address), pytest.raises(EngineError, match="another version of aligner; install the same"):
        list(each(refuse, range(3), "working"))


def test_a_cluster_that_is_not_there_is_told_at_once() -> None:
    with pytest.raises(EngineError, match=r"no cluster at 127.0.0.1:9 .*ray start --head"), on_ray("127.0.0.1:9"):
        raise AssertionError


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aligner.distributed.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"pip install 'aligner\[ray\]'"), on_ray():
        raise AssertionError


def test_options_of_ray_want_ray(tmp_path: Path) -> None:
    for option in ("--ray-address=h:1", "--ray-gpus=1"):
        result = run(str(ROOT / "corpus"), "-o", str(tmp_path / "out"), "--no-cache", option)
        assert result.exit_code == 2
        assert "is for --engine ray" in result.output


def test_every_encoder_can_be_sent_without_its_weights() -> None:
    import pickle

    for name in ENCODERS:
        if not ENCODERS[name].missing():
            encoder = ENCODERS.load(name)()
            assert len(pickle.dumps(encoder)) < 2000
            assert pickle.loads(pickle.dumps(encoder)).name == encoder.name


def test_errors_come_through_a_pickle() -> None:
    import pickle

    kinds = [AlignerError, *AlignerError.__subclasses__()]
    for kind in kinds:
        again = pickle.loads(pickle.dumps(kind("where: what; do that")))
        assert (type(again), str(again)) == (kind, "where: what; do that")
