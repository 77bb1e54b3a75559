"""Names of languages in Pygments."""

from __future__ import annotations

_OTHERWISE = {
    "asciidoc": "text",
    "astro": "html",
    "gradle": "groovy",
    "just": "make",
    "notebook": "python",
    "starlark": "python",
    "svelte": "html",
    "visual basic": "vb.net",
    "vue": "html",
}


def lexer_name(language: str) -> str:
    """The alias of the Pygments lexer that reads a language, as in `SearchHit.language`."""
    return _OTHERWISE.get(language, language)
