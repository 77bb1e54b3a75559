"""Files cut into chunks: along their syntax, by their headings, or by lines."""
