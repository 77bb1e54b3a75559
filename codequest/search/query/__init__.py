"""What a user can ask for: words, filters and quoted text of a query."""
