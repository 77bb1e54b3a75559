"""What N chunks and Q queries a second cost: python examples/benchmarks/scale_costs.py --chunks 1e8 --qps 100.

Every unit cost is an option; the defaults are those of docs/scale.md, which says where each was measured or published.
"""

import argparse
from dataclasses import fields

from scale.costs import Units, costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=float, required=True)
    parser.add_argument("--qps", type=float, required=True)
    for each in fields(Units):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=type(each.default), default=each.default)
    given = vars(parser.parse_args())
    chunks, qps = given.pop("chunks"), given.pop("qps")
    for name, value in costs(chunks, qps, Units(**given)).items():
        print(f"{name:58} {value}")


if __name__ == "__main__":
    main()
