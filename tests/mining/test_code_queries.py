"""Names, comments, headings, commits: what is a query and what is noise."""

from pathlib import Path

import pytest

from codequest.code.languages import LANGUAGES
from codequest.mining.code_queries import code_queries, name_query


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
