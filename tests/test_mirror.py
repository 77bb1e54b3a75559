"""A module's test is found by its path: codequest/a/b.py is tested by tests/a/test_b.py."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "codequest"
LONG = 40
"""Lines above which a module counts: shorter ones are tested by those that use them."""

ACROSS = {
    "backbone/test_families.py": "every family of models, from its files to its vectors",
    "corpus/on_ray/test_kills.py": "runs on a Ray cluster whose driver or worker is killed",
    "encoders/test_contract.py": "what every kind of encoder promises",
    "install/test_docker.py": "the steps of the Dockerfiles, without an engine",
    "install/test_executable.py": "the executable in a process of its own",
    "install/test_imports.py": "what each command imports",
    "install/test_light.py": "what runs without torch, and what says how to get it",
    "install/test_ten_minutes.py": "the page about a service in ten minutes",
    "install/test_usual_mistakes.py": "what goes wrong in the first hour",
    "install/test_wheel.py": "the wheels",
    "integrations/server/test_clients.py": "the clients that people have, against the real server",
    "integrations/server/test_load.py": "the load test of the benchmarks, for a few seconds",
    "integrations/stores/test_filling.py": "real stores, filled by the examples with a corpus that was embedded",
    "integrations/stores/test_search.py": "real stores, searched through the examples",
    "integrations/test_examples.py": "the page about frameworks and its examples",
    "kills/test_kills.py": "work that is killed at random moments",
    "runtimes/test_real_models.py": "real models in every runtime and precision",
    "search/chunking/test_hostile.py": "files that are made to take long, from their text to their chunks",
    "search/test_crafted.py": "repositories of strangers, from git to the index and the mined queries",
    "search/test_trouble.py": "index runs that are killed, concurrent, or out of disk",
    "search/web/test_page.py": "the page in a browser: no module of Python",
    "teachers/test_contract.py": "what every teacher promises",
    "teachers/test_real_probe.py": "the real models that pip installs",
    "teachers/test_real_teacher.py": "the real teacher as a graph, on real functions",
    "teachers/test_teachers_page.py": "the code on docs/teachers.md",
    "test_documents.py": "what documents tell people to run",
    "test_examples.py": "examples that train, serve and look after adapters",
    "test_hostile_files.py": "damaged files, in every reader of them",
    "test_house.py": "the rooms of the package",
    "test_json_output.py": "the page about output for programs",
    "test_mirror.py": "the paths of the tests",
    "test_names_in_files.py": "names in files, in every place that loads what they name",
    "test_pretrained.py": "the adapters that come with codequest",
    "test_public_api.py": "the public names",
    "test_recipes.py": "the recipes in examples",
    "test_tested.py": "the page that says what was tested",
    "training/test_nodes.py": "runs on two machines, as processes see them",
    "training/test_refusals.py": "what a run refuses, wherever that is noticed",
    "training/test_resume.py": "runs that are killed and resumed, in one process and in two",
}
"""Tests of no single module, and what they are of."""


def mirrored() -> dict[str, Path]:
    """Every test file with the module that its path names."""
    tests = ROOT / "tests"
    return {
        path.relative_to(tests).as_posix(): PACKAGE / path.relative_to(tests).with_name(path.name[len("test_") :])
        for path in tests.rglob("test_*.py")
    }


def test_every_test_has_its_module_or_says_what_it_is_of() -> None:
    assert {test for test, module in mirrored().items() if not module.is_file()} == set(ACROSS)


def test_every_long_module_has_its_test_where_its_path_says() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" and "pretrained" not in path.parts]
    long = {path for path in modules if len(path.read_text(encoding="utf-8").splitlines()) > LONG}
    assert len(long) > 200
    assert sorted(path.relative_to(PACKAGE).as_posix() for path in long - set(mirrored().values())) == []
