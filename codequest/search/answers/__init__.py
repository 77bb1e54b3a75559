"""Questions about code, answered by a language model from what the search finds, with citations that are checked."""

from codequest.search.answers.answer import Answer, ask
from codequest.search.answers.citations import Citation
from codequest.search.answers.context import PackedContext
from codequest.search.answers.endpoint import ChatEndpoint
from codequest.search.answers.sources import Source

__all__ = ["Answer", "ChatEndpoint", "Citation", "PackedContext", "Source", "ask"]
