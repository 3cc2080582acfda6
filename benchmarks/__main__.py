"""Run the areas named on the command line, or all."""

import argparse
import os
import platform
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

from benchmarks.common import Figure, Grid, report

AREAS: Final = (
    "arithmetic",
    "steps",
    "sealing",
    "stores",
    "memory",
    "imports",
    "cold_start",
    "emulator",
    "throughput",
    "loop",
)


def main() -> int:
    """Print each area's table; return 0 if all goals are held."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("areas", nargs="*", metavar="area", help=f"of {', '.join(AREAS)}; all if none is named")
    areas = parser.parse_args().areas or AREAS
    if unknown := set(areas) - set(AREAS):
        parser.error(f"no such area: {', '.join(sorted(unknown))}")
    print(machine(), end="\n\n", flush=True)
    held = True
    for area in areas:
        results: list[Figure | Grid] = import_module(f"benchmarks.{area}").measure()
        print(report(area, results), flush=True)
        held &= all(result.held is not False for result in results if isinstance(result, Figure))
    return 0 if held else 1


def machine() -> str:
    """Return what the figures were taken on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = (line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line)
        cpu = next(names, cpu)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python} on {platform.system()}, {os.cpu_count()} cores, {cpu}"


if __name__ == "__main__":
    sys.exit(main())
