"""The benchmarked part of every repository, at its pinned commit, out of clones."""

import json
import subprocess


def make_trees(benchmarks, clones, trees, *, nearest):
    """Write the trees that are not there yet, and say which cannot be made."""
    for repository in json.loads((benchmarks / "repos.json").read_text(encoding="utf-8")):
        tree = trees / repository["name"]
        if not tree.exists():
            why = _make(repository, clones, tree, nearest=nearest)
            if why:
                print(f"{repository['name']}: {why}")


def _make(repository, clones, tree, *, nearest):
    git = _clone(clones, repository["url"])
    if git is None:
        return "no clone"
    pinned, part, note = repository["revision"], repository.get("benchmark_root") or ".", ""
    if not _has(git, f"{pinned}^{{commit}}"):
        if not nearest:
            return f"its clone has no commit {pinned}"
        newest = _git(git, "log", "-1", "--format=%H %cs", "HEAD").stdout.split()
        pinned, note = newest[0], f"commit of {newest[1]} instead of the pinned one"
    if part != "." and not _has(git, f"{pinned}:{part}"):
        return f"commit {pinned[:10]} has no {part}"
    tree.mkdir(parents=True)
    archive = subprocess.Popen(["git", "--git-dir", git, "archive", pinned, part], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", tree], stdin=archive.stdout, check=False)  # objects may be missing in a clone
    archive.wait()
    return note


def _clone(clones, url):
    owner, name = url.removesuffix(".git").split("/")[-2:]
    for place in (name, f"{owner}/{name}", f"{owner}+{name}/repo"):
        for git in (clones / place / ".git", clones / place):
            if (git / "HEAD").exists():
                return git
    return None


def _has(git, what):
    return _git(git, "cat-file", "-e", what).returncode == 0


def _git(git, *arguments):
    return subprocess.run(["git", "--git-dir", git, *arguments], capture_output=True, text=True, check=False)
