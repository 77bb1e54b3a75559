"""Text of files inside of a prompt: it can neither hide nor speak for somebody else."""

from __future__ import annotations

import re

from codequest.texts import visible, written_out

_TEMPLATE_TOKENS = re.compile(
    r"""<(?=[|\uff5c])  # ChatML, Llama, Qwen, Phi, GLM, Cohere, DeepSeek
    |<(?=/?(?:s|bos|eos|pad|unk|sop|think|tools?|tool_calls?|tool_response|(?:start|end)_of_\w+|fim_\w+|file_sep
        |repo_name|extra_id_\d+|unused\d+|reserved_\w+|[be]os_token)>)  # Gemma, Qwen, StarCoder, T5
    |<(?=</?sys>>)  # Llama 2
    |\[(?-i:(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|THINK|ARGS|CALL_ID
        |[gs]MASK)\]))  # Mistral, GLM
    """,
    re.IGNORECASE | re.VERBOSE,
)


def quoted(text: str) -> str:
    """The text as `visible` has it, the first letter of every token of a chat template written out.

    A server that puts the prompt into the template of its model may take such a token for the end of a message, and
    what follows for one of the system or of the user.
    """
    return _TEMPLATE_TOKENS.sub(lambda found: written_out(found[0]), visible(text))
