"""Declarations as pieces."""

from __future__ import annotations

from codequest.search.chunking.declared_runs import declared_runs
from tests.search.chunking.cuts import cut, spans


def test_short_declarations_that_are_near_are_one_piece_and_long_ones_stand_alone() -> None:
    table = "\n".join(["TABLE = {", *(f"    'key_{number}': {number}," for number in range(9)), "}"])
    text = f"import os\nimport sys\n{'# words' * 90}\n\nFIRST = 1\nSECOND = 2\n\n\n{table}\n\nTHIRD = 3\n"
    assert spans(cut("a.py", text)) == [
        ("window", "", 1, 3),
        ("window", "FIRST, SECOND", 5, 6),
        ("window", "TABLE", 9, 19),
        ("window", "THIRD", 21, 21),
    ]
    assert [*declared_runs([], [], max_characters=100)] == []


def test_few_lines_are_one_piece_with_the_names_in_it() -> None:
    text = "import os\n\nFIRST = 1\n\n\ndef load():\n    LOCAL = 1\n    return LOCAL\n"
    assert spans(cut("a.py", text)) == [("window", "FIRST", 1, 3), ("function", "load", 6, 8)]


def test_fields_of_a_class_are_found_besides_the_class() -> None:
    fields = "  public string Name { get; set; }\n  public int Count { get; set; }\n"
    text = f"class Cart {{\n{fields}  void Add() {{\n    go();\n  }}\n}}\n"
    assert spans(cut("a.cs", text)) == [
        ("class", "Cart", 1, 7),
        ("window", "Cart.Name, Cart.Count", 2, 3),
        ("function", "Cart.Add", 4, 6),
    ]


def test_a_declaration_with_a_function_inside_keeps_its_name() -> None:
    text = "export const useStore = defineStore('main', {\n  actions: {\n    load() {\n      go();\n    },\n  },\n});\n"
    assert spans(cut("a.ts", text)) == [
        ("window", "useStore", 1, 2),
        ("function", "useStore.actions.load", 3, 5),
    ]
