"""Imports by name."""

from __future__ import annotations

import fractions
import sys
from pathlib import Path

import pytest

from codequest.errors import MissingDependencyError
from codequest.lazy import lazy_names, load


def test_an_object_is_found_by_its_name() -> None:
    assert load("fractions:Fraction") is fractions.Fraction
    with pytest.raises(AttributeError, match="Fractoin"):
        load("fractions:Fractoin")
    with pytest.raises(ModuleNotFoundError, match="fractoins"):
        load("fractoins:Fraction")


def test_a_package_has_its_public_names_and_no_others() -> None:
    found = lazy_names("numbers_of_mine", {"Fraction": "fractions"})
    assert found("Fraction") is fractions.Fraction
    with pytest.raises(AttributeError, match="module 'numbers_of_mine' has no attribute 'Decimal'"):
        found("Decimal")


def test_a_fault_within_a_module_is_not_taken_for_a_missing_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "faulty_module.py").write_text("{}['a key']")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(KeyError, match="a key"):
        lazy_names("faulty", {"Name": "faulty_module"})("Name")


def test_what_needs_torch_says_so_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingDependencyError, match=r"'torch' is needed here"):
        load("torch.no_such_part:Module")
