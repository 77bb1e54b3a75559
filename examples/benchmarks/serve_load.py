"""How a server bears its clients, hostile ones among them: serve_load.py ADAPTER [--clients 128] [--minutes 10].

Starts `codequest serve ADAPTER` and asks it over so many connections at once, a quarter of them hostile: texts of half
a megabyte, lists of thousands, slow and unfinished bodies, requests that are given up, broken JSON, answers that nobody
reads. Every vector of the good ones is compared with the encoder's own. Printed are their errors, wrong vectors, p50,
p99 and the ratio of these, what the hostile ones were answered, and the memory of the server from the begin to the
end; Linux only. Exit code 1 where one of these is not as it should be: memory must not grow after the first quarter.
"""

import argparse
import sys

from server_load.run import load


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapter")
    parser.add_argument("--clients", type=int, default=128)
    parser.add_argument("--minutes", type=float, default=10.0)
    given = parser.parse_args()
    found = load(given.adapter, clients=given.clients, seconds=60 * given.minutes)
    print(found)
    return int(found.failed)


if __name__ == "__main__":
    sys.exit(main())
