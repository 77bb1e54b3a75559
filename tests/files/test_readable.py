"""JSON that people read and compare."""

import pytest

from codequest.files import readable_json


def test_json_for_people_has_one_order_and_no_number_that_json_lacks() -> None:
    assert readable_json({"b": [1.5], "a": "é"}) == '{\n  "a": "é",\n  "b": [\n    1.5\n  ]\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        readable_json({"a": float("nan")})
