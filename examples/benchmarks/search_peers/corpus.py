"""Real projects without their docstrings, and questions made from these."""

import ast
import json
import random
import re
import subprocess
import sys
import tarfile
from pathlib import Path

PROJECTS = ("arrow==1.4.0", "marshmallow==4.4.0", "paramiko==5.1.0", "tenacity==9.2.1")  # none was trained on
_SENTENCE = re.compile(r"\.(?:\s|$)")
_MARKUP = re.compile(r":\w+:`~?([^`]*)`|`+([^`]*)`+")
_SAMPLED = random.Random(0)


def make_corpus(folder, projects, queries):
    """Write folder/code, a git repository of all projects, and folder/queries.json; once."""
    if (folder / "queries.json").is_file():
        return
    code = folder / "code"
    code.mkdir(parents=True, exist_ok=True)
    found = [question for project in projects for question in _project(project, folder, code)]
    said = [question["query"] for question in found]
    unique = [question for question in found if said.count(question["query"]) == 1]
    chosen = sorted(_SAMPLED.sample(range(len(unique)), min(queries, len(unique))))
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "code"]):
        settings = ["-c", "user.name=codequest", "-c", "user.email=codequest@localhost", "-c", "core.autocrlf=false"]
        subprocess.run(["git", *settings, *arguments], cwd=code, check=True)
    values = {"functions": len(found), "questions": [unique[number] for number in chosen]}
    (folder / "queries.json").write_text(json.dumps(values, indent=1), encoding="utf-8")


def _project(requirement, folder, code):
    """The Python files of a source package, in code; yields the questions to their functions."""
    name = re.split(r"\W", requirement)[0]
    downloaded = folder / "downloads" / name
    options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(downloaded)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, requirement], check=True)
    [archive] = downloaded.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        source.extractall(downloaded, filter="data")
    for file in sorted(downloaded.rglob("*.py")):
        path = Path(name, *file.relative_to(downloaded).parts[1:])
        try:
            text, questions = without_docstrings(file.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        (code / path).parent.mkdir(parents=True, exist_ok=True)
        (code / path).write_text(text, encoding="utf-8")
        if not re.search(r"(^|/)(tests?|docs?|examples?)/|/(test_|conftest)", path.as_posix()):
            yield from ({"path": path.as_posix(), **question} for question in questions)


def without_docstrings(source):
    """A module without docstrings, and the first sentences of those of its functions, with the functions' lines."""
    lines, removed = source.encode().split(b"\n"), []
    for node in _documented(ast.parse(source)):
        first = node.body[0]
        start, end = first.lineno - 1, first.end_lineno - 1
        before, after = lines[start][: first.col_offset], lines[end][first.end_col_offset :]
        alone = not before.strip() and not after.strip() and len(node.body) > 1
        lines[start : end + 1] = [None if alone else before + b"pass" + after, *[None] * (end - start)]
        removed.append((node, ast.get_docstring(node)))
    text = b"\n".join(line for line in lines if line is not None).decode()
    questions = [
        {"query": query, "start": line(node.lineno), "end": line(node.end_lineno)}
        for line in [_renumbered(lines)]
        for node, docstring in removed
        if not isinstance(node, (ast.Module, ast.ClassDef)) and (query := _question(docstring))
    ]
    ast.parse(text)
    return text, questions


def _documented(module):
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(module) if isinstance(node, kinds) and ast.get_docstring(node) is not None]


def _renumbered(lines):
    """Where a line is after others were removed; the last one kept before it where it is gone itself."""
    kept = [0]
    for line in lines:
        kept.append(kept[-1] + (line is not None))
    return lambda number: kept[number]


def _question(docstring):
    """The first sentence of a docstring; none where it says too little or is no prose."""
    paragraph = " ".join(docstring.strip().split("\n\n")[0].split())
    sentence = _MARKUP.sub(lambda match: match[1] or match[2], _SENTENCE.split(paragraph)[0])
    words = sentence.split()
    return sentence if 5 <= len(words) <= 30 and sentence.isascii() and not re.search(r"[:<>{}|=]", sentence) else ""
