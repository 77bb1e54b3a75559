"""Bring adapters that were trained before up to date: their teacher's probe vectors, and the card as it is written today.

    python examples/refresh_adapters.py codequest/pretrained/*

Nothing is trained. The teacher that each adapter names is loaded once for its 16 probe vectors.
"""

import sys

from codequest import QueryEncoder
from codequest.training import add_probes

for name in sys.argv[1:]:
    folder = add_probes(name).parent
    QueryEncoder.from_pretrained(folder).save_pretrained(folder)
    print(folder)
