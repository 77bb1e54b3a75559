"""Names, comments, headings, commits: what is a query and what is noise."""

from pathlib import Path

import pytest

from codequest.code.languages import LANGUAGES
from codequest.mining.code_queries import code_queries, name_query
from codequest.mining.commits import subject_query
from codequest.mining.heading_queries import heading_queries
from codequest.mining.prose import is_for_tools, is_prose


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("parse_http_date", "parse http date"),
        ("HTTPServer.parseHTTPDate", "parse http date"),
        ("HttpClient.send", "http client send"),
        ("Cache::evict_all", "evict all"),
        ("sha256Sum", "sha256 sum"),
        ("conv2DLayer", "conv2d layer"),
        ("userIDs", "user ids"),
        ("GitHubURLs", "github urls"),
        ("main", ""),
        ("set_up", ""),
        ("x_y", ""),
        ("a_b_c_d_e_f_g_h_i_j", ""),
    ],
)
def test_name_query(name: str, query: str) -> None:
    assert name_query(name) == query


@pytest.mark.parametrize(
    "comment",
    [
        "the header may be missing here",
        "Only refresh twice a second to prevent jitter",
        "der Kopf ist nicht immer da",
        "этот заголовок может отсутствовать",
    ],
)
def test_prose(comment: str) -> None:
    assert is_prose(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "x = parse(text)",
        "return the.value(of) this;",
        "if (a == b) {",
        "for item in list: print(item)",
        "===== section of this =====",
        "foo, bar, baz, qux",
        "import a from b;",
        "two words",
    ],
)
def test_no_prose(comment: str) -> None:
    assert not is_prose(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "Copyright (c) 2020",
        "Licensed under the MIT License",
        "TODO: do this",
        "noqa: E501",
        "eslint-disable-next-line",
        "type: ignore[arg]",
        "see https://example.com",
        "#region of this",
    ],
)
def test_comments_for_tools(comment: str) -> None:
    assert is_for_tools(comment)


@pytest.mark.parametrize("comment", ["the region of the bucket", "authorize the user first", "the end of the list"])
def test_comments_for_people(comment: str) -> None:
    assert not is_for_tools(comment)


def test_headings_that_say_nothing_come_behind_their_parents() -> None:
    text = """---
title: x
---
# Redis client

Usage
-----

## 2. Reading `keys` in [batches](x.md)

### Options
### API
## v1.2.3
~~~
## fenced
~~~
## License
"""
    found = [(query.text, query.source) for query in heading_queries(text, Path("docs/a.md"))]
    assert found == [
        ("Redis client", "docs/a.md:4"),
        ("Redis client usage", "docs/a.md:6"),
        ("Reading keys in batches", "docs/a.md:9"),
        ("Reading keys in batches options", "docs/a.md:11"),
        ("Reading keys in batches API", "docs/a.md:12"),
    ]
    assert list(heading_queries(text, Path("CHANGELOG.md"))) == []


def test_headings_of_restructured_text() -> None:
    text = "Redis client\n============\n\nReading keys\n------------\n\n.. code::\n\nOptions\n~~~~~~~\n"
    assert [query.text for query in heading_queries(text, Path("a.rst"))] == [
        "Redis client",
        "Reading keys",
        "Reading keys options",
    ]


@pytest.mark.parametrize(
    ("subject", "query"),
    [
        ("feat(parser)!: accept dates without a year (#123)", "accept dates without a year"),
        ("net/http: close idle connections on exit", "close idle connections on exit"),
        (":bug: Keep the cursor visible. Closes #7", "Keep the cursor visible"),
        ("[core] Retry when the socket is closed", "Retry when the socket is closed"),
        ("Merge branch 'main' into dev", ""),
        ('Revert "Accept dates without a year"', ""),
        ("Bump requests from 1.0 to 2.0", ""),
        ("chore(deps): update dependency foo to v3", ""),
        ("v1.2.3", ""),
        ("Release of version 2", ""),
        ("Fix typo in parser docs", ""),
        ("fix tests", ""),
        ("wip on the parser cache", ""),
    ],
)
def test_subject_query(subject: str, query: str) -> None:
    assert subject_query(subject) == query


def test_go_and_ruby_give_their_tests_errors_and_identifiers() -> None:
    languages = {language.name: language for language in LANGUAGES}
    go = """package a

func (c *Conn) ReadAll() error {
	return fmt.Errorf("read: the peer closed %q too early: %w", name, err)
}

func TestReadAllKeepsOrder(t *testing.T) {
	t.Run("keeps the order of rows", func(t *testing.T) {})
}
"""
    ruby = """
class Page
  def render
    raise ArgumentError, "the template has no body" if x
  end
end
describe Page do
  it "renders the footer first" do
  end
end
"""
    assert [(query.origin, query.text) for query in code_queries(go, Path("a.go"), languages["go"])] == [
        ("names", "read all"),
        ("identifiers", "ReadAll"),
        ("tests", "read all keeps order"),
        ("tests", "keeps the order of rows"),
        ("errors", "read: the peer closed too early"),
    ]
    assert [(query.origin, query.text) for query in code_queries(ruby, Path("a.rb"), languages["ruby"])] == [
        ("names", "page render"),
        ("identifiers", "Page.render"),
        ("tests", "renders the footer first"),
        ("errors", "the template has no body"),
    ]
