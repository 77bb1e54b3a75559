"""``codequest ask``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from codequest.cli.display import console, messages
from codequest.cli.options.searches import (
    GlobOption,
    KindOption,
    LanguageOption,
    ModeOption,
    PathOption,
    QuickEncoderOption,
    encoder_for,
    filters_of,
    opened,
    place,
    tell_what_is_missing,
)
from codequest.errors import AnswerError, InvalidInputError
from codequest.texts import counted, visible_line

if TYPE_CHECKING:
    from codequest.search import Answer, ChatEndpoint, PackedContext


def ask(
    question: Annotated[str, typer.Argument(help="Your question about the code.")],
    *,
    path: PathOption = Path("."),
    endpoint: Annotated[
        str,
        typer.Option(
            envvar="OPENAI_BASE_URL",
            help="Any endpoint that speaks OpenAI's protocol, such as http://localhost:11434/v1; without one the "
            "prompt is printed. The key is in OPENAI_API_KEY.",
        ),
    ] = "",
    model: Annotated[str, typer.Option(envvar="OPENAI_MODEL", help="The model, as the endpoint calls it.")] = "",
    budget: Annotated[
        int, typer.Option(min=1, help="Most tokens of the prompt, estimated: one for every three bytes.")
    ] = 6000,
    limit: Annotated[int, typer.Option(min=1, help="Most chunks to pack.")] = 30,
    language: LanguageOption = None,
    glob: GlobOption = None,
    kind: KindOption = None,
    mode: ModeOption = "hybrid",
    encoder: QuickEncoderOption = None,
) -> None:
    """Answer a question about the indexed code with a language model, or print the prompt that would."""
    from codequest.search import ChatEndpoint

    if endpoint and not model:
        raise InvalidInputError(
            "Which model should answer? Give --model, or set OPENAI_MODEL; or give --endpoint '' to print the prompt."
        )
    chat = ChatEndpoint(endpoint, model=model) if endpoint else None
    index = opened(path, encoder_for(encoder, mode))
    filters = filters_of(language, glob, kind)
    context = index.pack(question, budget=budget, limit=limit, filters=filters, mode=cast(Any, mode))
    tell_what_is_missing(index.freshness, index.root)
    if chat is not None:
        _print_answer(context, chat, index.root)
        return
    _say(_packed(context))
    _say("No endpoint is given: paste this into a model, or give --endpoint and --model.")
    console.file.write(context.prompt)


def _print_answer(context: PackedContext, chat: ChatEndpoint, root: Path) -> None:
    from codequest.search import ask as ask_model

    _say(f"{_packed(context)} to {chat.model} at {chat.url}")
    try:
        answer = ask_model(context, chat, show=_show)
    except AnswerError as error:
        if error.partial:
            console.file.write("\n")
        raise
    console.file.write("\n")
    _print_sources(answer, root)
    _warn(answer)


def _show(piece: str) -> None:
    console.file.write(piece)
    console.file.flush()


def _packed(context: PackedContext) -> str:
    left_out = (
        f" ({counted(context.left_out, 'more chunk does', 'more chunks do')} not fit)" if context.left_out else ""
    )
    return f"{counted(len(context.sources), 'source')}, about {context.tokens:,} of {context.budget:,} tokens{left_out}"


def _print_sources(answer: Answer, root: Path) -> None:
    if answer.cited:
        console.print("\nSources cited:")
    for citation in answer.cited:
        assert citation.source is not None
        line = place(root, citation.source.path, citation.lines)
        line.append(f"  {visible_line(citation.source.symbols.get(citation.start_line, ''))}", style="not bold dim")
        console.print("  ", line, sep="", soft_wrap=True)


def _warn(answer: Answer) -> None:
    for citation in answer.unfounded:
        _say(f"Warning: the answer cites {citation}, which the model was not shown: do not rely on that claim.")
    if not answer.answered:
        _say("The code that was found does not answer this: ask in other words, or with a larger --budget or --limit.")
    elif not answer.cited:
        _say("Warning: the answer cites none of the sources: nothing in it can be checked.")
    if answer.cut:
        _say("Warning: the model reached its limit of tokens: the answer is cut.")


def _say(text: str) -> None:
    messages.print(text, soft_wrap=True)
