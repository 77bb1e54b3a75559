"""From a teacher to an adapter: local, behind HTTP, as stored vectors; killed, stopped and resumed."""

from __future__ import annotations

import os
import signal
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from codequest.adapt import adapt
from codequest.adapt.run import Run
from codequest.adapt.stages import divide
from codequest.encoders import LoRAQueryEncoder, QueryEncoder, StaticQueryEncoder
from codequest.errors import AdapterFormatError, CodequestWarning, InvalidInputError, SpaceMismatchError, TeacherError
from codequest.teachers import CachedTeacher, LocalTeacher, load_teacher
from tests.adapt.conftest import Ask
from tests.adapt.stored import write_stored
from tests.teachers.api_server import ApiServer, Fault

pytestmark = pytest.mark.filterwarnings("ignore::codequest.training.DataWarning")


@pytest.fixture
def http(tiny_teacher: Path) -> Iterator[ApiServer]:
    """The tiny teacher behind an endpoint that speaks OpenAI's protocol."""
    model = CachedTeacher(LocalTeacher(str(tiny_teacher), device="cpu"))
    server = ApiServer()
    server.key = None
    server.embed = lambda text, side: model.encode_queries([text])[0]
    server.tokens = lambda texts: sum(len(text) // 4 + 1 for text in texts)
    with server.running():
        yield server


def stop_at(http: ApiServer, late: set[str]) -> None:
    """Have the endpoint refuse every request with one of these texts."""
    answered = http.answer
    http.answer = lambda seen: Fault(400, "no more") if late & set(seen.texts) else answered(seen)  # type: ignore[method-assign]


def cosine(encoder: QueryEncoder, teacher: str, texts: list[str]) -> float:
    return float((encoder.encode(texts) * load_teacher(teacher).encode_queries(texts)).sum(1).mean())


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL and fork")
def test_a_local_teacher_killed_and_stopped_and_resumed(ask: Ask, tiny_teacher: Path) -> None:
    request = ask()

    def killed(description: str, done: int, total: int) -> None:
        if description == "training" and done == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            adapt(request, progress=killed)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    planned, spent = Run(request).plan, Run(request).ledger.spent
    assert spent > 0.05
    embedded: list[int] = []

    def stopped(description: str, done: int, total: int) -> None:
        embedded.append(done) if description == "teacher embeds queries" else None
        if description == "training" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapt(request, progress=stopped)
    assert embedded == []  # they were before the kill
    outcome = adapt(request)
    again = Run(request)
    assert again.plan == planned
    assert outcome.seconds > spent
    encoder = QueryEncoder.from_pretrained(outcome.folder, device="cpu")
    assert encoder.space == load_teacher(str(tiny_teacher)).space
    assert encoder.training["start"]["adapter"] == "old"
    assert encoder.training["sources"]["your code"].endswith("160 pairs")
    regression, refinement = encoder.training["stages"]
    assert (regression["config"]["losses"], refinement["pairs"]) == (
        {"cosine": 1.0},
        274,
    )  # searches among them, some choose checkpoints
    assert outcome.report is not None
    assert (outcome.report.queries, outcome.report.documents) == (16, 160)
    row = outcome.report.encoders[0]
    assert row.cosine is not None
    assert row.cosine > 0.8
    assert encoder.metrics[outcome.report.dataset]["cosine"] == pytest.approx(row.cosine, abs=1e-4)
    assert cosine(encoder, str(tiny_teacher), again.material.queries[:50]) > 0.8


def test_a_teacher_behind_http_within_a_limit(ask: Ask, http: ApiServer) -> None:
    teacher = f"openai:tiny?base_url={http.url('openai')}&concurrency=1"
    shown: list[str] = []
    request = ask(teacher=teacher, max_tokens=30_000)
    outcome = adapt(request, show_plan=lambda run: shown.append(run.describe_cost()))
    assert "tokens of at most 30,000" in shown[0]
    sent = http.texts()
    twice = [text for text, count in Counter(sent).items() if count > 1]
    assert len(twice) == 8  # the adapter's reference vectors, as queries and as documents: nothing is paid for twice
    encoder = QueryEncoder.from_pretrained(outcome.folder, device="cpu")
    assert encoder.space.teacher == "openai:tiny"
    assert cosine(encoder, teacher, Run(request).material.queries[:50]) > 0.8


def test_a_limit_that_is_reached_too_early_is_said(ask: Ask, http: ApiServer) -> None:
    http.tokens = lambda texts: 40 * len(texts)  # more than was estimated
    teacher = f"openai:tiny?base_url={http.url('openai')}&concurrency=1"
    with pytest.raises(
        TeacherError, match=r"The limit of 12,000 tokens is reached: .* are kept and not paid for again"
    ):
        adapt(ask(teacher=teacher, max_tokens=12_000))


def test_a_teacher_that_stops_among_the_pairs_leaves_an_adapter(ask: Ask, http: ApiServer, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("\n".join(f"how is order {number} paid" for number in range(300)))
    request = ask(teacher=f"openai:tiny?base_url={http.url('openai')}&concurrency=1", queries=log)
    run = Run(request)
    teacher, labelled = run.source.teacher, run.division.labelled
    assert isinstance(teacher, CachedTeacher)
    late = set(teacher.missing(labelled, "query"))  # its speed was measured on the others, and on all functions
    assert late

    stop_at(http, late)
    with pytest.warns(CodequestWarning, match=r"The teacher stopped after [\d,]+ of [\d,]+ queries; these"):
        outcome = adapt(request)
    assert outcome.trained == len(run.division.queries)  # all were embedded when its speed was measured
    assert run.division.pairs is not None
    stages = QueryEncoder.from_pretrained(outcome.folder).training["stages"]
    assert stages[-1]["pairs"] < len(run.division.pairs.queries)
    assert adapt(request).trained == outcome.trained  # the division that was trained on is found again


@pytest.mark.slow
def test_a_teacher_that_stops_later_leaves_an_adapter(ask: Ask, http: ApiServer, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("\n".join(f"how is order {number} paid" for number in range(1800)))
    request = ask(teacher=f"openai:tiny?base_url={http.url('openai')}&concurrency=1", minutes=60, queries=log)
    run = Run(request)
    queries = divide(run.material, run.plan, seed=0).queries
    late = {text for text in queries[1300:] if text.startswith("how is order")}  # its speed is measured on 1,024
    assert late

    stop_at(http, late)
    with pytest.warns(CodequestWarning, match=r"The teacher stopped after [\d,]+ of [\d,]+ queries") as warned:
        outcome = adapt(request)
    assert 900 < outcome.trained <= queries.index(next(text for text in queries if text in late))
    assert any(f"stopped after {outcome.trained:,} of {len(queries):,} queries" in str(one.message) for one in warned)
    assert QueryEncoder.from_pretrained(outcome.folder).training["stages"]


def test_too_few_stored_queries_are_refused(ask: Ask, tiny_teacher: Path, tmp_path: Path) -> None:
    teacher = LocalTeacher(str(tiny_teacher), device="cpu")
    few = write_stored(tmp_path / "few", teacher, [f"sort a dict {number}" for number in range(100)], ["one"])
    message = r"There are 100 queries \(stored vectors.*\); at least 200 are needed\. Give more code"
    with pytest.raises(InvalidInputError, match=message):
        adapt(ask(teacher=f"vectors:{few}", code=()))


@pytest.mark.slow
def test_an_index_is_not_embedded_again_and_another_teachers_is_refused(
    ask: Ask, tiny_teacher: Path, tiny_base: Path, tmp_path: Path, start: str
) -> None:
    request = ask()
    functions = Run(request).material.pairs
    assert functions is not None
    documents = [f"shop/{name}\n{code}" for name, code in functions.documents.items()]
    teacher = LocalTeacher(str(tiny_teacher), device="cpu")
    folder = write_stored(tmp_path / "index", teacher, ["one"], documents)
    index = ask(index=folder / "documents.npy", texts=folder / "documents.jsonl", out=tmp_path / "indexed")
    run = Run(index)
    assert run.material.pairs is not None
    assert set(run.material.pairs.documents.values()) <= set(documents)
    assert len(run.material.pairs.queries) == 160
    inner = run.source.teacher
    assert isinstance(inner, CachedTeacher)
    outcome = run.follow()
    assert outcome.report is not None
    embedded = CachedTeacher(inner.teacher)
    assert len(embedded.missing(documents, "document")) >= 160 - 16  # the probe embedded sixteen
    with pytest.raises(SpaceMismatchError, match="did not make"):
        adapt(ask(teacher=str(tiny_base), index=folder / "documents.npy", out=tmp_path / "refused"))
    (folder / "documents.jsonl").unlink()
    with pytest.raises(TeacherError, match="holds vectors without their texts"):
        adapt(ask(index=folder / "documents.npy", out=tmp_path / "refused"))


def test_a_fresh_static_table(ask: Ask, tiny_base: Path, tmp_path: Path) -> None:
    run = Run(ask(kind="static", start="none"))
    with pytest.raises(InvalidInputError, match="minutes are too short"):
        assert Run(ask(minutes=0.0001)).plan
    assert run.start is None
    with pytest.raises(AdapterFormatError, match="No adapter"):
        assert Run(ask(start=str(tmp_path / "nowhere"))).plan
    assert issubclass(StaticQueryEncoder, QueryEncoder)


def test_the_adapter_of_the_whole_vectors_is_cut_trained_on_and_compared_with(
    ask: Ask, tiny_base: Path, tiny_teacher: Path, tmp_path: Path
) -> None:
    whole = LocalTeacher(str(tiny_teacher), device="cpu")
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=whole.space, rank=2, device="cpu")
    texts = [f"sort a dict {number}" for number in range(60)]
    encoder.initialize(encoder.prepare(texts), whole.encode_queries(texts))
    encoder.training = {"stages": [{"epochs": 1}]}
    start = encoder.save_pretrained(tmp_path / "whole")
    outcome = adapt(ask(start=str(start), dim=16))
    assert outcome.report is not None
    trained, as_it_was = outcome.report.encoders
    assert (trained.name, as_it_was.name) == ("adapter", "whole, as it was")
    adapted = QueryEncoder.from_pretrained(outcome.folder)
    assert adapted.space == load_teacher(str(tiny_teacher), dim=16).space
    assert adapted.training["stages"][0] == {"epochs": 1}  # it goes on from there
    measured = [row.cosine for row in outcome.report.encoders]
    assert measured[0] > measured[1] - 0.02  # type: ignore[operator]
