"""How long very long texts take, and how much memory: long_texts.py [ADAPTER or TEACHER ...] [--queries N].

One text of 10 MB of every kind that tokenizers find hard, and 100,000 queries of 10 KB (or `--queries`), one after the
other, in one process for each model. Memory is the most that was ever taken, above that after one short query, or for
the many above that of the texts; Linux only.
"""

import argparse
import multiprocessing
import resource
import time

from codequest import QueryEncoder, load_teacher

SIZE, QUERY = 10_000_000, 10_000  # characters
MODELS = ("static", "minilm-lora", "sentence-transformers/all-MiniLM-L6-v2", "sentence-transformers/all-mpnet-base-v2")
UNITS = {
    "words": "sort a list ", "spaces": " ", "zero-width": "\u200b", "accents": "\u0301", "both": "\u0301\u200b",
    "one word": "a", "hyphens": "x-", "Chinese": "中", "emoji": "😀", "control": "\x01",
}  # fmt: skip


def measure(model, queries):
    encode = load_teacher(model).encode_queries if "/" in model else QueryEncoder.from_pretrained(model).encode
    encode(["sort a list"])
    before = peak()
    for kind, unit in UNITS.items():
        taken(f"{model}, {kind}", encode, ["q" + unit * (SIZE // len(unit)) + " sort a list"], before)
    query = UNITS["words"] * (QUERY // len(UNITS["words"]))
    taken(f"{model}, queries", encode, [query + str(number) for number in range(queries)], peak())


def taken(name, encode, texts, before):
    began, busy = time.perf_counter(), time.process_time()
    encode(texts)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    print(f"{name}: {len(texts):,} of {len(texts[0]):,} characters: {seconds:.2f} s ({busy:.2f} s of processor), "
          f"{peak() - before:.0f} MB above", flush=True)  # fmt: skip


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=MODELS)
    parser.add_argument("--queries", type=int, default=100_000)
    given = parser.parse_args()
    for model in given.models:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(model, given.queries))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
