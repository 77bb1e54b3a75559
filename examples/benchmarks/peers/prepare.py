"""The models that peers run, in their own formats: prepare.py onnx|openvino|static SOURCE FOLDER, in their environment.

SOURCE is the folder of all-MiniLM-L6-v2; for static, that of a static adapter.
"""

import json
import sys
from pathlib import Path


def onnx(source, folder):
    from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

    model = SentenceTransformer(source, backend="onnx", device="cpu", model_kwargs={"export": True})
    model.save_pretrained(folder)
    export_dynamic_quantized_onnx_model(model, "avx512_vnni", folder)


def openvino(source, folder):
    from sentence_transformers import SentenceTransformer, export_static_quantized_openvino_model

    model = SentenceTransformer(source, backend="openvino", device="cpu", model_kwargs={"export": True})
    model.save_pretrained(folder)
    calibration = str(Path(folder).parent / "calibration")  # the default would be downloaded from a hub
    export_static_quantized_openvino_model(
        model, None, folder, dataset_name=calibration, dataset_config_name="default", dataset_split="train",
        column_name="text",
    )  # fmt: skip


def static(source, folder):
    """Tables of the size of the adapter's, of random rows: what they hold does not change the speed."""
    import numpy as np
    from model2vec import StaticModel
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(f"{source}/tokenizer.json")
    adapter = json.loads(Path(source, "config.json").read_text(encoding="utf-8"))
    for dim in (adapter["encoder"]["width"], adapter["space"]["dim"]):
        table = np.random.default_rng(0).standard_normal((tokenizer.get_vocab_size(), dim)).astype(np.float32)
        StaticModel(table, tokenizer, normalize=True).save_pretrained(f"{folder}/model2vec-{dim}")
        nife = [StaticEmbedding(tokenizer, embedding_weights=table), Normalize()]  # what pynife publishes
        SentenceTransformer(modules=nife).save_pretrained(f"{folder}/pynife-{dim}")


{"onnx": onnx, "openvino": openvino, "static": static}[sys.argv[1]](*sys.argv[2:])
