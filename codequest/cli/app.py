"""Every command of ``codequest``, each loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from codequest.arguments import did_you_mean
from codequest.cli.display import console, quiet_libraries, resumable
from codequest.lazy import load
from codequest.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = (
    "index", "search", "ask", "mcp", "demo", "queries", "adapt", "distill", "train", "evaluate", "report", "ann",
    "export", "bench", "encode", "embed", "serve", "info", "probe", "teachers",
)  # fmt: skip
"""Names of the commands, each a function in the module of its name."""

QUERIED = ("search", "ask")
"""Commands that take a query, which may look like an option: ``--map-syntax``."""


class _Commands(TyperGroup):
    """The commands; one is built when it is asked for, and for the list of all of them none is."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            self.commands[cmd_name] = _built(cmd_name)
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        near = "" if args[0] in COMMANDS else did_you_mean(args[0], COMMANDS)
        if near:
            ctx.fail(f"No such command {args[0]!r}.{near}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        rows = [(name, (_function(name).__doc__ or "").strip().splitlines()[0]) for name in COMMANDS]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def build_app() -> typer.Typer:
    """The application."""
    return typer.Typer(
        name="codequest",
        cls=_Commands,
        help="Light query encoders in a large teacher's embedding space.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # its help takes twice as long to begin
        callback=_group,
        context_settings={"max_content_width": 120},
    )


def _function(name: str) -> Callable[..., None]:
    found: Callable[..., None] = load(f"codequest.cli.{name}:{name}")
    return found


def _built(name: str) -> Any:
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.command(name, context_settings={"ignore_unknown_options": name in QUERIED})(resumable(_function(name)))
    return typer.main.get_command(alone)


def _version(asked: bool) -> None:
    if asked:
        console.file.write(f"codequest {__version__}\n")
        raise typer.Exit


def _group(
    *,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Light query encoders in a large teacher's embedding space."""
    quiet_libraries()
