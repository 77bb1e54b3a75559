import pytest

from codequest.search.signals.asked import AskedQuery


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("load_entry", "name"),
        ("Cache.loadEntry()", "name"),
        ("std::vector", "name"),
        ("valid?", "name"),
        ("src/cache/store.py", "name"),
        ("where are entries loaded", "prose"),
        ("retry a request, then give up.", "prose"),
        ("return self.items.find(key);", "code"),
        ("TypeError: 'NoneType' object is not iterable", "code"),
        ("if (a == b) {", "code"),
    ],
)
def test_a_query_is_a_name_or_code_or_prose(text: str, kind: str) -> None:
    assert AskedQuery(text).kind == kind


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("where is filter_dicts_by_key defined", ("filter_dicts_by_key",)),
        ("how does HttpClient call Plugin.install()?", ("HttpClient", "Plugin.install()")),
        ("what `get` returns", ("get",)),
        ("how requests are retried", ()),
        ("filter_dicts", ()),
    ],
)
def test_names_in_a_question_are_known_by_their_shape(text: str, names: tuple[str, ...]) -> None:
    assert AskedQuery(text).names == names


def test_paths_are_found_in_a_question_too() -> None:
    assert AskedQuery("what does middleware/realip.go do?").paths == ("middleware/realip.go",)
    assert AskedQuery("realip.go").paths == ("realip.go",)
    assert AskedQuery("how requests are retried").paths == ()


@pytest.mark.parametrize(
    "path", [".pre-commit-hooks.yaml", ".flake8", ".github/workflows/linux.yml", "tox.ini", "a/.env"]
)
def test_a_path_may_begin_with_a_dot(path: str) -> None:
    assert path in AskedQuery(path).paths
    assert AskedQuery(path).kind == "name"
    assert path in AskedQuery(f"what is in ./{path}?").paths


def test_messages_options_and_lines_may_stand_in_code_as_they_are() -> None:
    assert AskedQuery("unknown option: --foo").literal == ("unknown", "option", "foo")
    assert AskedQuery("--map-syntax").literal == ("map", "syntax")
    assert AskedQuery("return self.items.find(key);").literal == ("return", "self", "items", "find", "key")
    assert AskedQuery("how requests are retried").literal == ()
    assert AskedQuery("load_entry").literal == ()


def test_stems_are_those_of_the_words_that_carry_content() -> None:
    assert AskedQuery("how are the requests retried").stems == frozenset({"request", "retri"})
    assert AskedQuery("unit tests of it").is_of_tests
    assert not AskedQuery("contest").is_of_tests
