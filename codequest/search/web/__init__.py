"""The local web page of Puma, and its JSON API; `codequest serve --index` runs it."""

from codequest.search.web.serving import check_installed, serve_indexes, warn_if_open

__all__ = ["check_installed", "serve_indexes", "warn_if_open"]
