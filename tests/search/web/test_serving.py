"""What is said of a page that others reach."""

from __future__ import annotations

import pytest

from codequest.errors import CodequestWarning
from codequest.integrations.server import bind
from codequest.search.web import warn_if_open


def test_a_page_that_others_reach_says_so() -> None:
    with bind("0.0.0.0", 0) as everywhere, bind("127.0.0.1", 0) as here:
        warn_if_open(here)
        with pytest.warns(CodequestWarning, match=r"reaches http://0\.0\.0\.0:\d+ may read the indexed code"):
            warn_if_open(everywhere)
