"""`make bench`: run every benchmark (or those named), print a table and then a JSON line for each figure.

A benchmark is a module here with ``run(options)`` that yields `measure.Measurement`; add its name to `BENCHMARKS`.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.measure import DATABASES, Measurement, Options, table

BENCHMARKS = ("search", "transfers", "statement", "likeness", "updates", "retention", "access", "erasure")


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"which of {', '.join(BENCHMARKS)}; all without it")
    parser.add_argument(
        "--customers", type=int, action="append", help="size of the register; may be repeated"
    )
    parser.add_argument("--database", action="append", choices=DATABASES, help="only on this one")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    given = {"customers": arguments.customers, "databases": arguments.database}
    options = Options(**{name: tuple(values) for name, values in given.items() if values})
    measurements: list[Measurement] = []
    for name in arguments.names or BENCHMARKS:
        for measurement in importlib.import_module(f"benchmarks.{name}").run(options):
            print(
                f"  {measurement.name}: {measurement.value:.2f} {measurement.unit}",
                file=sys.stderr,
                flush=True,
            )
            measurements.append(measurement)
    print(table(measurements))
    for measurement in measurements:
        print(measurement.as_json())


if __name__ == "__main__":
    main()
