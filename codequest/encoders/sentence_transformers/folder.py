"""Writes modules as a folder that sentence-transformers loads, if it gives the right vectors then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codequest.adapters.card import render_card
from codequest.adapters.folder import CARD_FILE, SOURCE_FILE, AdapterConfig, check_destination, write_folder
from codequest.encoders.base import QueryEncoder
from codequest.encoders.sentence_transformers.modules import sentence_modules
from codequest.errors import InvalidInputError, require
from codequest.runtimes import PARITY_QUERIES, check_parity, measure_parity

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import nn

_CODE = "codequest_static"
_SNIPPET = """```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("{{path}}"{trust})
query_vector = model.{method}("sort a dictionary by value")  # float32, ({{dim}},), unit length
```"""


def export_modules(encoder: QueryEncoder, folder: str | Path, *, precision: str) -> Path:
    """`QueryEncoder.export` for sentence-transformers."""
    require("sentence_transformers", extra="sentence-transformers")
    if precision != "fp32":
        raise InvalidInputError(
            f"A folder for sentence-transformers holds fp32 weights, got precision={precision!r}. Leave it out; "
            "SentenceTransformer(folder, model_kwargs={'dtype': 'bfloat16'}) loads it in half precision."
        )
    check_destination(folder)
    modules = sentence_modules(encoder)
    return write_modules(folder, modules, encoder.config(), check=lambda model: check_queries(model, encoder))


def check_queries(model: SentenceTransformer, encoder: QueryEncoder) -> None:
    """Refuse a model that does not give an encoder's vectors of built-in queries.

    Raises:
        ParityError: Says how far they are apart.
    """
    parity = measure_parity(model.encode_query(list(PARITY_QUERIES)), encoder.encode(PARITY_QUERIES))
    check_parity(parity, "fp32", name="What sentence-transformers loads")


def write_modules(
    folder: str | Path,
    modules: Sequence[nn.Module],
    source: AdapterConfig,
    *,
    check: Callable[[SentenceTransformer], None],
    prompts: Mapping[str, str] | None = None,
    method: str = "encode",
) -> Path:
    """Write modules as a folder, load it as anyone would, and give it its name if the check passes.

    Args:
        folder: Where to; an adapter or exported folder already there is replaced.
        modules: Of sentence-transformers, in a row.
        source: Configuration of the encoder; kept in the folder.
        check: Raises if the loaded model does not give the right vectors.
        prompts: Texts before queries and documents, by ``"query"`` and ``"document"``.
        method: What embeds queries; shown in the card.

    Raises:
        ParityError: From the check; nothing was written.
        AdapterWriteError: No permission, no space, or something else is there.
    """
    transformer = require("sentence_transformers", extra="sentence-transformers").SentenceTransformer
    model = transformer(modules=list(modules), prompts=dict(prompts or {}), device="cpu")

    def fill(work: Path) -> None:
        model.save_pretrained(str(work), create_model_card=False)
        trust = ", trust_remote_code=True" if _ship_code(work) else ""
        snippet = _SNIPPET.format(trust=trust, method=method)
        card = render_card(source, library="sentence-transformers", snippet=snippet)
        (work / CARD_FILE).write_text(card, encoding="utf-8")
        (work / SOURCE_FILE).write_text(source.to_json(), encoding="utf-8")
        check(transformer(str(work), device="cpu", trust_remote_code=bool(trust)))

    return write_folder(folder, fill)


def _ship_code(folder: Path) -> bool:
    """Put our module's file into a folder that uses it, so that it loads without codequest; whether it does."""
    shipped = False
    for path in (*folder.glob("modules.json"), *folder.rglob("router_config.json")):
        said = path.read_text(encoding="utf-8")
        named = said.replace(f"{__package__}.{_CODE}.", f"{_CODE}.")
        if named != said:
            path.write_text(named, encoding="utf-8")
            code = Path(__file__).with_name(f"{_CODE}.py").read_bytes()
            (folder / f"{_CODE}.py").write_bytes(code)
            shipped = True
    return shipped
