"""The engine that embeds with Ray Data, on one machine or on many."""
