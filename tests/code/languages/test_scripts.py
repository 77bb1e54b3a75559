import pytest

from tests.code.languages.named import names


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "a.rb",
            "class A\n  scope :on, -> { where(a: 1) }\n  def ok?; end\nend\n",
            ["A", "A.scope :on", "A.ok?"],
        ),
        ("a.rb", 'get "/users" do\n  1\nend\n', ["get /users"]),
        ("a.rb", "RSpec.describe Cart, type: :model do\n  1\nend\n", ["describe Cart"]),
        ("a.rb", "task build: [:a] do\n  1\nend\n", ["task build: [:a]"]),
        ("a.rb", "Node = Struct.new(:left) do\n  def leaf?; end\nend\n", ["Node", "leaf?"]),
        ("a.ex", 'defmodule A do\n  test "adds" do\n    1\n  end\nend\n', ["A", "A.adds"]),
        ("a.lua", "M.read = function(p) end\nlocal t = { stop = function() end }\n", ["M.read", "t.stop"]),
        (
            "a.ex",
            "defmodule A.B do\n  def f(x) when x > 1, do: x\n  defp g, do: 1\nend\n",
            ["A.B", "A.B.f", "A.B.g"],
        ),
    ],
)
def test_calls_and_tables_that_define_something_have_its_name(path: str, text: str, expected: list[str]) -> None:
    assert names(path, text) == expected


def test_cython_defines_what_python_does() -> None:
    members = "    cpdef int read(self, int n) except -1:\n        return n\n"
    text = f"cdef class Reader(Base):\n{members}\ncdef inline double fast(double a) nogil:\n    return a\n"
    assert names("a.pyx", text) == ["Reader", "Reader.read", "fast"]
