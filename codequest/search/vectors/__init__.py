"""The vectors of an index while it is searched: of two tiers, by their codes where there are many."""
