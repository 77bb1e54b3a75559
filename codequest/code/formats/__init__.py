"""Files that are read in another way than by one grammar: components, notebooks, Protocol Buffers."""

MIXED = {
    "astro": (".astro",),
    "html": (".html", ".htm"),
    "notebook": (".ipynb",),
    "svelte": (".svelte",),
    "vue": (".vue",),
}
"""Languages of files with parts in other languages, and ends of their names."""
