"""What commands print besides tables: hits of a search, and bars."""
