"""How each peer embeds a list of texts; `codequest.bench.worker` calls these in the peers' own environments."""

import os

THREADS = int(os.environ["OMP_NUM_THREADS"])


def sentence_transformers(source, *, backend="torch", file_name=None):
    from sentence_transformers import SentenceTransformer

    options = {} if file_name is None else {"file_name": file_name}
    if backend == "onnx":
        import onnxruntime

        options |= {"provider": "CPUExecutionProvider", "session_options": onnxruntime.SessionOptions()}
        options["session_options"].intra_op_num_threads = THREADS
    if backend == "openvino":
        options |= {"ov_config": {"INFERENCE_NUM_THREADS": THREADS}}
    return SentenceTransformer(source, backend=backend, device="cpu", model_kwargs=options).encode


def fastembed(source):
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    TextEmbedding.add_custom_model(
        model="local", pooling=PoolingType.MEAN, normalization=True, sources=ModelSource(hf="local"), dim=384
    )
    model = TextEmbedding("local", specific_model_path=source, threads=THREADS)
    return lambda texts: list(model.embed(texts))


def model2vec(source):
    from model2vec import StaticModel

    return StaticModel.from_pretrained(source).encode


def pynife(source):
    """What pynife trains is loaded by sentence-transformers, as its documentation says."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(source, device="cpu").encode
