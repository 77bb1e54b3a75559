"""codequest in the libraries that people build search with; one module each, imported when it is needed."""
