"""One shard: its file, what failed, and what is not embedded twice."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from codequest.corpus.shard import ShardPlan, embed_shard, shard_key
from codequest.corpus.sources.source import Record
from codequest.errors import TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers import Teacher
from codequest.teachers.stored.shards import shard_facts
from tests.corpus.material import TEXTS, FailingTeacher, NotANumber
from tests.teachers.counting import CountingTeacher, vector_of

parquet = pytest.importorskip("pyarrow.parquet")

RECORDS = [Record(f"d{number}", text) for number, text in enumerate(TEXTS)]
WANTED = np.stack([vector_of("document" + text) for text in TEXTS])


@pytest.fixture
def plan(tmp_path: Path) -> ShardPlan:
    return made(tmp_path)


def made(folder: Path, **options: object) -> ShardPlan:
    for name in ("documents", "unfinished"):
        (folder / name).mkdir(exist_ok=True, parents=True)
    given = {"side": "document", "dtype": "float32", "keeps_text": True, **options}
    return ShardPlan(folder=folder / "documents", journals=folder / "unfinished", **given)  # type: ignore[arg-type]


def failed(plan: ShardPlan) -> dict[str, str]:
    facts = shard_facts(plan.path(0))
    assert facts is not None
    found: dict[str, str] = facts["failed"]
    return found


def test_a_shard_has_ids_texts_digests_and_vectors(plan: ShardPlan) -> None:
    embed_shard(CountingTeacher(), RECORDS, 0, plan)
    table = parquet.read_table(plan.path(0))
    assert table["id"].to_pylist() == [f"d{number}" for number in range(20)]
    assert table["text"].to_pylist() == TEXTS
    assert table["sha256"].to_pylist() == [sha256(text.encode()).digest() for text in TEXTS]
    assert str(table.schema.field("vector").type) == "fixed_size_list<element: float>[8]"
    np.testing.assert_allclose(np.array(table["vector"].to_pylist()), WANTED, atol=1e-6)
    assert failed(plan) == {}
    assert list(plan.journals.iterdir()) == []


def test_the_texts_may_be_left_out_and_numbers_rounded(tmp_path: Path) -> None:
    plan = made(tmp_path, dtype="float16", keeps_text=False, side="query")
    embed_shard(CountingTeacher(), RECORDS[:3], 0, plan)
    table = parquet.read_table(plan.path(0))
    assert table.column_names == ["id", "sha256", "vector"]
    assert str(table.schema.field("vector").type) == "fixed_size_list<element: halffloat>[8]"
    wanted = np.stack([vector_of("query" + text) for text in TEXTS[:3]])
    np.testing.assert_allclose(np.array(table["vector"].to_pylist(), np.float32), wanted, atol=1e-3)


@pytest.mark.parametrize("teacher", [FailingTeacher("sort"), NotANumber(batch_tokens=40)], ids=["error", "nan"])
def test_texts_that_fail_alone_are_named_and_the_others_embedded(teacher: Teacher, plan: ShardPlan) -> None:
    records = [*RECORDS, Record("empty", " \n")]
    embed_shard(teacher, records, 0, plan)
    whys = failed(plan)
    assert list(whys) == ["d0", "d1", "d2", "d3", "empty"]
    assert whys["empty"] == "the text is empty"
    assert "no vector for 1 text" in whys["d0"] or "NaN or infinity for 1 of 1" in whys["d0"]
    table = parquet.read_table(plan.path(0))
    assert table["id"].to_pylist() == [f"d{number}" for number in range(4, 20)]
    np.testing.assert_allclose(np.array(table["vector"].to_pylist()), WANTED[4:], atol=1e-6)


def test_a_teacher_that_no_longer_works_ends_the_run_and_what_it_did_is_not_done_again(plan: ShardPlan) -> None:
    broken = FailingTeacher(until=9)
    with pytest.raises(TeacherError, match="no vector for"):
        embed_shard(broken, RECORDS, 0, plan)
    assert not plan.path(0).exists()
    again = FailingTeacher()
    embed_shard(again, RECORDS, 0, plan)
    before, after = ({text for _, text in teacher.embedded} for teacher in (broken, again))
    assert len(before) >= 9
    assert before & after == set()
    whole = made(plan.folder.parent / "whole")
    embed_shard(FailingTeacher(), RECORDS, 0, whole)
    assert whole.path(0).read_bytes() == plan.path(0).read_bytes()


def test_a_batch_that_fails_and_whose_texts_do_not_is_embedded_text_by_text(plan: ShardPlan) -> None:
    class OutOfMemory(CountingTeacher):
        def embed_batch(self, texts, side):  # type: ignore[no-untyped-def]
            if len(texts) > 2:
                raise RuntimeError("CUDA out of memory")
            return super().embed_batch(texts, side)

    embed_shard(OutOfMemory(), RECORDS, 0, plan)
    assert failed(plan) == {}
    np.testing.assert_allclose(np.array(parquet.read_table(plan.path(0))["vector"].to_pylist()), WANTED, atol=1e-6)


def test_numbers_that_float16_does_not_have_are_refused(tmp_path: Path) -> None:
    class Long(CountingTeacher):
        def __init__(self) -> None:
            super().__init__()
            self._space = EmbeddingSpace(teacher="long", dim=8, normalized=False)

        def embed_batch(self, texts, side):  # type: ignore[no-untyped-def]
            return 1e6 * super().embed_batch(texts, side)

    with pytest.raises(TeacherError, match=r"vectors of up to .*e\+05, which float16 has no number for"):
        embed_shard(Long(), RECORDS, 0, made(tmp_path, dtype="float16"))
    embed_shard(Long(), RECORDS, 0, made(tmp_path))


def test_the_key_tells_texts_ids_and_settings_apart(plan: ShardPlan, tmp_path: Path) -> None:
    keys = {
        shard_key("space", RECORDS, plan),
        shard_key("other", RECORDS, plan),
        shard_key("space", RECORDS[::-1], plan),
        shard_key("space", [Record("x", RECORDS[0].text), *RECORDS[1:]], plan),
        *(shard_key("space", RECORDS, made(tmp_path, **{name: value})) for name, value in OTHERS.items()),
    }
    assert len(keys) == 4 + len(OTHERS)


OTHERS = {"side": "query", "dtype": "float16", "keeps_text": False}


def test_progress_counts_all_texts(plan: ShardPlan) -> None:
    said: list[tuple[str, int, int]] = []
    embed_shard(CountingTeacher(batch_tokens=40), RECORDS, 0, plan, progress=lambda *now: said.append(now))
    assert [what for what, _, _ in said] == ["teacher embeds documents"] * len(said)
    assert said[-1][1:] == (20, 20)
    assert sorted(done for _, done, _ in said) == [done for _, done, _ in said]
