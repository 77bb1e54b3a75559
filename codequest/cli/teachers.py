"""``codequest teachers``."""

from __future__ import annotations

from codequest.cli.display import console, text_table


def teachers() -> None:
    """List the schemes of teacher names, and the models that pip can install."""
    from codequest.teachers import describe_schemes
    from codequest.weights import describe_packages

    console.print(text_table(describe_schemes(), title="Schemes: --teacher SCHEME:REST"))
    console.print(text_table(describe_packages(), title="Models that pip can install, for machines without the hub"))
