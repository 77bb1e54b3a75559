"""Static adaptation: a table of rows for tokens, words and token pairs; no transformer at all."""
