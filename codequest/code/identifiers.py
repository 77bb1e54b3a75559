"""Identifiers as words, and which words carry content."""

from __future__ import annotations

import re

# fmt: off
FUNCTION_WORDS = frozenset((
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "between", "both", "but", "by", "can", "could", "did", "do", "does", "doing", "done", "each",
    "else", "every", "few", "for", "from", "get", "gets", "had", "has", "have", "having", "he", "her", "here", "him",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself", "just", "let", "may", "me", "might", "more",
    "most", "must", "my", "need", "no", "nor", "not", "now", "of", "off", "on", "once", "one", "only", "or", "other",
    "our", "out", "over", "own", "same", "she", "should", "shall", "since", "so", "some", "such", "than", "that",
    "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to", "too", "under",
    "until", "up", "upon", "us", "use", "used", "uses", "using", "very", "via", "want", "was", "way", "we", "were",
    "what", "when", "where", "whether", "which", "while", "who", "whom", "why", "will", "with", "within", "without",
    "would", "you", "your",
))
# fmt: on
"""English words that carry no content; those of code search, such as *use* and *way*, among them."""

_HUMP = re.compile(
    r"(?<=[a-z])(?=[A-Z])"  # parse|Date
    r"|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])"  # HTTP|Date, but URLs
    r"|(?<=\w\d)(?=[A-Z][A-Za-z])(?!D[A-Z])"  # utf8|Decode, but conv2D
)
_SPELLED = re.compile(
    r"GitHub|GitLab|JavaScript|TypeScript|OAuth2?|OpenSSL|OpenGL|OpenAI|MySQL|PostgreSQL|NoSQL|GraphQL|IPv[46]|iOS|macOS|LaTeX|"
    r"YouTube|NumPy|PyPI"
)
_WORD = re.compile(r"[^\W_]+")


def split_name(name: str) -> list[str]:
    """The words of an identifier: ``parseHTTPDate_utf8`` gives parse, HTTP, Date and utf8."""
    spelled = _SPELLED.sub(lambda match: f" {match.group().lower()} ", name)
    return _WORD.findall(_HUMP.sub(" ", spelled))


def content_words(text: str) -> frozenset[str]:
    """The lower-cased words of a text that carry its content, identifiers split; all words where none does."""
    words = frozenset(word.lower() for word in split_name(text))
    return words - FUNCTION_WORDS or words
