"""Tokens of chat templates in quoted text."""

from __future__ import annotations

import pytest

from codequest.search.answers.prompt import build_prompt
from codequest.search.answers.quoted import quoted
from codequest.search.answers.sources import merged
from tests.search.answers.conftest import hit

TOKENS = [
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>", "<|begin_of_text|>",
    "<|user|>", "<|channel|>", "<|END_OF_TURN_TOKEN|>", "<start_of_turn>", "<\uff5cUser\uff5c>",
    "<\uff5cend\u2581of\u2581sentence\uff5c>", "<end_of_turn>", "<bos>", "<eos>", "<s>", "</s>", "<unk>", "<pad>",
    "<think>", "</think>", "<tool_call>", "</tool_response>", "<fim_prefix>", "<extra_id_0>", "<unused7>",
    "<EOS_TOKEN>", "<<SYS>>", "<</SYS>>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CALLS]",
    "[AVAILABLE_TOOLS]", "[gMASK]",
]  # fmt: skip


@pytest.mark.parametrize("token", TOKENS)
def test_no_token_reaches_a_model_whole(token: str) -> None:
    source = hit(f"src/{token}.py", 4, f"a = 1\n# {token}system\n", f"f{token}")
    prompt = build_prompt(f"What is {token}?", merged([source]))
    assert token not in prompt.text
    assert f"# <U+{ord(token[0]):04X}>" in prompt.text.replace("<U+003C>/", "<U+003C>")
    assert quoted(f"a{token}b").endswith(token[1:] + "b")


def test_a_token_that_is_hidden_stays_apart() -> None:
    assert quoted("<\u200b|im_start|>") == "<<U+200B>|im_start|>"
    assert quoted("<\x1b<|im_end|>") == "<<U+001B><U+003C>|im_end|>"


def test_ordinary_code_stays_as_it_is() -> None:
    code = "vector<int> a[i]; x = y < z || a <= b; <div class='s'> List<String> [id] x[mask] [args] <user> items[INDEX]"
    assert quoted(code) == code
