"""What git says of a folder: read only, about nothing else, and without the programs that settings may name."""

from codequest.code.git.asked import (
    commits,
    git_files,
    git_ignored,
    is_ignored,
    last_changes,
    listing_rules,
    outer_rules,
)
from codequest.code.git.repository import Repository

__all__ = [
    "Repository",
    "commits",
    "git_files",
    "git_ignored",
    "is_ignored",
    "last_changes",
    "listing_rules",
    "outer_rules",
]
