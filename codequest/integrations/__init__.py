"""codequest inside other people's stacks."""
