"""The ``codequest`` command: argument parsing and rendering, no logic."""

from __future__ import annotations

import logging
import sys

from codequest.errors import CodequestError, require


def main() -> None:
    """Run the command; bad input is one line on standard error and exit code 2."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # reports, on import, a kernel it can do without
    try:
        require("typer", extra="cli")
        from codequest.cli.app import app

        app()
    except CodequestError as error:
        sys.stderr.write(f"Error: {error}\n")
        raise SystemExit(2) from None
