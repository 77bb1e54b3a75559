"""Where the texts of a corpus come from, each as a stream of ids and texts."""
