import pytest
import torch

from codequest.backbone.precision import faithful_half, refuse_unsupported, runs
from codequest.errors import PrecisionNotSupportedError

CPU = torch.device("cpu")


def _pretend(monkeypatch: pytest.MonkeyPatch, **capabilities: bool) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)


def test_a_cpu_without_half_precision_is_refused_with_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, avx2=True, avx512_bf16=False)
    assert [runs(precision, CPU) for precision in ("fp32", "bf16", "fp16")] == [True, False, False]
    assert faithful_half(CPU) == "fp32"
    for precision in ("bf16", "fp16"):
        with pytest.raises(
            PrecisionNotSupportedError, match=rf"cpu does not run {precision}.* It runs fp32; int8, nf4"
        ):
            refuse_unsupported(precision, CPU)
    refuse_unsupported("fp32", CPU)


@pytest.mark.parametrize("name", ["avx512_bf16", "amx_bf16", "bf16"])
def test_any_bf16_instruction_set_counts(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _pretend(monkeypatch, **{name: True})
    assert faithful_half(CPU) == "bf16"
    with pytest.raises(PrecisionNotSupportedError, match=r"does not run fp16 in hardware.* It runs fp32, bf16;"):
        refuse_unsupported("fp16", CPU)


def test_an_unknown_kind_of_device_runs_fp32_only() -> None:
    assert [runs(precision, torch.device("meta")) for precision in ("fp32", "bf16", "fp16")] == [True, False, False]
