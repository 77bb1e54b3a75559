"""Test of descriptions: do they describe something?"""

from __future__ import annotations

import re

MAX_WORDS = 60

_BOILERPLATE = re.compile(
    r"""^(?:
        (?:is\ |this\ (?:is|method\ is|function\ is)\ )?(?:an?\ |the\ )?
            (?:convenience\ (?:method|function|overload)|same\ as)\b
        | (?:is\ |this\ (?:is|method\ is|function\ is)\ |convenience\ )?(?:an?\ |the\ )?
            (?:shortcut|shorthand|alias|synonym|proxy|opposite|inverse|companion|overload|equivalent|counterpart
            | (?:\w+\ )?(?:implementation|version|variant))\ (?:for|of|to|around)\b
        | this\ (?:method|function)\ (?:is\ (?:like|similar\ to|the\ same\ as|equivalent)|works\ like)\b
        | (?:see|refer\ to|requires\ that|like|as\ for|identical\ to|equivalent\ to|analogous\ to|used\ by|called\ by)\b
        | this\ file\ is\ part\ of\b
        | \{?(?:@?inherit(?:ed)?\s?doc|inherited|\(?non-javadoc\)?|overridden|override\b|overrides\b|implements\b)
        | (?:default\ |public\ |private\ |protected\ |empty\ |no-?arg\ |copy\ |class\ |the\ )*(?:de|con)structor\b
        | (?:auto-?\s?generated|generated\ by|this\ (?:method|class|file)\ (?:is|was)\ (?:auto|generated))
        | (?:getter|setter|accessor|mutator)s?\b
        | (?:todo|fixme|xxx|hack|deprecated|unused|obsolete)\b
        | (?:note|warning|internal|private|protected|public)\s*[:.!]
        | initiali[sz]es\ a\ new\ instance\ of
        | (?:copyright|licen[sc]ed?|spdx|author)\b
        | (?:type|param|return|returns|default|since|version|example|usage|examples|args|arguments)\s*:
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_PARAMETER = re.compile(
    r"^[*`]*\w[\w.]*[*`]*\s*(?:\(.*?\))?\s*:\s+(?=\S)(?=.*\b(?:optional|defaults?|tensor|str|int|bool|float)\b)"
    r"|^\w+ \([^()]*\)\s*:",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"https?://|\b(?:issue|bug|ticket|pull request|pr|gh) ?#?\d|#\d{2,}"
    r"|^:\w+|^(?:nolint\w*|requires|(?:pre|post)(?:condition)?s?): "
    r"|description of what|to be (?:written|documented|done)|add (?:a )?description|lorem ipsum|\?\?\?"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_CODE = re.compile(r"[{};=<>|\\$]|\w\(|->|::|\w\[")


def is_description(text: str, *, min_words: int = 3) -> bool:
    """Tell whether a sentence says what something does: words enough, not boilerplate, and more text than code."""
    words = text.split()
    if (
        not min_words <= len(words) <= MAX_WORDS
        or _BOILERPLATE.match(text)
        or _NOTHING.search(text.lower())
        or _PARAMETER.match(text)
    ):
        return False
    if text.count("(") != text.count(")"):  # cut in the middle
        return False
    letters = sum(character.isalpha() or character.isspace() for character in text)
    code = sum(bool(_CODE.search(word)) for word in words)
    return letters > 0.75 * len(text) and len(_WORD.findall(text)) >= min(min_words, 2) and code <= 0.3 * len(words)
