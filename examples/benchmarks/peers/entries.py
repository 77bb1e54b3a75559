"""Who competes with whom: codequest, and each peer in its own environment."""

import json
import os
import subprocess
from pathlib import Path

from codequest.bench import Competitor
from codequest.bench.competitors import adapter_competitor, folder_bytes
from codequest.bench.exports import export_forms
from codequest.weights import resolve

HERE = Path(__file__).parent
BASE = "sentence-transformers/all-MiniLM-L6-v2"
TEACHER = "sentence-transformers/all-mpnet-base-v2"
TEACHERS = ("local", "auto")  # schemes of codequest.load_teacher


class Peers:
    """The peers' entries.

    Args:
        environments: What environments.sh made.
        folder: Where their models go.
        calibration: Texts for static quantization.
        forms: What codequest's own encoders are exported to.
    """

    def __init__(self, environments, folder, *, calibration, forms):
        self.environments, self.folder, self.forms = Path(environments).resolve(), folder, forms
        self.not_run = {}
        (folder / "calibration").mkdir(parents=True, exist_ok=True)
        lines = "\n".join(json.dumps({"text": text}) for text in calibration)
        (folder / "calibration" / "train.jsonl").write_text(lines, encoding="utf-8")

    def entry(self, name, environment, loader, source, reference=None, *, unused="-", **options):
        """A competitor in an environment; noted as not run where that or the source is missing.

        Files that match `unused` are other forms of its model.
        """
        python, source = self.environments / environment / "bin" / "python", Path(source)
        if not python.exists() or not source.exists():
            missing = "its environment: run environments.sh" if not python.exists() else "its model, see above"
            self.not_run.setdefault(name, f"lacks {missing}")
            return []
        other_forms = sum(path.stat().st_size for path in source.glob(unused))
        return [
            Competitor(
                name=name,
                loader=f"loaders:{loader}",
                source=str(source),
                options=options,
                reference=reference,
                disk_bytes=folder_bytes([source]) - other_forms,
                python=str(python),
                folder=str(HERE),
                optional=True,
            )
        ]

    def prepare(self, what, environment, source):
        """The folder of models that prepare.py writes in an environment, once."""
        python, target = self.environments / environment / "bin" / "python", self.folder / what
        if python.exists() and not target.exists():
            command = [python, HERE / "prepare.py", what, source, target]
            done = subprocess.run(command, env={**os.environ, "HF_HUB_OFFLINE": "1"}, check=False)
            if done.returncode:
                print(f"prepare.py {what} failed: what it lacks is not run.")
        return target

    def transformer(self):
        """MiniLM of six layers: sentence-transformers in torch is what all are compared with."""
        base, torch = resolve(BASE), "sentence-transformers, torch"
        onnx, openvino = self.prepare("onnx", "st-onnx", base), self.prepare("openvino", "st-openvino", base)
        adapter = adapter_competitor("codequest minilm-lora, torch", "minilm-lora")
        st = "sentence_transformers"
        return [
            *self.entry(torch, "torch", st, base),
            *self.entry("sentence-transformers, onnx", "st-onnx", st, onnx, torch, backend="onnx",
                        file_name="onnx/model.onnx", unused="onnx/*qint8*"),
            *self.entry("sentence-transformers, onnx int8", "st-onnx", st, onnx, torch, backend="onnx",
                        file_name="onnx/model_qint8_avx512_vnni.onnx", unused="onnx/model.onnx"),
            *self.entry("sentence-transformers, openvino", "st-openvino", st, openvino, torch, backend="openvino",
                        file_name="openvino/openvino_model.xml", unused="openvino/*qint8*"),
            *self.entry("sentence-transformers, openvino int8", "st-openvino", st, openvino, torch, backend="openvino",
                        file_name="openvino/openvino_model_qint8_quantized.xml", unused="openvino/openvino_model.*"),
            *self.entry("fastembed, onnx", "fastembed", "fastembed", onnx, torch, unused="onnx/*qint8*"),
            *self.with_forms(adapter),
        ]  # fmt: skip

    def static(self):
        """Tables of as many rows as the shipped one has tokens: of its width, and of the teacher's dim."""
        adapter = adapter_competitor("codequest static", "static")
        tables = self.prepare("static", "torch", adapter.source)
        peers = [
            self.entry(f"{peer}, {dim}-d table", "torch", peer, tables / f"{peer}-{dim}")
            for dim in (256, 768)
            for peer in ("model2vec", "pynife")
        ]
        return [*(competitor for found in peers for competitor in found), *self.with_forms(adapter)]

    def corpus(self):
        """The teacher's document side."""
        torch = "sentence-transformers, torch"
        loader = {"loader": "codequest.bench.loaders:documents", "reference": torch}
        return [
            *self.entry(torch, "torch", "sentence_transformers", resolve(TEACHER)),
            *(Competitor(name=f"codequest, {name}", source=f"{name}:{TEACHER}", **loader) for name in TEACHERS),
        ]

    def with_forms(self, adapter):
        """An adapter, and its exported forms where they run here."""
        exported, not_run = export_forms(
            [adapter], self.forms, self.folder / "exports" / adapter.name.replace(" ", "-")
        )
        self.not_run |= not_run
        return [adapter, *(form for form in exported if form.bare_of is None)]
