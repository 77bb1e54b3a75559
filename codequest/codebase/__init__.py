"""Folders of source code: what git knows of them, and which files nobody wrote."""

from codequest.codebase.git import git, git_files, is_ignored
from codequest.codebase.unwanted import BUILT_FOLDERS, MAX_BYTES, VENDORED_FOLDERS, is_machine_made

__all__ = ["BUILT_FOLDERS", "MAX_BYTES", "VENDORED_FOLDERS", "git", "git_files", "is_ignored", "is_machine_made"]
