from codequest.mining.query_set import QuerySet


def test_the_same_text_or_content_words_are_the_same_query() -> None:
    known = QuerySet(["Sort a list by value", "what is this"])
    for query in ("SORT  a list\nby value", "list: sort by its value", "sortListValue"):
        assert query in known
    for query in ("sort a list", "sort a list by two values", "is what"):
        assert query not in known
    assert not QuerySet([])
