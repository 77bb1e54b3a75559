"""Form of a query: the way people ask, independent of the subject."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from codequest.code.identifiers import FUNCTION_WORDS

FORMS_OF_QUERIES = {
    "question": "how do I sort a list?",
    "task": "sort a list by value",
    "description": "returns the sorted list",
    "keywords": "python asyncio queue",
    "identifier": "sort_by_value",
    "error": "TypeError: '<' not supported",
    "noun phrase": "the order of the list",
}
"""Every form, with an example."""

_QUESTION = re.compile(
    r"""\?\s*$ | ^(?:how|what|why|where|which|who|whose)\b | \bhow\ (?:to|do|can|does)\b
    | ^when\ (?:to|do|does|is|are|should)\b
    | ^(?:is|are|can|could|does|do|did|should|would|will)\ (?:i|you|we|it|there|any|anyone|someone|my|this|that|these)\b
    | ^(?:best|correct|easiest|proper|right)\ way\ to\b | ^(?:i\ (?:want|need|am|have|would)|i'm|trying\ to)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ERROR = re.compile(
    r"""(?-i:\b[A-Z]\w*(?:Error|Exception|Warning)\b) | \b(?:error|exception|fatal|panic|traceback|segfault)\s*:
    | ^traceback\b | ^E\d{3,}\b | \b(?:ENOENT|EACCES|ECONNREFUSED|SIGSEGV)\b
    | \bundefined\ (?:reference|symbol|is\ not) | ^no\ such\ \w
    | ^(?:cannot|can't|could(?:\ not|n't)|unable\ to|failed\ to|failure|invalid|unexpected|unsupported)\b
    | ^(?:unknown|missing)\b
    | \b(?:is\ not|isn't|not)\ (?:a\ |an\ )?(?:found|defined|supported|allowed|valid|callable|iterable|installed)
    | \bmust\ be\b | \bexpected\b.*\b(?:got|but|received)\b | \bno\ (?:module|attribute|method|such\ file)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NAME = re.compile(
    r"^[\w$@#.:>-]*(?:[a-z][A-Z]|\w_\w|\w\.\w|\w::\w|->|\(\))[\w$@#.:()<>-]*$|^[a-z]+\d+$|^[A-Z]{2,}_[A-Z_]+$"
)
_SENTENCE = re.compile(
    r"^(?:this|these|it|we|if|when|whether|there)\s+\w+(?:\s+\S+){2}"
    r"|\w\s+(?:is|are|was|were|will|has|have|must|should|can|does)\s+\w",
    re.IGNORECASE,
)
# fmt: off
_LANGUAGES = frozenset((
    "python", "python2", "python3", "java", "javascript", "js", "typescript", "php", "golang", "ruby", "rust", "c++",
    "c#", "bash", "sql",
))
_DONE = frozenset((
    "added", "changed", "fixed", "improved", "moved", "removed", "renamed", "replaced", "updated",
))
# fmt: on
# fmt: off
_NO_GERUNDS = frozenset((
    "string", "thing", "nothing", "something", "missing", "during", "according", "ring", "ping", "warning", "bring",
    "spring",
))
# fmt: on
# fmt: off
_VERBS = frozenset((
    "accept", "access", "add", "adjust", "align", "allow", "analyze", "append", "apply", "archive", "assert",
    "assign", "attach", "authenticate", "average", "avoid", "batch", "bind", "block", "broadcast", "buffer", "build",
    "cache", "calculate", "call", "cancel", "capitalize", "capture", "cast", "change", "check", "choose", "clean",
    "clear", "click", "clip", "clone", "close", "collect", "combine", "commit", "compare", "compile", "compress",
    "compute", "concatenate", "concat", "configure", "connect", "consume", "construct", "convert", "copy", "count",
    "crawl", "create", "crop", "cut", "debug", "decode", "decompress", "decorate", "decrypt", "define", "delete",
    "deploy", "deserialize", "detect", "determine", "disable", "discard", "display", "divide", "do", "download",
    "draw", "drop", "dump", "edit", "embed", "enable", "encode", "encrypt", "ensure", "enumerate", "escape",
    "estimate", "evaluate", "exclude", "execute", "exit", "expand", "explode", "export", "expose", "extend",
    "extract", "fetch", "fill", "filter", "find", "finish", "fit", "flatten", "flip", "flush", "fold", "force",
    "format", "forward", "freeze", "generate", "get", "give", "go", "group", "guess", "handle", "hash", "hide",
    "host", "identify", "ignore", "implement", "import", "improve", "include", "increase", "increment", "infer",
    "inherit", "init", "initialize", "insert", "inspect", "install", "instantiate", "interpolate", "intersect",
    "invert", "invoke", "issue", "iterate", "join", "keep", "kill", "launch", "let", "limit", "link", "list",
    "listen", "load", "lock", "log", "lookup", "lowercase", "make", "manage", "map", "mark", "mask", "match",
    "measure", "merge", "migrate", "mock", "modify", "monitor", "mount", "move", "multiply", "navigate", "normalize",
    "notify", "obtain", "omit", "open", "order", "override", "pad", "parse", "partition", "pass", "paste", "patch",
    "pause", "perform", "permute", "pick", "ping", "play", "plot", "poll", "pop", "populate", "post", "predict",
    "prepare", "prepend", "present", "preserve", "press", "prevent", "print", "process", "produce", "prompt",
    "provide", "prune", "publish", "pull", "push", "put", "query", "queue", "quit", "raise", "randomize", "read",
    "rebuild", "receive", "record", "recover", "redirect", "reduce", "refactor", "refresh", "register", "reject",
    "release", "reload", "remove", "rename", "render", "reorder", "repeat", "replace", "reply", "report", "request",
    "reset", "resize", "resolve", "reschedule", "restart", "restore", "retrieve", "retry", "return", "reverse",
    "revert", "rewrite", "rollback", "rotate", "round", "run", "sample", "sanitize", "save", "scale", "scan",
    "schedule", "scrape", "scroll", "search", "select", "send", "separate", "serialize", "serve", "set", "setup",
    "share", "shift", "show", "shuffle", "shut", "sign", "simplify", "simulate", "skip", "sleep", "slice", "smooth",
    "solve", "sort", "specify", "split", "squeeze", "stack", "start", "stop", "store", "stream", "strip", "submit",
    "subscribe", "subtract", "sum", "support", "swap", "switch", "sync", "synchronize", "take", "test", "throttle",
    "throw", "toggle", "tokenize", "track", "train", "transfer", "transform", "translate", "transpose", "traverse",
    "trigger", "trim", "truncate", "turn", "uncompress", "undo", "unescape", "uninstall", "unlock", "unpack",
    "unwrap", "unzip", "update", "upgrade", "upload", "uppercase", "use", "validate", "verify", "view", "visualize",
    "wait", "walk", "warn", "watch", "wrap", "write", "zip",
))
# fmt: on
_ARTICLES = frozenset(("a", "an", "the"))
_MOST_KEYWORDS = 5
_MARKS = ".,:;\"'`()"


def form_of(query: str) -> str:
    """One of `FORMS_OF_QUERIES`, by the first words, marks and function words of an English query."""
    text = query.strip()
    words = [word.lower().strip(_MARKS) for word in text.split()]
    first, others = _opening(words)
    bare = not any(word in FUNCTION_WORDS for word in words)
    acts = (first in _VERBS and others[:1] != ["of"]) or first in _DONE
    describes = _base(first) in _VERBS and bool(others) and others[0] not in ("of", "for", "with", "in")
    gerund = first.endswith("ing") and len(first) > 4 and first not in _NO_GERUNDS
    few = bare and len(words) <= _MOST_KEYWORDS and (not acts or len(words) == 2)
    rules = {
        "question": bool(_QUESTION.search(text)),
        "error": not acts and not describes and bool(_ERROR.search(text)),
        "identifier": len(words) <= 3 and 2 * sum(bool(_NAME.match(word)) for word in text.split()) > len(words),
        "description": describes,
        "keywords": len(words) <= 1 or few,
        "task": acts or (gerund and not bare),
    }
    return next((form for form, holds in rules.items() if holds), "") or _without_verb(text, words)


def form_shares(queries: Sequence[str]) -> dict[str, float]:
    """Share of the queries by form, 0 to 1, for every one of `FORMS_OF_QUERIES`."""
    counts = Counter(form_of(query) for query in queries)
    return {form: counts[form] / max(1, len(queries)) for form in FORMS_OF_QUERIES}


def begins_with_verb(text: str) -> bool:
    """Tell whether a text says what something does: ``sort the list`` or ``sorts the list``."""
    first, others = _opening([word.lower().strip(_MARKS) for word in text.split()])
    return bool(others) and others[0] != "of" and (first in _VERBS or _base(first) in _VERBS)


def imperative(word: str) -> str:
    """A verb's base form, where the word is a known verb in the third person; any other word as it is."""
    base = _base(word)
    return base if base in _VERBS else word


def _opening(words: Sequence[str]) -> tuple[str, list[str]]:
    """The first word that is no programming language and no adverb, and those after it."""
    left = [*words]
    for skipped in (lambda word: word in _LANGUAGES, lambda word: word.endswith("ly")):
        left = left[1:] if len(left) > 1 and skipped(left[0]) else left
    return (left[0], left[1:]) if left else ("", [])


def _without_verb(text: str, words: Sequence[str]) -> str:
    if _SENTENCE.search(text):
        return "description"
    joined = sum(word in FUNCTION_WORDS for word in words)
    short = len(words) <= _MOST_KEYWORDS + 1 and joined <= 1 and not _ARTICLES & set(words)
    return "keywords" if short else "noun phrase"


def _base(verb: str) -> str:
    """The base form of a verb in the third person; empty for any other word."""
    if not verb.endswith("s") or verb.endswith("ss"):
        return ""
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    return verb[:-1] if verb[:-1] in _VERBS else verb[:-2]
