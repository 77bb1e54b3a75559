"""The question whether a teacher made the vectors of an index, and with which settings."""
