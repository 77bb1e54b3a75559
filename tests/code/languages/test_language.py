from codequest.code import LANGUAGES, SourceFile


def test_the_documentation_of_a_definition_may_stand_before_what_leads_it() -> None:
    """A blank line ends what stands above as part of it."""
    [elixir] = [language for language in LANGUAGES if language.name == "elixir"]
    source = b'defmodule A do\n  @moduledoc "x"\n\n  @doc "y"\n  @spec f :: 1\n  def f, do: 1\nend\n'
    [_, found] = SourceFile(source, elixir).definitions
    assert source[found.span.start :].startswith(b'@doc "y"')


def test_a_body_that_follows_its_signature_is_part_of_it() -> None:
    [dart] = [language for language in LANGUAGES if language.name == "dart"]
    source = b"int f() { return 1; }\nint g() => 2;\n"
    found = SourceFile(source, dart).definitions
    assert [source[each.span.start : each.span.end] for each in found] == [b"int f() { return 1; }", b"int g() => 2;"]
