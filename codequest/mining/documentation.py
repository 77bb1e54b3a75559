"""Doc comments of any language to the sentence that says what the code does."""

from __future__ import annotations

import html
import re

_SENTENCE_END = re.compile(r"(?<=[.!?。])(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)(?<!cf\.)\s|\n\s*\n")
_ROLES = re.compile(r":\w+(?::\w+)?:`[~!]?([^`<]*?)\s*(?:<[^`>]*>)?`|``([^`]*)``|`([^`]*)`")

_MARKS = re.compile(r"^\s*(?:/\*+!?<?|\*+/|\*(?!\*\w)|//[/!]*<?|#+!?|--+)[ \t]?")
_STRING = re.compile(r"^[rRuUbBfF]{0,2}(\"\"\"|'''|\"|')(.*?)\1\s*$", re.DOTALL)
_END_OF_COMMENT = re.compile(r"\s*\**\*/\s*$")
_BLOCK_TAG = re.compile(r"^\s*[@\\](?!(?:brief|summary|short|desc|description)\b)[a-zA-Z]|^\s*#+ \w|^\s*```")
_LEAD_TAG = re.compile(r"^\s*[@\\](?:brief|summary|short|desc|description)\b:?\s*")
_DIRECTIVE = re.compile(r"^\s*(?:go:\w+|nolint|\+build|eslint|@ts-|rubocop|:nodoc:|:call-seq:|frozen_string_literal)")
_SUMMARY = re.compile(r"<summary>(.*?)(?:</summary>|$)", re.DOTALL | re.IGNORECASE)
_XML_NAME = re.compile(r"<(?:see|seealso|paramref|typeparamref)\s+\w+=\"(?:[A-Z]:)?([^\"]*)\"\s*/?>", re.IGNORECASE)
_INLINE_TAG = re.compile(r"\{@(\w+)\s*([^{}]*)\}")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_LINK = re.compile(r"!?\[([^\[\]]+)\](?:\([^()\s]*\)|\[[^\[\]]*\])?")
_YARD = re.compile(r"\{([A-Z][\w:#.]*)(?:\s([^{}]*))?\}")
_EMPHASIS = re.compile(r"(?<![\w*])(\*\*|\*|__)(\S(?:[^*\n]*?\S)?)\1(?![\w*])|(?<!\w)\+([\w.:()]+)\+(?!\w)")
_LISTED = re.compile(r"\s{2,}\S|\s*(?:[-*•]|\d+[.)])\s")
_NAMED = re.compile(r"(?:[Ff]unction |[Mm]ethod )?(?P<name>[^\s(:]+)(?:\(\))?(?P<mark>\s*(?:--?|–|—|:)\s+|\s+)(?=\S)")
_RECEIVER = re.compile(r"^\([\w* ]+\) (?=\S)")
_ITEM = re.compile(r"^(?:[-*•]|\d+[.)])\s+")


def first_sentence(docstring: str) -> str:
    """The first sentence of a docstring on one line, without reStructuredText marks."""
    paragraph = _SENTENCE_END.split(docstring.strip(), maxsplit=1)[0]
    plain = _ROLES.sub(lambda match: next(group for group in match.groups() if group is not None), paragraph)
    return " ".join(plain.split()).rstrip(".")


def summary(documentation: str, *, name: str = "", begins_with_name: bool = False) -> str:
    """The first sentence of a doc comment on one line, without comment marks, tags and markup; empty without one.

    Args:
        documentation: A doc comment or docstring with its marks, of any language that codequest parses.
        name: What is documented: ``name() - does this`` and ``a_name does this`` become ``does this``.
        begins_with_name: Whether any name in front is no part of the sentence, as in Go.
    """
    text = first_sentence(plain_text(documentation))
    own = re.split(r"[.:]+", name)[-1]
    named = _NAMED.match(text)
    if own and named and named.group("name") == own:
        several_words = re.search(r"[a-z0-9][A-Z]|\w_\w", own)  # a single word may begin a sentence: Close the file
        if named.group("mark").strip() or begins_with_name or several_words:
            text = text[named.end() :]
    if begins_with_name:
        text = _RECEIVER.sub("", text)
    return re.sub(r"\s*:\s*\d+$", "", _ITEM.sub("", text)).strip(" -–—:*=#")


def plain_text(comment: str) -> str:
    """The text of a comment up to its first tag such as ``@param``, without comment marks and markup."""
    string = _STRING.match(comment.strip())
    if string:
        lines = string.group(2).split("\n")
    else:
        lines = [_MARKS.sub("", line, count=1) for line in _END_OF_COMMENT.sub("", comment).split("\n")]
    kept: list[str] = []
    inside_tag = False
    for line in lines:
        lead, tag = _LEAD_TAG.match(line), _BLOCK_TAG.match(line)
        if (lead or tag) and any(kept):
            break
        if kept and kept[-1].endswith(":") and _LISTED.match(line):  # examples and lists end the sentence
            break
        inside_tag = not lead and bool(tag or inside_tag)  # what is said before the first @summary is not the summary
        if not inside_tag and not _DIRECTIVE.match(line):
            kept.append(_LEAD_TAG.sub("", line).rstrip())
    return without_markup("\n".join(kept)).strip()


def without_markup(text: str) -> str:
    """Text without the tags, links and emphasis of any documentation format."""
    found = _SUMMARY.search(text)
    text = found.group(1) if found else text
    text = _XML_NAME.sub(lambda match: _last_name(match.group(1)), text)
    text = _INLINE_TAG.sub(_inline, text)
    text = re.sub(r"<(?:p|br|ul|ol|li|pre|h\d)\b[^<>]*/?>", "\n\n", text, flags=re.IGNORECASE)
    text = html.unescape(_TAG.sub("", text))
    text = _LINK.sub(lambda match: match.group(1).strip("`"), text)
    text = _YARD.sub(lambda match: match.group(2) or match.group(1), text)
    return _EMPHASIS.sub(lambda match: match.group(2) or match.group(3), text)


def _inline(match: re.Match[str]) -> str:
    """Text that ``{@link Type#name label}`` and its like show."""
    tag, content = match.group(1).lower(), match.group(2).strip()
    if tag not in ("link", "linkplain", "see"):
        return content
    target, _, label = content.replace("|", " ", 1).partition(" ")
    return label.strip() or target.lstrip("#").replace("#", ".")


def _last_name(reference: str) -> str:
    """``Namespace.Type`` of a C# reference to ``Type``."""
    return re.sub(r"[({].*|`+\d+", "", reference).rsplit(".", 1)[-1]
