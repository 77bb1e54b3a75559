"""Unit costs of an index of any size, and what follows from them."""

from dataclasses import dataclass

HOURS = 3600
VECTORS = {"float32": 4.0, "float16": 2.0, "int8": 1.0, "a bit": 0.125}  # bytes a value
ENCODERS = {  # core-milliseconds of a query on a CPU: twice the p50 on two cores, one core for the table
    "teacher, torch": 91.4,
    "teacher, OpenVINO bf16": 35.4,
    "minilm-lora, ONNX": 4.1,
    "minilm-l3-lora, ONNX": 2.2,
    "static": 0.054,
}


@dataclass
class Units:
    """Unit costs."""

    dim: int = 768
    tokens: int = 150  # of a chunk
    text_bytes: int = 800  # of a chunk on the disk: text, names, words
    teacher_flops: float = 1.7e8  # of a token: twice the 85 million weights of 12 layers
    gpu_flops: float = 3.12e14  # a second: A100, bf16, dense
    gpu_use: float = 0.3  # of these
    teacher_cpu: float = 27.5  # chunks a second on a core, OpenVINO bf16
    scan_ms: float = 6.0  # of a core for the codes of a million chunks
    read_ms: float = 3.0  # of a core for the vectors of one chunk in 200 of a million
    rank_ms: float = 8.0  # of a core for all that ranks besides, of an index of any size
    memory_bytes: int = 402  # of a chunk: codes, and what a search knows of it
    probed: float = 0.02  # part of the chunks that an inverted index looks at, from 100 million on
    node_cores: int = 32
    node_gb: int = 256
    busy: float = 0.5  # of a node at the rate that is asked for


def costs(chunks, qps, units):
    """What there is to pay, in words."""
    gpu = units.gpu_flops * units.gpu_use / (units.teacher_flops * units.tokens)
    looked = chunks if chunks < 1e8 else chunks * units.probed
    search_ms = units.rank_ms + (units.scan_ms + units.read_ms) * looked / 1e6
    memory = chunks * units.memory_bytes
    nodes = max(memory / (units.node_gb * 1e9), qps * search_ms / 1000 / (units.node_cores * units.busy))
    found = {
        "embedding by the teacher, GPU-hours (A100)": number(chunks / gpu / HOURS),
        "embedding by the teacher, core-hours (CPU)": number(chunks / units.teacher_cpu / HOURS),
        "embedding again 5 % of it, GPU-hours": number(0.05 * chunks / gpu / HOURS),
        **{f"vectors on the disk, {name}": size(chunks * units.dim * of) for name, of in VECTORS.items()},
        "texts, names and words on the disk": size(chunks * units.text_bytes),
        "memory of the searching processes": size(memory),
        "search without the encoder, core-ms a query": number(search_ms),
        f"nodes of {units.node_cores} cores and {units.node_gb} GB": number(max(nodes, 1)),
    }
    for name, milliseconds in ENCODERS.items():
        cores = qps * milliseconds / 1000 / units.busy
        share = milliseconds / (milliseconds + search_ms)
        found[f"cores for queries, {name}"] = f"{number(cores)} ({100 * share:.0f} % of a query)"
    return found


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def size(value):
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} PB"
