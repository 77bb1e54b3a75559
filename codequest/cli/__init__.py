"""The ``codequest`` command: argument parsing and rendering, no logic."""

from __future__ import annotations

import sys

from codequest.errors import CodequestError, needs_torch, require
from codequest.texts import visible


def main() -> None:
    """Run the command; bad input is one line on standard error and exit code 2."""
    try:
        require("typer", extra="cli")
        from codequest.cli.app import build_app

        with needs_torch():
            build_app()()
    except CodequestError as error:
        sys.stderr.write(f"Error: {visible(str(error))}\n")
        raise SystemExit(2) from None
    except Exception:
        import traceback

        sys.stderr.write(visible(traceback.format_exc()))
        raise SystemExit(1) from None
