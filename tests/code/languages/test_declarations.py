"""Names that are declared without being functions or classes, in every language that has such."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.code import SourceFile, language_of


def declared(path: str, text: str) -> list[str]:
    language = language_of(Path(path), text)
    assert language is not None
    return [name for each in SourceFile(text.encode(), language).declarations for name in each.names]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "_STOP_WORDS = {'a'}\nMAX: int = 3\ntype Alias = int\n", ["_STOP_WORDS", "MAX", "Alias"]),
        (
            "a.py",
            "class A:\n    LIMIT = 3\n    name: str\n    def f(self):\n        local = 1\n",
            ["A.LIMIT", "A.name"],
        ),
        ("a.rs", "pub const EPOCH: u64 = 17;\nstatic ALL: [u8; 1] = [1];\ntype Res = u8;\n", ["EPOCH", "ALL", "Res"]),
        ("a.rs", "impl A { const MAX: u32 = 1; }\n", ["A.MAX"]),
        ("a.c", "#define A_H\n#define MAX_RETRIES 5\n#define SQUARE(x) ((x)*(x))\n", ["MAX_RETRIES", "SQUARE"]),
        ("a.h", "#ifdef X\nstruct node *node_new(const char *a);\n#endif\nextern int count;\n", ["node_new", "count"]),
        ("a.c", "static const int table[] = { 1 };\nint (*callback)(int);\n", ["table", "callback"]),
        ("a.cpp", "constexpr int kMax = 3;\nusing Id = int;\n", ["kMax", "Id"]),
        ("a.hpp", "class A { int size() const; static int limit; };\n", ["A.size", "A.limit"]),
        ("a.hpp", "namespace n { template <typename T> T largest(T a); }\n", ["n.largest"]),
        (
            "a.go",
            "package a\nvar ErrNotFound = 1\nconst (\n\tFirst = 1\n\tSecond\n)\n",
            ["ErrNotFound", "First", "Second"],
        ),
        ("a.go", "package a\nvar (\n\tclient = 1\n)\n", ["client"]),
        (
            "a.js",
            "export const API_URL = 'x';\nvar one = 1, two = 2;\nexports.parse = parse;\nexports.LIMIT = 5;\n",
            ["API_URL", "one", "two", "LIMIT"],  # parse is another name of what is defined elsewhere
        ),
        ("a.js", "const fs = require('fs');\nclass A { static max = 1; #own = 2; }\n", ["A.max", "A.own"]),
        ("a.ts", "export const API_URL: string = 'x';\ndeclare const VERSION: string;\n", ["API_URL", "VERSION"]),
        (
            "a.ts",
            "interface P { name: string; run(): void }\nclass A { private size = 1 }\n",
            ["P.name", "P.run", "A.size"],
        ),
        ("a.tsx", "const LIMIT = 3;\n", ["LIMIT"]),
        ("A.java", "class A { static final int MAX = 3; String name; }\n", ["A.MAX", "A.name"]),
        (
            "A.java",
            "@interface Marker { int size() default 1; }\ninterface B { int MIN = 1; }\n",
            ["Marker.size", "B.MIN"],
        ),
        (
            "a.cs",
            "class A { public string Name { get; set; }\n const int Max = 3; event E Changed; }\n",
            ["A.Name", "A.Max", "A.Changed"],
        ),
        ("a.cs", "public delegate int Compare(int a);\n", ["Compare"]),
        (
            "a.rb",
            "MAX = 3\nclass A\n  LIMIT = 5\n  attr_accessor :name, :age\n  has_many :items\nend\n",
            ["MAX", "A.LIMIT", "A.name", "A.age", "A.items"],
        ),
        (
            "a.php",
            "<?php\nconst LIMIT = 3;\ndefine('ROOT', 1);\nclass A { const MAX = 1; public $name; }\n",
            ["LIMIT", "ROOT", "A.MAX", "A.name"],
        ),
        ("a.kt", "const val MAX = 3\nclass A {\n    val size = 1\n}\n", ["MAX", "A.size"]),
        ("a.swift", "let maxRetries = 3\nprotocol Q { var name: String { get } }\n", ["maxRetries", "Q.name"]),
        ("a.scala", "object A {\n  val Limit = 1\n}\n", ["A.Limit"]),
        (
            "a.dart",
            "const maxRetries = 3;\nclass A { static const limit = 1; final int size; }\n",
            ["maxRetries", "A.limit", "A.size"],
        ),
        ("a.lua", "local MAX = 3\nlimit = 4\n", ["MAX", "limit"]),
        ("a.ex", 'defmodule A do\n  @moduledoc "a"\n  @limit 3\n  @spec f() :: 1\nend\n', ["A.limit"]),
        ("a.zig", 'const std = @import("std");\npub const max_retries = 3;\n', ["max_retries"]),
        ("a.sh", "readonly MAX=3\nNAME=x\nf() { local inner=1; }\n", ["MAX", "NAME"]),
    ],
)
def test_constants_fields_and_prototypes_have_names(path: str, text: str, expected: list[str]) -> None:
    assert declared(path, text) == expected
