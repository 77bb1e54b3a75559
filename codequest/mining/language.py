"""Tell whether texts are English, by their script and their function words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from codequest.code.identifiers import FUNCTION_WORDS

# fmt: off
_OTHER = frozenset((
    "der", "dem", "und", "nicht", "eine", "einen", "einer", "eines", "ist", "sind", "wird", "werden", "wie", "kann",
    "für", "auf", "zum", "zur", "vom", "ich", "les", "une", "sont", "dans", "pour", "avec", "sur", "par", "qui",
    "que", "quoi", "cette", "ces", "ou", "où", "los", "las", "una", "unos", "por", "para", "como", "cómo", "está",
    "este", "esta", "estos", "hacer", "sobre", "puedo", "qué", "uma", "não", "fazer", "são", "ao", "pela", "pelo",
    "você", "gli", "della", "delle", "degli", "che", "sono", "nel", "nella", "questo", "questa", "è", "het", "een",
    "van", "niet", "hoe", "ik", "voor", "wordt", "zijn", "aan", "jak", "się", "nie", "jest", "czy", "przez", "dla",
    "och", "att", "som", "för", "inte", "hur", "på", "til", "ikke", "hvordan",
)) - FUNCTION_WORDS
# fmt: on
_WORD = re.compile(r"[^\W\d_]+")


def has_function_word(text: str) -> bool:
    """Tell whether a text has a word that makes sentences, of English or another language, or is of another script."""
    words = {word.lower() for word in _WORD.findall(text)}
    return bool(words & FUNCTION_WORDS or words & _OTHER) or _other_script(text)


def is_foreign(text: str) -> bool:
    """Tell whether a text is in another language than English; False where nothing says so."""
    words = [word.lower() for word in _WORD.findall(text)]
    other = sum(word in _OTHER for word in words)
    return _other_script(text) or (other > 0 and other >= sum(word in FUNCTION_WORDS for word in words))


def foreign_share(texts: Sequence[str]) -> float:
    """Share of the texts that are in another language than English, 0 to 1."""
    return sum(is_foreign(text) for text in texts) / max(1, len(texts))


def _other_script(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    other = sum(not character.isascii() and "LATIN" not in unicodedata.name(character, "") for character in letters)
    return other > 0.3 * len(letters)
