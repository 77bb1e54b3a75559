from __future__ import annotations

import pytest

from codequest.runtimes.backtracking import SlowExpressionError, shortest_match

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"


@pytest.mark.parametrize(
    "expression",
    [
        r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",  # GPT-2
        rf"{CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}|{REST}",  # Llama 3, Qwen 2
        rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTIONS}?|{UPPER}+{LOWER}*|\p{{N}}|{REST}",  # GPT-4o
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|\\s*[\r\n]+",
        r"[\p{P}\$\+<=>\^~\|`]+",  # Falcon
        r" ?[^(\s|[.,!?…。，、।۔،])]+",  # BLOOM
        r"(?=(\d{3})+(?!\d))",  # OLMo 3
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*",  # Ling
        r"\s{512}(?!\S)|\s{256}(?!\S)|\s{1,2}(?!\S)|\s{1}",  # Jais 2
        r"[\p{Lu}&&[^\p{Han}]]+",
        "",
    ],
)
def test_what_public_tokenizers_have_is_known(expression: str) -> None:
    assert shortest_match(expression) <= 1


@pytest.mark.parametrize(
    ("expression", "least"), [(" {2,}", 2), ("ab|c", 1), ("(?:ab){3}", 6), ("a?b*", 0), (r"\bword\b", 4), ("``", 2)]
)
def test_the_shortest_match(expression: str, least: int) -> None:
    assert shortest_match(expression) == least


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("(a+)+$", "repetition of repetitions"),
        ("(a|a)*$", "repetition of repetitions or choices"),
        ("a*a*b", "required after a repetition"),
        ("a+b", "required after a repetition"),  # 39 seconds for 65,536 times an a
        ("(a*)?b", "required after a repetition"),
        ("a**", "repetition of a repetition"),
        ("(?=.*)b", "looked at ahead"),
        ("a?" * 20 + "b", "4096 characters or choices"),
        ("(?:a|b|ab){900}", "4096 characters or choices"),
        ("(.{1000}){1000}b", "4096 characters or choices"),
        ("a{50000}", "4096 characters or choices"),
        (r"(a)\1", "escape that is not known"),
        ("(?~ab)", "group that is not known"),
        ("(?x)a#)", "group that is not known"),
        ("(*FAIL)", "group that is not known"),
        ("(" * 20 + "a" + ")" * 20, "groups within groups"),
        ("[a", "class without an end"),
        ("(a", "group without an end"),
        ("a)", "bracket that nothing opens"),
        ("a" * 20_000, "20000 characters, expected at most 16384"),
    ],
)
def test_what_could_take_for_ever_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(SlowExpressionError, match=reason):
        shortest_match(expression)
