"""What speaks for a chunk besides its own words and meaning: its name, its place, its file."""
