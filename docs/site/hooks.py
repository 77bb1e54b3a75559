"""Additions to the pages that mkdocs renders: the reference of the commands, and links that leave the docs folder."""

from __future__ import annotations

import re
from typing import Any

import typer.main
from mkdocs.structure.files import File, Files

from codequest.cli.app import build_app

_OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./([^)#]+)(#[^)]*)?\)")


def on_files(files: Files, *, config: Any) -> Files:
    """Add the page that says what every command takes, as the commands themselves say it."""
    files.append(File.generated(config, "cli.md", content=_reference()))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Name files of the repository that are no pages, instead of linking to them."""
    return _OUTSIDE.sub(lambda found: f"{found[1]} (`{found[2]}` in the repository)", markdown)


def _reference() -> str:
    group: Any = typer.main.get_command(build_app())
    parts = ["# Commands", "", "`codequest COMMAND --help` says the same.", ""]
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        parts += [f"## codequest {name}", "", str(command.help or ""), "", *_usage(name, command), *_table(command), ""]
    return "\n".join(parts)


def _usage(name: str, command: Any) -> list[str]:
    usage = command.get_usage(command.context_class(command, info_name=f"codequest {name}"))
    return ["```", usage.removeprefix("Usage: "), "```", ""]


def _table(command: Any) -> list[str]:
    rows = ["| | | by default |", "|---|---|---|"]
    for parameter in command.params:
        names = ", ".join(f"`{option}`" for option in parameter.opts)
        if parameter.param_type_name == "argument":
            names = f"`{parameter.name.upper()}`"
        text = " ".join(str(getattr(parameter, "help", None) or "").split()).replace("|", "\\|")
        default = getattr(parameter.default, "value", parameter.default)  # of an enum
        shown = "" if default is None or callable(default) or default == [] or default is False else f"`{default}`"
        rows.append(f"| {names} | {text} | {shown} |")
    return rows
