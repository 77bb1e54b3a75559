"""Bring adapters that were trained before up to date: probe vectors of their teacher, and the card as of today.

    python examples/refresh_adapters.py codequest/pretrained/*

Nothing is trained. The teacher that each adapter names is loaded once for its 16 probe vectors.
"""

import sys

from codequest import QueryEncoder
from codequest.training import add_reference_vectors

for name in sys.argv[1:]:
    folder = add_reference_vectors(name).parent
    QueryEncoder.from_pretrained(folder).save_pretrained(folder)
    print(folder)
