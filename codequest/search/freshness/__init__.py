"""What of an index is out of date: files that have changed since, and how they are brought in before a search."""
