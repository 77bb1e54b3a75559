"""adapt: from a teacher's name to a measured adapter, within a number of minutes."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from codequest.adapt.ledger import Ledger
from codequest.adapt.material import Material, gather
from codequest.adapt.measuring import Outcome, measure
from codequest.adapt.plan import LEAST_QUERIES, MOST_PAIRS, MOST_QUERIES, Plan, Speeds, make_plan
from codequest.adapt.request import Request
from codequest.adapt.sources import TeacherSource, matched, open_source
from codequest.adapt.speed import seconds_per_step, seconds_per_text
from codequest.adapt.stages import SETTINGS, Division, Stages, divide, learning_rate
from codequest.adapt.starts import goes_on, start_of
from codequest.adapters.folder import check_destination
from codequest.encoders import QueryEncoder, TrainableQueryEncoder, create_encoder
from codequest.errors import CodequestWarning, InvalidInputError, TeacherError
from codequest.evaluation.comparison import teacher_cost
from codequest.files import cache_root
from codequest.progress import Progress, silent
from codequest.space import Side
from codequest.teachers import ApiTeacher, CachedTeacher, Teacher
from codequest.teachers.api.spending import warn_of_cost
from codequest.texts import counted
from codequest.training.config import digest

_FRESH_ROWS = 8_000  # the teacher embeds the text of each
_READING = 0.15  # share of the time after which no further package is read
_QUERIES_A_MINUTE, _PAIRS_A_MINUTE = 6_000, 400  # of the time: a teacher embeds no more, unless it runs on a GPU
_CHUNK = 256  # queries that are embedded before the clock is looked at again, at least; enough for an adapter
_SECONDS = 3.0  # of a teacher that is fast, for one chunk


class Run:
    """One request being followed; what it decides is kept, so that it goes on after a kill.

    Attributes:
        request: What is wanted.
        ledger: Decisions and time spent.
        start: Name of the adapter to start from, or None.
    """

    def __init__(self, request: Request, progress: Progress = silent) -> None:
        check_destination(request.out)
        self.request = request
        given = [str(value) for value in (request.teacher, request.dim, request.queries, request.index, request.texts)]
        rest = [list(request.code), request.kind, request.start, request.minutes, request.seed, str(request.out)]
        self.ledger = Ledger(cache_root() / "adapt" / digest(given, rest))
        self._progress = progress
        teacher = self.source.teacher
        cost = teacher_cost(teacher)
        self.start = request.chosen_start(teacher.space, cost.flops if cost else None)
        self.batch_size = int(SETTINGS[request.kind]["batch_size"])

    def progress(self, description: str, done: int, total: int) -> None:
        """Report, and keep the time."""
        self.ledger.tick()
        self._progress(description, done, total)

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return 60 * self.request.minutes - self.ledger.spent

    @cached_property
    def source(self) -> TeacherSource:
        """The teacher and what it has embedded; that it made the index is looked at once."""
        return open_source(self.request, progress=self.progress)

    @cached_property
    def material(self) -> Material:
        """What there is to train on; read once, and kept."""
        kept = self.ledger.decided("material")
        if kept is not None:
            return Material.from_dict(kept)
        stored, documents = self.source.queries, self.source.documents
        found = gather(
            code=self.request.code,
            queries=self.request.queries,
            enough_queries=0 if stored is not None else self._worth_reading(_QUERIES_A_MINUTE, MOST_QUERIES),
            enough_pairs=0 if documents else self._worth_reading(_PAIRS_A_MINUTE, MOST_PAIRS),
            packages=[] if stored is not None else self.request.packages,
            stop=lambda: self.ledger.spent > _READING * 60 * self.request.minutes,
            seed=self.request.seed,
            progress=self.progress,
        )
        if documents and found.pairs is not None:
            found = found.with_pairs(matched(found.pairs, documents))
        if stored is not None:
            found = found.with_queries(stored, "stored vectors")
        self.ledger.decide("material", found.to_dict())
        return found

    def _worth_reading(self, a_minute: int, most: int) -> int:
        """Number of texts that may fit into the time on a fast machine: more are not looked for."""
        return min(most, round(a_minute * self.request.minutes))

    @cached_property
    def plan(self) -> Plan:
        """What fits into the time, from what was measured; decided once.

        Raises:
            InvalidInputError: Too few queries, or too few minutes.
        """
        kept = self.ledger.decided("plan")
        if kept is not None:
            return Plan(**kept)
        material = self.material
        if len(material.queries) < LEAST_QUERIES:
            raise InvalidInputError(
                f"There are {counted(len(material.queries), 'query')} ({material.described() or 'nothing was found'}); "
                f"at least {LEAST_QUERIES} are needed. Give more code, a file of queries, or install packages whose "
                "documentation can be read."
            )
        self._warn_of_rows()
        pairs = material.pairs
        documents = [] if pairs is None else list(pairs.documents.values())
        speeds = Speeds(
            query=seconds_per_text(self.source.teacher, material.queries, "query"),
            document=seconds_per_text(self.source.teacher, documents, "document"),
            step=self._seconds_per_step(),
        )
        labelled = 0 if pairs is None else min(len(pairs.queries), self._affordable(documents, "document", 0.2))
        affordable = self._affordable(material.queries, "query", 0.7)
        try:
            plan = make_plan(self.left, speeds, queries=affordable, pairs=labelled, batch_size=self.batch_size)
        except InvalidInputError:
            self.ledger.restart()  # the same request, in a quieter hour, has all of its time again
            raise
        self.ledger.decide("speeds", speeds.to_dict())
        self.ledger.decide("plan", plan.to_dict())
        return plan

    def _seconds_per_step(self) -> float:
        queries = self.material.queries
        encoder = self.encoder(queries)
        return seconds_per_step(encoder, self.source.teacher, queries, batch_size=self.batch_size)

    def _warn_of_rows(self) -> None:
        """Say that a table that begins afresh is made of rows that the teacher embeds, before it does."""
        if self.request.kind == "static" and self.start is None:
            warn_of_cost(self.source.teacher, rows=_FRESH_ROWS)

    @cached_property
    def division(self) -> Division:
        """What is trained on, and what is measured on."""
        return divide(self.material, self.plan, seed=self.request.seed)

    def _affordable(self, texts: list[str], side: Side, share: float) -> int:
        """Number of the first texts whose tokens are at most a share of those that the request allows."""
        if self.request.max_tokens is None:
            return len(texts)
        sums = itertools.accumulate(self.source.teacher.token_counts(texts, side))
        return sum(1 for tokens in sums if tokens <= share * self.request.max_tokens)

    @property
    def speeds(self) -> Speeds:
        """What was measured before the plan was made."""
        return Speeds(**self.ledger.decided("speeds"))

    def encoder(self, queries: Sequence[str]) -> TrainableQueryEncoder:
        """The encoder before it is trained."""
        start = self.start
        if (begun := start_of(start, self.source.teacher.space)) is not None:
            return begun
        options = {"seed": self.request.seed} if start is None else {"seed": self.request.seed, "start": start}
        if start is None and self.request.kind == "lora":
            options |= {"layers": 3, "rank": 32}
        elif start is None:
            options |= {"rows": _FRESH_ROWS}
        return create_encoder(
            self.request.kind, self.source.teacher, queries=queries, options=options, progress=self.progress
        )

    @property
    def goes_on(self) -> bool:
        """Whether the adapter to start from is of the teacher's space already."""
        return goes_on(self.start, self.source.teacher.space)

    def describe_training(self) -> str:
        """Learning rates and batch size, for the plan."""
        first, then = (learning_rate(self.request.kind, gently=gently) for gently in (self.goes_on, True))
        return f"{first:g}, then {then:g} in the refinement; {self.batch_size} queries"

    def describe_test(self) -> str:
        """What is measured on, for the plan."""
        division = self.division
        if division.test is not None:
            return (
                f"{counted(len(division.test.queries), 'labelled query')} in "
                f"{counted(len(division.documents), 'function')}"
            )
        if self.source.documents:
            return (
                f"{counted(len(division.unlabelled), 'query')} without labels in your "
                f"{counted(len(self.source.documents), 'document')}"
            )
        return "nothing: there are neither labelled pairs nor documents"

    def describe_cost(self) -> str:
        """Tokens, and dollars where they are known, that an API will be asked for; empty for other teachers."""
        teacher = self.source.teacher
        api = teacher.teacher if isinstance(teacher, CachedTeacher) else teacher
        if not isinstance(teacher, CachedTeacher) or not isinstance(api, ApiTeacher):
            return ""
        division = self.division
        queries = api.estimate(teacher.missing([*division.queries, *division.labelled], "query"), "query")
        documents = api.estimate(teacher.missing(division.documents, "document"))
        known = queries.dollars is not None and documents.dollars is not None
        dollars = f", ${(queries.dollars or 0) + (documents.dollars or 0):.2f}" if known else ""
        limit = f" of at most {self.request.max_tokens:,}" if self.request.max_tokens else ""
        return f": about {counted(queries.tokens + documents.tokens, 'token')}{limit}{dollars}"

    def follow(self) -> Outcome:
        """Embed, train, measure and save."""
        queries, division = self.embedded(self.division)
        stages = Stages(self.source.teacher, self.ledger, self.request, self.progress, goes_on=self.goes_on)
        encoder = stages.train(self.encoder, queries, division, self.plan, self.speeds, until=60 * self.request.minutes)
        encoder.training |= {"seed": self.request.seed, "sources": dict(self.material.sources)}
        encoder.save_pretrained(self.request.out)  # whatever becomes of the measurement
        compared: dict[str, QueryEncoder] = {self.request.out.name: encoder}
        if (begun := start_of(self.start, self.source.teacher.space)) is not None:
            compared[f"{Path(str(self.start)).name}, as it was"] = begun
        report = measure(compared, self.source, division, progress=self.progress)
        if report is not None:
            encoder.metrics[report.dataset] = report.encoders[0].summary()
        folder = encoder.save_pretrained(self.request.out)
        self.ledger.write()
        return Outcome(folder, report, len(queries), self.ledger.spent, stages.gained)

    def embedded(self, division: Division) -> tuple[list[str], Division]:
        """The queries that are trained on, once the teacher has embedded them, and of the division what it embedded.

        A teacher that fails after it has embedded enough, such as an API whose limit is reached, ends this early. So
        the first queries are embedded before the documents of the pairs.

        Raises:
            TeacherError: It failed before that.
        """
        kept = self.ledger.decided("queries")
        if kept is None:
            kept = self.ledger.decide("queries", self._embed(division))
        return division.queries[:kept], division.embedded_by(self.source.teacher)

    def _embed(self, division: Division) -> int:
        """Have the teacher embed what is trained on; gives the number of queries without labels."""
        teacher, total = self.source.teacher, len(division.queries)
        until = self.ledger.spent + 1.5 * self.plan.embedding_seconds + 5
        done, chunk = min(total, _CHUNK), max(_CHUNK, round(_SECONDS / max(self.speeds.query, 1e-3)))
        teacher.encode_queries(division.queries[:done])  # from here on there can be an adapter, whatever happens
        try:
            teacher.encode_documents(division.documents, progress=self.progress)
            teacher.encode_queries(division.labelled, progress=self.progress)
            while done < total and self.ledger.spent < until:
                teacher.encode_queries(division.queries[done : done + chunk])
                done = min(total, done + chunk)
                self.progress("teacher embeds queries", done, total)
        except TeacherError as error:
            done = max(done, _embedded_first(teacher, division.queries))  # of a chunk, what was embedded counts too
            says = f"The teacher stopped after {done:,} of {counted(total, 'query')}; these are trained on. {error}"
            warnings.warn(says, CodequestWarning, stacklevel=2)
        return done


def _embedded_first(teacher: Teacher, queries: Sequence[str]) -> int:
    """Number of the first queries that a teacher has embedded."""
    unknown = set(teacher.missing(queries, "query")) if isinstance(teacher, CachedTeacher) else set(queries)
    return next((position for position, text in enumerate(queries) if text in unknown), len(queries))


def adapt(request: Request, *, progress: Progress = silent, show_plan: Callable[[Run], None] | None = None) -> Outcome:
    """Adapt an encoder to a teacher within a number of minutes.

    Killed at any moment, the same request goes on where it was, with the time that it had left.

    Args:
        request: What is wanted.
        progress: Called during everything that takes long.
        show_plan: Called once it is decided what is done.

    Raises:
        InvalidInputError: Too little to train on, too few minutes, or an option that cannot be used.
        AdapterFormatError: The adapter to start from is none, or of an unknown kind.
        SpaceMismatchError: The teacher did not make the vectors of the index.
        TeacherError: The teacher failed before it had embedded enough; what it embedded is kept.
        AdapterWriteError: The adapter cannot be written.
    """
    run = Run(request, progress)
    assert run.plan
    if show_plan is not None:
        show_plan(run)
    return run.follow()
