import timeit

import pytest
import torch
from torch.nn import functional

from codequest.backbone import choose_device
from codequest.backbone.precision import faithful_half, refuse_unsupported, runs
from codequest.errors import InvalidInputError, PrecisionNotSupportedError

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
    monkeypatch.setattr("codequest.backbone.precision.gains_from_bf16", lambda: True)
    assert faithful_half(CPU) == "bf16"
    with pytest.raises(PrecisionNotSupportedError, match=r"does not run fp16 in hardware.* It runs fp32, bf16;"):
        refuse_unsupported("fp16", CPU)


def test_bf16_is_taken_where_it_multiplies_faster_than_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, avx512_bf16=True)
    inputs, weight = torch.rand(512, 768), torch.rand(3072, 768)

    def seconds(dtype: torch.dtype) -> float:
        placed = inputs.to(dtype), weight.to(dtype)
        functional.linear(*placed)
        return min(timeit.repeat(lambda: functional.linear(*placed), number=1, repeat=7))

    gain = seconds(torch.float32) / seconds(torch.bfloat16)
    if not 0.8 < gain < 1.25:  # between these the choice is no matter
        assert faithful_half(CPU) == ("bf16" if gain > 1 else "fp32")


def test_an_unknown_kind_of_device_runs_fp32_only() -> None:
    assert [runs(precision, torch.device("meta")) for precision in ("fp32", "bf16", "fp16")] == [True, False, False]


@pytest.mark.parametrize("name", ["tpu9", "npu", "hpu", "meta", "cuda:x", "", "GPU"])
def test_a_device_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"There is no device '{name}' here: .*\. Expected 'cpu', or 'cuda'"):
        choose_device(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:1"])
def test_cuda_is_refused_where_there_is_none(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"There is no device '{name}' here"):
        choose_device(name)


def test_a_device_by_name_or_the_processs_own_gpu_or_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_device("cpu") == CPU
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device(None) == CPU
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device(None) == torch.device("cuda", 0)
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert choose_device(None) == torch.device("cuda", 3)
