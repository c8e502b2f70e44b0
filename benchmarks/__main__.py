"""`python -m benchmarks [PART …] [--quick]`: each part in a process of its own, on a database of its own."""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import world
from benchmarks.timing import machine

#: part → (what it measures, sizes of the worlds it needs; the first is copied for it, 0 is an empty database)
PARTS = {
    "events": ("one event into a member's own model, against a private copy", (1200,)),
    "sizes": ("bytes per member", (1200,)),
    "scoring": ("scoring all items for one member", (0,)),
    "vectors": ("a member's own vector of matrix factorisation, against a private copy", (0,)),
    "deepfm": ("training DeepFM against other implementations, scoring 5,000 problems for one member", (0,)),
    "pages": ("main page, AI tab and feed: queries and times", (1200, 20_000)),
    "serving": ("recommendations over HTTP, against the same JSON from memory", (1200, 20_000)),
    "memory": ("memory of a web process that serves many members", (1200,)),
    "meals": ("automatic orders of 10,000 members, and one order's way to the next ranking", (0,)),
    "meal_models": (
        "meals: training and scoring of each family for 600 members and for 10,000 with a million orders, and against torchfm",
        (0,),
    ),
    "spending": ("spending forecast of 600 and of 10,000 members with a million orders", (0,)),
    "judge": ("a test case against the bare interpreter, submissions a minute, waiting while one member floods", (0,)),
    "watch": ("a million events into daily figures, and the page that shows them", (0,)),
    "growth": ("how costs grow with members, items and events", (1200,)),
}
QUICK = {1200: 60, 20_000: 120}  # sizes in a smoke test
NUMERIC = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # as `make run` serves


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="; ".join(f"{k}: {v[0]}" for k, v in PARTS.items()))
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it works, figures mean nothing")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the worlds there and use those that are there")
    parser.add_argument("--here", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - PARTS.keys()
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    if options.here:
        return _here(*options.here, quick=options.quick)
    print(f"Moa's benchmarks: {machine()}", flush=True)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        return _all(options.parts or list(PARTS), options.keep, options.quick)
    with tempfile.TemporaryDirectory(prefix="moa-bench-") as folder:
        return _all(options.parts or list(PARTS), Path(folder), options.quick)


def _all(parts: list[str], folder: Path, quick: bool) -> int:
    failed = []
    for part in parts:
        start = time.perf_counter()
        sizes = [QUICK.get(size, size) if quick else size for size in PARTS[part][1]]
        for size in filter(None, sizes):
            target = world.template(folder, size)
            if not target.exists() and not _build(size, target):
                return 1
        database = folder / f"{part}.sqlite3"
        status = 0
        for size in sizes:
            for path in folder.glob(f"{part}.sqlite3*"):
                path.unlink()
            if size:
                world.copy(folder, size, database)
            status |= _run(["--here", part, str(size), *(["--quick"] if quick else [])], database)
        if status:
            failed.append(part)
        print(f"({part} took {time.perf_counter() - start:.0f} s; {machine()})", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


def _build(size: int, target: Path) -> bool:
    draft = target.with_suffix(".draft")
    if _run(["--here", "world", str(size)], draft):
        print("the world could not be made", file=sys.stderr)
        return False
    draft.rename(target)
    return True


def _run(arguments: list[str], database: Path) -> int:
    environment = {**os.environ, **NUMERIC, "MOA_BENCH_DATABASE": str(database)}
    environment["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    return subprocess.run([sys.executable, "-m", "benchmarks", *arguments], env=environment, check=False).returncode


def _here(part: str, size: str, *, quick: bool) -> int:
    import django

    django.setup()
    if part == "world":
        world.build(int(size))
    else:
        importlib.import_module(f"benchmarks.{part}").main(int(size), quick=quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
