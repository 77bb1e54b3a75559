"""What the engines need: an environment for each, and models for those whose own ones would be downloaded."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BASE = "sentence-transformers/all-MiniLM-L6-v2"


def make_environments(folder):
    """An environment for each peer, because they do not agree on versions."""
    for requirements in sorted((HERE / "requirements").glob("*.txt")):
        environment = folder / requirements.stem
        python = environment / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)]
        if subprocess.run(install, check=False).returncode:
            print(f"{requirements.stem}: not installed, see above; it will be named as not run.", file=sys.stderr)


def distilled(python, folder):
    """A static model for semble, distilled by model2vec from MiniLM: its own, potion-code, would be downloaded."""
    from codequest.weights import resolve

    target = folder / "models" / "model2vec-minilm"
    if not target.exists():
        program = (
            "import sys; from model2vec.distill import distill; "
            "distill(sys.argv[1], pca_dims=256, device='cpu').save_pretrained(sys.argv[2])"
        )
        environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
        subprocess.run([str(python), "-c", program, str(resolve(BASE)), str(target)], check=True, env=environment)
    return str(target)


def chroma_home(folder):
    """A home folder in which chromadb finds MiniLM in ONNX, which it would download."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    from codequest.weights import resolve

    home = folder / "models" / "seagoat-home"
    target = home / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2" / "onnx"
    if (target / "model.onnx").exists():
        return home
    target.mkdir(parents=True, exist_ok=True)
    source = resolve(BASE)
    model, tokenizer = (
        AutoModel.from_pretrained(source, attn_implementation="eager").eval(),
        AutoTokenizer.from_pretrained(source),
    )
    model.config.save_pretrained(target)
    tokenizer.save_pretrained(target)
    words = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    (target / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    special = target / "special_tokens_map.json"
    special.touch()  # has to be there, and is not read
    names = ["input_ids", "attention_mask", "token_type_ids"]
    inputs = tokenizer(["a text", "a longer text of several words"], padding=True, return_tensors="pt")

    class LastHidden(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, *values):
            return self.model(**dict(zip(names, values, strict=True))).last_hidden_state

    torch.onnx.export(
        LastHidden(), tuple(inputs[name] for name in names), str(target / "model.onnx.part"), input_names=names,
        output_names=["last_hidden_state"], dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names},
        dynamo=False, opset_version=17,
    )  # fmt: skip
    (target / "model.onnx.part").rename(target / "model.onnx")
    return home
