import pytest

from codequest.mining.documentation import summary


@pytest.mark.parametrize(
    ("comment", "sentence"),
    [
        ('"""Do this: now. Then that."""', "Do this: now"),
        ("r'''Over\n    two lines\n\n    and more'''", "Over two lines"),
        ('"""Build a :class:`~a.Model` from :func:`load <a.load>`."""', "Build a a.Model from load"),
        ("/** Sorts <code>a</code> &amp; b.<p>More. */", "Sorts a & b"),
        ("/**\n * Reads {@link File a file}.\n * @param x y\n */", "Reads a file"),
        ("/**\n * @name add\n * @summary Adds two numbers.\n *\n * @description More\n */", "Adds two numbers"),
        ("/** @return the size */", ""),
        ("/// Reads [`Foo`] and [bar](http://x).\n///\n/// # Errors\n/// Many.", "Reads Foo and bar"),
        ("//! Crate for **fast** search", "Crate for fast search"),
        ("# Lists the types:\n#   types :html\n#   types :js", "Lists the types"),
        ("/** Lists the types:\n * - html\n * - js\n */", "Lists the types"),
        ('/// <summary>Builds a <see cref="T:A.Policy{TResult}"/>.</summary>', "Builds a Policy"),
        ("# Opens the +path+, see {Foo#bar}.\n# More", "Opens the path, see Foo#bar"),
        ("/*!\n * @brief Frees the buffer\n * @param b it\n */", "Frees the buffer"),
        ("/// <summary>Gets <paramref name=\"x\"/> of <see cref=\"M:A.B(System.Int32)\"/>.</summary>", "Gets x of B"),
        ("/* parse_date() - parse a date */", "parse a date"),
        ("// parse_date parses a date", "parses a date"),
        ("// Parse parses a date", "Parse parses a date"),
    ],
)  # fmt: skip
def test_summary(comment: str, sentence: str) -> None:
    assert summary(comment, name="a.parse_date") == sentence


def test_names_go_where_documentation_begins_with_them() -> None:
    assert summary("// Close closes it", name="T.Close", begins_with_name=True) == "closes it"
    assert summary("// Render (JSON) writes it", name="JSON.Render", begins_with_name=True) == "writes it"
    assert summary("// Close the file", name="File.Close") == "Close the file"
