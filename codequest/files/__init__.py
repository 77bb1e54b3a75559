"""Files and folders that appear whole or not at all, and the folder of everything kept between runs."""

from codequest.files.cache_root import cache_root
from codequest.files.lock import take_lock
from codequest.files.named import folder_named
from codequest.files.readable import readable_json
from codequest.files.replace import followed, make_folder, replace_file, replace_folder, save_file
from codequest.files.workplace import put_back, scratch_folder, tidy

__all__ = [
    "cache_root",
    "folder_named",
    "followed",
    "make_folder",
    "put_back",
    "readable_json",
    "replace_file",
    "replace_folder",
    "save_file",
    "scratch_folder",
    "take_lock",
    "tidy",
]
