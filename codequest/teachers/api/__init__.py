"""Teachers that are reached over an HTTP API."""
