"""What is mined from small files of every language."""

from pathlib import Path

import pytest

from codequest.errors import MissingDependencyError
from codequest.mining import mine_functions
from codequest.mining.functions import is_trivial

SOURCES = {
    "a.py": '''
class Cache:
    def load(self, key):
        """Load an entry of the `Cache` from disk. More."""
        path = self.path(key)
        return path.read_text()

    def save(self, key):
        """:param key: Nothing is said of what this does"""
        path = self.path(key)
        return path
''',
    "a.js": """
/**
 * Parses a {@link Header#date} of HTTP, e.g. of a cache. More.
 * @param {string} text
 */
export const parseDate = async (text) => {
  // an ordinary comment stays
  const parts = text.split(" ");
  return parts;
};

class Client {
  /** Sends the request to the server. */
  send(request) {
    /** Retries what failed before. */
    function again() { retry(); wait(); }
    return again();
  }
  /** @inheritDoc */
  close() {
    a();
    b();
  }
  /** Gets the current size. */
  getSize() {
    return this.size;
  }
}
// No doc comment describes this one
function plain() {
  a();
  b();
}
Client.prototype.open = function () {
  a();
  b();
};
/** @summary Opens a socket again
 * @returns nothing */
Client.prototype.reopen = function () {
  a();
  b();
};
""",
    "a.ts": """
export class Store<T> {
  /** Reads one value by its key. */
  @cached()
  public read(key: string): T {
    const row = this.rows[key];
    return row;
  }
  /** Declared but not implemented here. */
  abstract other(key: string): T;
}
""",
    "A.java": """
public class A {
  /**
   * Returns the {@code index} of a value in the <b>sorted</b> list, or -1.
   *
   * @param value what to look for
   */
  @Override
  public int find(int value) {
    int low = 0;
    return low;
  }
  /** Constructor of the class. */
  public A() {
    a();
    b();
  }
  interface I { /** Has no body at all. */ int none(); }
}
""",
    "a.go": """package a

// Close closes the connection and waits
// for the workers. Then more.
//
//go:noinline
func (c *Conn) Close() error {
	c.wait()
	return nil
}

/* unrelated */

func Undocumented() {
	a()
	b()
}
""",
    "a.rb": """
module Web
  class Page
    # Renders the +template+ with {Layout} around it.
    #
    # @param template [String]
    def render(template)
      text = read(template)
      text + footer
    end

    # Clears what was cached before
    private def clear
      a
      b
    end
  end
end
""",
    "a.php": """<?php
class Mailer {
    /**
     * Queues a message for sending.
     *
     * @return bool
     */
    #[Pure]
    public function queue($message) {
        $this->queue[] = $message;
        return true;
    }
}
""",
    "a.rs": """
impl<T> Tree<T> {
    /// Inserts a [`Node`] below its parent.
    ///
    /// # Panics
    /// When there is none.
    #[inline]
    pub fn insert(&mut self, node: T) -> usize {
        let at = self.find(node);
        at + 1
    }
}
""",
    "A.cs": """
namespace N {
  class A {
    /// <summary>
    /// Converts a <see cref="T:System.String"/> to upper case.
    /// </summary>
    /// <param name="text">The text.</param>
    [Pure]
    public string Upper(string text) {
      var found = text.Length;
      return text;
    }
    /// <summary>Initializes a new instance of the <see cref="A"/> class.</summary>
    public A() {
      a();
      b();
    }
  }
}
""",
    "a.c": """
/* hash_insert() - add an entry to the table */
static struct entry *hash_insert(struct table *t, int key)
{
    int slot = key % t->size;
    return &t->slots[slot];
}
""",
    "a.cpp": """
namespace store {
/// \\brief Removes every expired entry.
/// \\param now The time.
template <typename T>
void Cache<T>::sweep(int now) {
  a();
  b();
}
}
""",
}

EXPECTED = {
    "a.py": [("Cache.load", 3, "python", "Load an entry of the Cache from disk")],
    "a.js": [
        ("parseDate", 6, "javascript", "Parses a Header.date of HTTP, e.g. of a cache"),
        ("Client.send", 14, "javascript", "Sends the request to the server"),
        ("Client.prototype.reopen", 40, "javascript", "Opens a socket again"),
    ],
    "a.ts": [("Store.read", 5, "typescript", "Reads one value by its key")],
    "A.java": [("A.find", 8, "java", "Returns the index of a value in the sorted list, or -1")],
    "a.go": [("Conn.Close", 7, "go", "closes the connection and waits for the workers")],
    "a.rb": [
        ("Web.Page.render", 7, "ruby", "Renders the template with Layout around it"),
        ("Web.Page.clear", 13, "ruby", "Clears what was cached before"),
    ],
    "a.php": [("Mailer.queue", 8, "php", "Queues a message for sending")],
    "a.rs": [("Tree.insert", 8, "rust", "Inserts a Node below its parent")],
    "A.cs": [("A.Upper", 8, "c#", "Converts a String to upper case")],
    "a.c": [("hash_insert", 3, "c", "add an entry to the table")],
    "a.cpp": [("store.Cache::sweep", 6, "c++", "Removes every expired entry")],
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_language_gives_its_documented_functions(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SOURCES[name], encoding="utf-8")
    found = list(mine_functions([tmp_path]))
    assert [(function.name, function.line, function.language, function.description) for function in found] == (
        EXPECTED[name]
    )
    assert {function.path for function in found} == {tmp_path / name}


CODES = {
    "a.js": "export const parseDate = async (text) => {\n  // an ordinary comment stays\n"
    '  const parts = text.split(" ");\n  return parts;\n};',
    "a.ts": "@cached()\npublic read(key: string): T {\n  const row = this.rows[key];\n  return row;\n}",
    "A.java": "@Override\npublic int find(int value) {\n  int low = 0;\n  return low;\n}",
    "a.go": "func (c *Conn) Close() error {\n\tc.wait()\n\treturn nil\n}",
    "a.rb": "def render(template)\n  text = read(template)\n  text + footer\nend",
    "a.php": "#[Pure]\npublic function queue($message) {\n    $this->queue[] = $message;\n    return true;\n}",
    "a.rs": "#[inline]\npub fn insert(&mut self, node: T) -> usize {\n    let at = self.find(node);\n    at + 1\n}",
    "A.cs": "[Pure]\npublic string Upper(string text) {\n  var found = text.Length;\n  return text;\n}",
    "a.c": "static struct entry *hash_insert(struct table *t, int key)\n{\n    int slot = key % t->size;\n"
    "    return &t->slots[slot];\n}",
    "a.cpp": "template <typename T>\nvoid Cache<T>::sweep(int now) {\n  a();\n  b();\n}",
}


@pytest.mark.parametrize("name", CODES)
def test_the_code_is_dedented_with_its_decorators_and_without_documentation(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SOURCES[name], encoding="utf-8")
    assert next(iter(mine_functions([tmp_path]))).code == CODES[name]


def test_documentation_of_what_is_inside_goes_too(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text(SOURCES["a.js"], encoding="utf-8")
    send = next(function for function in mine_functions([tmp_path]) if function.name == "Client.send")
    assert send.code == "send(request) {\n  function again() { retry(); wait(); }\n  return again();\n}"


def test_notes_above_a_c_function_are_no_documentation(tmp_path: Path) -> None:
    body = "(int a)\n{\n    b();\n    c();\n}\n"
    (tmp_path / "a.c").write_text(
        f"/* Timeout is in milliseconds here. */\nint first{body}"
        f"/** Timeout is in milliseconds here. */\nint second{body}"
        f"/* Waits until the timeout is over. */\nint third{body}",
        encoding="utf-8",
    )
    assert [function.name for function in mine_functions([tmp_path])] == ["second", "third"]


def test_a_broken_file_gives_what_can_be_parsed(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text(SOURCES["a.go"] + "\nfunc broken( {{{\n", encoding="utf-8")
    assert [function.name for function in mine_functions([tmp_path])] == ["Conn.Close"]
    (tmp_path / "a.go").unlink()
    (tmp_path / "b.py").write_text("def broken(:\n", encoding="utf-8")
    assert list(mine_functions([tmp_path])) == []


@pytest.mark.parametrize(
    "body",
    [
        "{ return this.size; }",
        "{ this.size = size; }",
        "{}",
        "{ return 0; }",
        "=> _size",
        "{ throw new Error('x'); }",
        "pass",
    ],
)
def test_trivial_bodies(body: str) -> None:
    assert is_trivial(body)


@pytest.mark.parametrize("body", ["{ return a + b; }", "{ return list.find(key); }", "{ a(); return b; }"])
def test_bodies_that_do_something(body: str) -> None:
    assert not is_trivial(body)


def test_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codequest.code import syntax

    syntax.grammar_of.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "tree_sitter", None)
    (tmp_path / "a.go").write_text(SOURCES["a.go"], encoding="utf-8")
    with pytest.raises(MissingDependencyError, match=r"pip install 'codequest.*\[code\]'"):
        list(mine_functions([tmp_path]))
    (tmp_path / "a.go").rename(tmp_path / "a.py")
    (tmp_path / "a.py").write_text(SOURCES["a.py"], encoding="utf-8")
    assert [function.name for function in mine_functions([tmp_path])] == ["Cache.load"]
