from __future__ import annotations

import numpy as np
import pytest

from codequest.report.approximate.effort import search_approximately
from tests.report.approximate.cases import unit


@pytest.fixture(scope="module")
def searched():
    random = np.random.default_rng(0)
    documents = unit(random, 3000)
    return search_approximately({"teacher": unit(random, 60), "far": unit(random, 60)}, documents, seed=0), documents
