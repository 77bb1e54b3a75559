"""Every command of ``codequest``."""

from __future__ import annotations

import typer

from codequest.cli.ann import ann
from codequest.cli.ask import ask
from codequest.cli.bench import bench
from codequest.cli.demo import demo
from codequest.cli.display import resumable
from codequest.cli.distill import distill
from codequest.cli.encode import encode
from codequest.cli.evaluate import evaluate
from codequest.cli.export import export
from codequest.cli.index import index
from codequest.cli.info import info
from codequest.cli.mcp import mcp
from codequest.cli.probe import probe
from codequest.cli.queries import queries
from codequest.cli.report import report
from codequest.cli.search import search
from codequest.cli.serve import serve
from codequest.cli.teachers import teachers
from codequest.cli.train import train

app = typer.Typer(
    name="codequest",
    help="Light query encoders in a large teacher's embedding space.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
COMMANDS = (
    index, search, ask, mcp, demo, queries, distill, train, evaluate, report, ann, export, bench, encode, serve, info,
    probe, teachers,
)  # fmt: skip
for command in COMMANDS:
    app.command()(resumable(command))
