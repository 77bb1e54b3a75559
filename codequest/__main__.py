"""``python -m codequest`` is the ``codequest`` command."""

from codequest.cli import main

main()
