"""Teachers behind an HTTP API."""
