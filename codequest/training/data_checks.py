"""Early warnings: training data that cannot give a good encoder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from codequest.data.query_files import normal_form
from codequest.encoders import QueryEncoder, TrainableQueryEncoder
from codequest.errors import CodequestWarning, InvalidInputError
from codequest.mining.forms import form_shares
from codequest.mining.language import foreign_share
from codequest.space import Side
from codequest.teachers import Teacher
from codequest.texts import counted

FEW_QUERIES = 2_000
_DUPLICATE_SHARE = 0.2
_TWO_FORMS_SHARE = 0.95
_TRUNCATED_SHARE = 0.5
_SAMPLE = 20_000
_FOREIGN_SHARE = 0.5


class DataWarning(CodequestWarning):
    """The training data will probably not give a good encoder."""


def check_data(encoder: TrainableQueryEncoder, texts: Sequence[str], *, side: Side) -> list[str]:
    """Problems of what an encoder is to be trained on, in sentences; empty when nothing is.

    Args:
        encoder: The encoder.
        texts: What it learns to embed.
        side: Their side.
    """
    distinct = list(dict.fromkeys(texts))
    trained = sum(tensor.numel() for tensor in encoder.trained_tensors().values())
    found = check_size(len(distinct), trained_parameters=trained, dim=encoder.space.dim)
    if side == "query":
        found += check_queries(distinct, token_count=encoder.token_counts, max_tokens=encoder.max_tokens)
    return found


def check_queries(
    queries: Sequence[str], *, token_count: Callable[[Sequence[str]], list[int]], max_tokens: int
) -> list[str]:
    """Problems of these training queries, in sentences; empty when nothing is.

    Args:
        queries: Training queries.
        token_count: Number of tokens of every text, untruncated.
        max_tokens: Number of tokens after which the encoder truncates.
    """
    sample = queries[:: max(1, -(-len(queries) // _SAMPLE))]
    found: list[str] = []
    if len(queries) < FEW_QUERIES:
        found.append(
            f"Only {counted(len(queries), 'training query')}: below about {FEW_QUERIES:,} an encoder memorises them. "
            "Add queries of any source; the teacher needs no labels."
        )
    stems = Counter(" ".join(sorted(set(re.findall(r"\w+", normal_form(query))))) for query in sample)
    repeated = 1 - len(stems) / len(sample) if sample else 0.0
    if repeated > _DUPLICATE_SHARE:
        found.append(f"{repeated:.0%} of the training queries have the same words as another one: deduplicate them.")
    too_long = sum(count > max_tokens for count in token_count(sample)) / max(1, len(sample))
    if too_long > _TRUNCATED_SHARE:
        found.append(
            f"{too_long:.0%} of the training queries are longer than the {max_tokens} tokens the encoder reads: "
            "its vectors cannot follow the teacher's there."
        )
    foreign = foreign_share(sample)
    if foreign > _FOREIGN_SHARE:
        found.append(
            f"{foreign:.0%} of the training queries are in another language than English: unless the teacher is "
            "multilingual, they can be expected to fail. Use a teacher of their language, or translate them."
        )
    elif len(sample) > 1:  # forms are told apart by English words
        found += _one_sided(sample)
    return found


def _one_sided(queries: Sequence[str]) -> Iterator[str]:
    """A problem where nearly all queries are of one form, or of two, such as names and keywords."""
    shares = form_shares(queries)
    first, second, *others = sorted(shares, key=lambda form: -shares[form])
    most, rare = ([first], [second, *others]) if shares[first] > _TWO_FORMS_SHARE else ([first, second], others)
    share = sum(shares[form] for form in most)
    if share > _TWO_FORMS_SHARE:
        yield (
            f"{share:.0%} of the training queries are of the form {' or '.join(most)}: the encoder will be weaker on "
            f"queries of other forms ({', '.join(rare)}) than on these. Add some of those that users ask."
        )


def check_size(queries: int, *, trained_parameters: int, dim: int) -> list[str]:
    """Problems of the number of training queries, in sentences; empty when nothing is.

    A query gives `dim` numbers to fit. With fewer of them than trained numbers, many encoders fit all of the training
    queries exactly, and nothing says which of these is right for other queries.

    Args:
        queries: Number of distinct training queries.
        trained_parameters: Number of values that are trained.
        dim: Length of the teacher's vectors.
    """
    if queries * dim >= trained_parameters:
        return []
    return [
        f"{counted(queries, 'training query')} with {dim} targets each are fewer numbers than the "
        f"{trained_parameters:,} that are trained: the encoder can memorise them. Give at least "
        f"{-(-trained_parameters // dim):,} queries, or train fewer numbers: a lower rank, or a projection."
    ]


def check_trainable(encoder: QueryEncoder, teacher: Teacher) -> TrainableQueryEncoder:
    """The encoder, if this teacher can train it.

    Raises:
        SpaceMismatchError: It is of another teacher's space.
        InvalidInputError: Nothing of it can be trained.
    """
    teacher.space.check(encoder.space, context="This encoder cannot be trained by this teacher")
    if not isinstance(encoder, TrainableQueryEncoder):
        raise InvalidInputError(
            f"A {type(encoder).__name__} has nothing to train. Train a LoRAQueryEncoder, ProjectionQueryEncoder or "
            "StaticQueryEncoder."
        )
    return encoder
