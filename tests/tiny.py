"""Seeded models of two layers, written as sentence-transformers folders: the fast tests run on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import torch

Architecture = Literal["bert", "mpnet", "xlm-r", "modernbert", "qwen2", "qwen3", "gemma3"]
_DECODERS = ("qwen2", "qwen3", "gemma3")  # with byte-level tokenizers that end a text with <eos>

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,:;()[]{}_-+*/=<>'\"!?#%&@�"
_WORDS = ["sort", "list", "dict", "by", "value", "read", "file", "open", "http", "query", "search", "the", "a", "in"]

QUERIES = [
    "sort a dict by value",
    "read file",
    "open http connection with retries and back-off",
    "search",
    "the list in a list in a list in a list in a list of lists, sorted by the value of its 3rd key",
    "sort a dict by value",
]
"""Queries of very different lengths; the first and the last are equal."""


def build_model(
    folder: Path,
    *,
    architecture: Architecture = "bert",
    seed: int = 0,
    hidden: int = 32,
    pooling: Any = "mean",
    normalize: bool = True,
    dense: int | tuple[int, ...] | None = None,
    activation: str = "Tanh",
    prompts: dict[str, str] | None = None,
    default_prompt: str | None = None,
    lower_case: bool = False,
    max_tokens: int | None = 64,
    padding_side: str = "right",
) -> Path:
    """Write a seeded model; every option is what the sentence-transformers files say."""
    tokenizer = _byte_tokenizer(padding_side) if architecture in _DECODERS else _wordpiece(uncased=not lower_case)
    _transformer(architecture, seed, hidden, len(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    widths = dense if isinstance(dense, tuple) else (dense,) if dense else ()
    modules = ["Transformer", "Pooling", *("Dense" for _ in widths), *(["Normalize"] if normalize else [])]
    for position, name in enumerate(modules):
        if position:
            (folder / f"{position}_{name}").mkdir()
    write_json(
        folder / "modules.json",
        [
            {
                "idx": position,
                "name": str(position),
                "path": f"{position}_{name}" if position else "",
                "type": f"sentence_transformers.models.{name}",
            }
            for position, name in enumerate(modules)
        ],
    )
    write_json(folder / "1_Pooling" / "config.json", {"embedding_dimension": hidden, "pooling_mode": pooling})
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": max_tokens, "do_lower_case": lower_case})
    if prompts is not None:
        saved = {"prompts": prompts, "default_prompt_name": default_prompt}
        write_json(folder / "config_sentence_transformers.json", saved)
    for number, (width, dim) in enumerate(zip((hidden, *widths), widths, strict=False)):
        _write_dense(folder / f"{2 + number}_Dense", width, dim, seed + number, activation)
    return folder


def write_json(path: Path, values: Any) -> None:
    path.write_text(json.dumps(values), encoding="utf-8")


def _transformer(architecture: Architecture, seed: int, hidden: int, vocabulary: int) -> Any:
    import transformers

    shape = {
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 2 * hidden,
        "max_position_embeddings": 128,
        "pad_token_id": 0,
        "initializer_range": 0.3,  # large enough for the texts to differ clearly
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if architecture == "bert":
            return transformers.BertModel(transformers.BertConfig(**shape)).eval()
        if architecture == "mpnet":
            shape["pad_token_id"] = 1  # MPNet computes positions with this id, whatever the configuration says
            return transformers.MPNetModel(transformers.MPNetConfig(**shape)).eval()
        if architecture == "xlm-r":
            shape["pad_token_id"] = 1
            return transformers.XLMRobertaModel(transformers.XLMRobertaConfig(**shape)).eval()
        if architecture == "modernbert":
            ends = {"cls_token_id": 0, "sep_token_id": 2, "bos_token_id": 0, "eos_token_id": 2, "local_attention": 8}
            config = transformers.ModernBertConfig(**{**shape, "pad_token_id": 1}, **ends)
            return transformers.ModernBertModel(config).eval()
        grouped = {"num_key_value_heads": 1, "head_dim": hidden}
        if architecture == "qwen2":
            return transformers.Qwen2Model(transformers.Qwen2Config(**shape, num_key_value_heads=1)).eval()
        if architecture == "gemma3":
            around = {"sliding_window": 8, "use_bidirectional_attention": True, "query_pre_attn_scalar": hidden}
            return transformers.Gemma3TextModel(transformers.Gemma3TextConfig(**shape, **grouped, **around)).eval()
        return transformers.Qwen3Model(transformers.Qwen3Config(**shape, **grouped)).eval()


def _wordpiece(*, uncased: bool) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]
    entries = [*special, *_LETTERS, *(f"##{letter}" for letter in _LETTERS), *_WORDS]
    vocabulary = {entry: number for number, entry in enumerate(dict.fromkeys(entries))}
    backend = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    backend.normalizer = normalizers.BertNormalizer(lowercase=uncased)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        cls_token="[CLS]",
        pad_token="[PAD]",
        sep_token="[SEP]",
        unk_token="[UNK]",
        mask_token="[MASK]",
    )


def _byte_tokenizer(padding_side: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    entries = ["<pad>", "<eos>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    vocabulary = {entry: number for number, entry in enumerate(entries)}
    backend = Tokenizer(models.BPE(vocabulary, []))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="<eos>", padding_side=padding_side
    )


def _write_dense(folder: Path, hidden: int, dim: int, seed: int, activation: str) -> None:
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)
    layer = {"linear.weight": torch.randn(dim, hidden, generator=generator)}
    if activation == "Tanh":
        layer["linear.bias"] = torch.randn(dim, generator=generator)
    save_file(layer, folder / "model.safetensors")
    home = "linear" if activation == "Identity" else "activation"
    write_json(
        folder / "config.json",
        {
            "in_features": hidden,
            "out_features": dim,
            "bias": "linear.bias" in layer,
            "activation_function": f"torch.nn.modules.{home}.{activation}",
        },
    )
