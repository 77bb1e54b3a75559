"""Options of commands, by what they are about."""
