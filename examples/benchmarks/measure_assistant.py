"""What the teaching assistant of a recipe finds, and what its teacher finds: measure_assistant.py RECIPE DATA."""

import sys

from codequest.evaluation.scoring import search_dataset
from codequest.training import load_recipe
from codequest.training.recipes.making import Maker

recipe, data = sys.argv[1:]
maker = Maker(load_recipe(recipe), data=data, out="adapters")
for test in maker.data.tests:
    queries, document_vectors = list(test.queries.values()), maker.teacher.encode_documents([*test.documents.values()])
    found = [
        search_dataset(test, model.encode_queries(queries), document_vectors).means["nDCG@10"]
        for model in (maker.teacher, maker.assistant)
    ]
    print(f"{test.name}: teacher {found[0]:.3f}, assistant {found[1]:.3f}, {found[1] / found[0]:.1%}")
