"""What speaks for a chunk: its words and its meaning, its name, its place, its file."""
