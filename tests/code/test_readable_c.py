"""What the preprocessor understands and the grammars of C and C++ do not."""

from __future__ import annotations

import time

import pytest

from codequest.code.readable_c import readable_c
from tests.code.languages.named import names


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.h", "class MODULE_API Widget : public Base {\n  void Apply() { go(); }\n};\n", ["Widget", "Widget.Apply"]),
        ("a.hpp", "struct LEVELDB_EXPORT Options {\n  Options() = default;\n};\n", ["Options", "Options.Options"]),
        ("a.hpp", "class A_API B_API Doubled final : public Base<int> {};\n", ["Doubled"]),
        ("a.hpp", "class MY_EXPORT(1) Par : public Base { void run() {} };\n", ["Par", "Par.run"]),
        ("a.hpp", "class EXPORT\nSpread\n  : public Base\n{\n};\n", ["Spread"]),
        (
            "a.hpp",
            "template <typename T>\nclass FMT_API buffer : base<T> { void push() {} };\n",
            ["buffer", "buffer.push"],
        ),
        ("a.hpp", "class absl_export Foo : public Bar { void run() {} };\n", ["Foo", "Foo.run"]),
        ("a.hpp", "union MY_API U { int a; };\nenum class MY_API Color { Red };\n", ["U", "Color"]),
        ("a.hpp", "class __declspec(dllexport) Gadget : public Base { void run() {} };\n", ["Gadget", "Gadget.run"]),
        (
            "a.hpp",
            "UCLASS(meta=(A=1))\nclass ENGINE_API Actor : public Base\n{\n  GENERATED_BODY()\n  UFUNCTION()\n"
            "  void Tick() { go(); }\n};\n",
            ["Actor", "Actor.Tick"],
        ),
        ("a.cpp", "class Thing : Base {\n  Q_OBJECT\npublic:\n  int run() { return 1; }\n};\n", ["Thing", "Thing.run"]),
        ("a.cpp", "FMT_FUNC std::string vformat(int a) { return x; }\n", ["vformat"]),
        ("a.h", "struct LIB_EXPORT point { int x; };\n", ["point"]),
        ("a.c", "FOO(foo)\nint bar(int a) {\n  return a;\n}\nint next(void) { return 2; }\n", ["bar", "next"]),
        ("a.c", "FOO\nint bar(int a) { return a; }\n", ["bar"]),
        ("a.c", "DEFINE(lock)\nEXPORT(a)\nstatic void run(void) { go(); }\n", ["run"]),
        ("a.cpp", 'auto a = R"abcdefghijklmnop(a ) b)abcdefghijklmnop";\nint later() { return 1; }\n', ["later"]),
        (
            "a.cpp",
            'auto a = u8R"0123456789abcdef(\nclass Text { };\n)0123456789abcdef";\nint later() { return 1; }\n',
            ["later"],
        ),
        ("a.hpp", "class Later;\nstruct Other *make(struct Other *other) { return other; }\n", ["make"]),
        (
            "a.hpp",
            "class FOO {};\nclass Bar final {};\nclass Baz : public Bar { void run() {} };\n",
            ["FOO", "Bar", "Baz", "Baz.run"],
        ),
    ],
)
def test_definitions_behind_macros_and_raw_strings_are_found(path: str, text: str, expected: list[str]) -> None:
    assert sorted(names(path, text)) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "struct point origin = { 1, 2 };\n",
        "struct point make(int a) {\n  return b;\n}\n",
        "struct Kind { enum Kind kind : 3; };\n",
        "enum { RED,\n  GREEN,\n  BLUE };\n",
        "int a =\n  LIMIT\n  ;\n",
        "x = f(a,\n  FLAG(b)\n);\n",
        'printf("a"\n  NEWLINE\n  "b");\n',
        "TEST(Cart, Adds)\n{\n  go();\n}\n",
        'const char *a = R"(unfinished";\n',
    ],
)
def test_what_the_grammar_reads_stays_as_it_is(text: str) -> None:
    assert readable_c(text.encode()) == text.encode()


@pytest.mark.parametrize("repeated", ["class A B : ", 'R"a(', "FOO\n", "FOO(a)\n", "enum class A ", "AAAA a::b a<"])
def test_a_megabyte_of_anything_takes_a_second(repeated: str) -> None:
    source = (repeated * (1_000_000 // len(repeated))).encode()
    began = time.thread_time()
    assert len(readable_c(source)) == len(source)
    assert time.thread_time() - began < 1
