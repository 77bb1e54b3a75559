"""Every command of ``codequest``."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from codequest.cli.display import resumable
from codequest.lazy import load

COMMANDS = (
    "index", "search", "ask", "mcp", "demo", "queries", "adapt", "distill", "train", "evaluate", "report", "ann",
    "export", "bench", "encode", "serve", "info", "probe", "teachers",
)  # fmt: skip
"""Names of the commands, each a function in the module of its name."""

QUERIED = ("search", "ask")
"""Commands that take a query, which may look like an option: ``--map-syntax``."""


def build_app(commands: Iterable[str] = COMMANDS) -> typer.Typer:
    """The application with these commands: whoever knows which one is asked for does not wait for the others."""
    app = typer.Typer(
        name="codequest",
        help="Light query encoders in a large teacher's embedding space.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        callback=_group,
    )
    for name in commands:
        settings = {"ignore_unknown_options": name in QUERIED}
        app.command(context_settings=settings)(resumable(load(f"codequest.cli.{name}:{name}")))
    return app


def _group() -> None:
    """Light query encoders in a large teacher's embedding space."""  # a single command needs its name as well
