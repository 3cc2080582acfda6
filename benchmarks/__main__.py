"""Run the areas that the command line names, or all of them."""

import argparse
import os
import platform
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

from benchmarks.common import Figure, Grid, format_report

AREAS: Final = (
    "arithmetic",
    "steps",
    "sealing",
    "stores",
    "memory",
    "imports",
    "cold_start",
    "emulator",
    "population",
    "state",
    "transport",
    "throughput",
    "loop",
)


def main() -> int:
    """Print the table of each area; return 0 if all goals are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("areas", nargs="*", metavar="area", help=f"one of {', '.join(AREAS)}; default: all")
    areas = parser.parse_args().areas or AREAS
    if unknown := set(areas) - set(AREAS):
        parser.error(f"no such area: {', '.join(sorted(unknown))}")
    print(describe_machine(), end="\n\n", flush=True)
    all_met = True
    for area in areas:
        results: list[Figure | Grid] = import_module(f"benchmarks.{area}").measure()
        print(format_report(area, results), flush=True)
        all_met &= all(result.is_met is not False for result in results if isinstance(result, Figure))
    return 0 if all_met else 1


def describe_machine() -> str:
    """Return the interpreter, the system and the processor of this run."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = (line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line)
        cpu = next(names, cpu)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python} on {platform.system()}, {os.cpu_count()} cores, {cpu}"


if __name__ == "__main__":
    sys.exit(main())
