"""The ``codequest`` command: argument parsing and rendering, no logic."""

from __future__ import annotations

import logging
import sys
import traceback

from codequest.errors import CodequestError, require
from codequest.texts import visible


def main() -> None:
    """Run the command; bad input is one line on standard error and exit code 2."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # reports, on import, a kernel it can do without
    try:
        require("typer", extra="cli")
        from codequest.cli.app import COMMANDS, build_app

        asked = sys.argv[1:2]
        build_app(asked if asked and asked[0] in COMMANDS else COMMANDS)()
    except CodequestError as error:
        sys.stderr.write(f"Error: {visible(str(error))}\n")
        raise SystemExit(2) from None
    except Exception:
        sys.stderr.write(visible(traceback.format_exc()))
        raise SystemExit(1) from None
