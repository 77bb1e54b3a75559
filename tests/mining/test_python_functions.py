import ast
from pathlib import Path

import pytest

from codequest.mining import MinedFunction, first_sentence, mine_python

SOURCE = '''"""Module docstring."""
import functools
\x0c
class Parser:
    """A class docstring that is no function."""

    def parse(self, text):
        """Parse a text into `Token` objects, e.g. words. More detail.

        Args: none of this.
        """
        words = text.split()

# in the first column
        return words

    class Inner:
        @property
        @functools.cache
        def value(self):
            """Return the value
            of the :class:`~a.Inner` object.
            """
            found = 1
            return found


async def fetch(address):
    "Fetch an address over HTTP."
    data = await get(address)
    return data


def outer():
    def nested(key):
        r\'\'\'Nested functions are mined too\'\'\'
        one = key
        return one
    return nested


if True:
    def conditional(a,
                    b):
        # a comment before
        """Add two numbers, whatever they are!"""
        total = a + b
        return total


def undocumented():
    a = 1
    return a


def short():
    """Too short a body for mining."""
    return 1


def terse():
    """Two words."""
    a = 1
    return a


def one_line(): "This has no body at all"; return 1
'''


@pytest.fixture
def mined(tmp_path: Path) -> dict[str, MinedFunction]:
    file = tmp_path / "module.py"
    file.write_text(SOURCE, encoding="utf-8")
    return {function.name: function for function in mine_python([file])}


def test_functions_methods_nested_and_conditional_ones_are_found(mined: dict[str, MinedFunction]) -> None:
    assert list(mined) == ["Parser.parse", "Parser.Inner.value", "fetch", "outer.nested", "conditional"]


def test_the_description_is_the_first_sentence(mined: dict[str, MinedFunction]) -> None:
    assert {name: function.description for name, function in mined.items()} == {
        "Parser.parse": "Parse a text into Token objects, e.g. words",
        "Parser.Inner.value": "Return the value of the a.Inner object",
        "fetch": "Fetch an address over HTTP",
        "outer.nested": "Nested functions are mined too",
        "conditional": "Add two numbers, whatever they are!",
    }


def test_the_code_is_dedented_and_without_its_docstring(mined: dict[str, MinedFunction]) -> None:
    assert mined["Parser.parse"].code == (
        "def parse(self, text):\n    words = text.split()\n# in the first column\n    return words"
    )
    assert mined["fetch"].code.splitlines()[0] == "async def fetch(address):"
    assert mined["Parser.Inner.value"].code == (
        "@property\n@functools.cache\ndef value(self):\n    found = 1\n    return found"
    )
    assert mined["outer.nested"].code == "def nested(key):\n    one = key\n    return one"
    assert "# a comment before\n    total = a + b" in mined["conditional"].code
    for function in mined.values():
        assert function.description not in function.code


def test_the_line_is_that_of_the_def(mined: dict[str, MinedFunction]) -> None:
    lines = SOURCE.split("\n")  # a form feed ends no line
    for function in mined.values():
        assert f"def {function.name.rsplit('.', 1)[-1]}(" in lines[function.line - 1]


def test_limits_can_be_moved(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(SOURCE, encoding="utf-8")
    names = [function.name for function in mine_python([file], min_words=2, min_lines=2)]
    assert names[-2:] == ["short", "terse"]


def test_files_that_are_no_python_are_passed_over(tmp_path: Path) -> None:
    for name, content in {
        "syntax.py": b"def broken(:\n",
        "latin.py": b'def f():\n    """Caf\xe9 au lait"""\n',
        "nul.py": b"a = 1\x00\n",
        "good.py": b'def good(a):\n    """Return what was given."""\n    b = a\n    return b\n',
    }.items():
        (tmp_path / name).write_bytes(content)
    files = [*sorted(tmp_path.iterdir()), tmp_path / "missing.py"]
    assert [function.path.name for function in mine_python(files)] == ["good.py"]


@pytest.mark.parametrize(
    ("docstring", "sentence"),
    [
        ("Do this. Then that.", "Do this"),
        ("Open a stream, e.g. a file, i.e. bytes. Second.", "Open a stream, e.g. a file, i.e. bytes"),
        ("Is it open? Yes.", "Is it open?"),
        ("Over\n    two lines\n\nand a paragraph", "Over two lines"),
        ("Version 3.11 is needed here", "Version 3.11 is needed here"),
        ("Return ``self`` as :func:`str` or `bytes`", "Return self as str or bytes"),
    ],
)
def test_first_sentence(docstring: str, sentence: str) -> None:
    assert first_sentence(docstring) == sentence


def test_docstrings_of_inner_definitions_are_removed_too(tmp_path: Path) -> None:
    source = """
def outer(x):
    '''Describe the outer function here.'''
    def inner(y):
        '''Describe the inner function here.'''
        return y
    class Kept:
        '''Describe the class that stays.'''
        size = 1
    return inner(x)


def one_liner(): '''Nothing would be left of this.'''
"""
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    found = {function.name: function.code for function in mine_python([path], min_lines=1)}
    assert found["outer"].split("\n") == [
        "def outer(x):",
        "    def inner(y):",
        "        return y",
        "    class Kept:",
        "        size = 1",
        "    return inner(x)",
    ]
    assert sorted(found) == ["outer", "outer.inner"]


def test_what_shares_a_line_with_a_docstring_stays_and_the_code_parses(tmp_path: Path) -> None:
    source = """
def outer(x,
          y): 'Describe the outer function, étude.'
# nothing

class Holder:
    def method(self, x):
        'Describe the method here.'; a = 1  # kept
        class Empty(Exception):
            '''Describe the empty class.

            At length.
            '''  # noqa: D400
        def été(): 'é'; return 1
        def stub(): 'Describe the stub.'  # dropped
        async def last():
            'Describe the last one.'
        return a
"""
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    found = {function.name: function.code for function in mine_python([path], min_lines=1)}
    assert found["outer"].split() == ["def", "outer(x,", "y):"]
    assert found["Holder.method"].split("\n") == [
        "def method(self, x):",
        "    a = 1  # kept",
        "    class Empty(Exception):",
        "        ...",
        "    def été(): return 1",
        "    def stub(): ...",
        "    async def last():",
        "        ...",
        "    return a",
    ]
    ast.parse(found["Holder.method"])
