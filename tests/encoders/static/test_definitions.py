"""The name that code defines, in the ways that languages have."""

from __future__ import annotations

import time

import pytest

from codequest.encoders.static.definitions import defined_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def read_file(path):\n    pass", "read_file"),
        ("    @cached\n    async def go(self): ...", "go"),
        ("def self.open(path)\nend", "open"),
        ("def empty?\nend", "empty?"),
        ("class Basket < Shop::Base", "Basket"),
        ("/** The class of things. */\npublic static int countWords(String text) throws IOException {", "countWords"),
        ("static <T> List<T> map(Function<T> f) {", "map"),
        ("@Override\npublic String toString() {", "toString"),
        ("func (r *Reader) ReadAll(p []byte) (int, error) {", "ReadAll"),
        ("type Reader interface {", "Reader"),
        ("exports.sortBy = function (a, b) {", "sortBy"),
        ("export const add = async (a, b) => a + b", "add"),
        ("    open(path, mode) {", "open"),
        ("export default class Cart extends Base {", "Cart"),
        ("public function &getName()\n{", "getName"),
        ("pub fn parse(text: &str) -> Result<Tree> {", "parse"),
        ("function M.close(handle)", "close"),
        ("private fun render(view: View): Unit {", "render"),
        ("# Reads a file\nvalue = open(path).read()", ""),
        ("select name from people where age = 1", ""),
        ("if (ready) {\n    start();\n}", ""),
        ("return parse(text) {", ""),
        ("", ""),
    ],
)
def test_the_first_name_that_is_defined(text: str, name: str) -> None:
    assert defined_name(text) == name


@pytest.mark.parametrize("piece", ["a ", "a", "(", "x (", "a((", "a\n", "public ", "a.b.", "f(a,", "a(b)", "a: "])
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    defined_name(piece * 5000)
    assert time.process_time() - began < 1
