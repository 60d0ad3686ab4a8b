#!/usr/bin/env python3
"""Times whole processes on the same trees, interleaved, and prints medians as ratios against the floor.

    benches/ratios.py ../repo-a ../repo-b            # the floor, schemalint, and its rules' part
    benches/ratios.py --oxlint ../repo-a             # also oxlint with every rule off
    benches/ratios.py --peers ../repo-a              # also oxlint, Biome, ESLint with eslint-plugin-drizzle, drizzle-kit
    benches/ratios.py --runs 41 --json out.json ../repo-a

The floor is `benches/floor.rs`. Peers are installed from npm into a temporary folder; nothing is written into the trees.
Every round runs each program once, in another order, after one round that does not count. `cpu` is user and system time
of the process, which a loaded machine disturbs less than the time on the clock.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
FLOOR = RELEASE / "examples" / "floor"
PROGRAM = RELEASE / "schemalint"
PEERS = {
    "oxlint": "1.94.0",
    "@biomejs/biome": "2.6.8",
    "eslint": "9.39.5",
    "@typescript-eslint/parser": "8.73.0",
    "@typescript-eslint/utils": "8.73.0",
    "eslint-plugin-drizzle": "0.2.3",
    "drizzle-kit": "0.31.11",
    "drizzle-orm": "0.45.4",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("trees", nargs="+", type=Path)
    arguments.add_argument("--runs", type=int, default=21, help="rounds that count")
    arguments.add_argument("--oxlint", action="store_true", help="install oxlint and run it, too")
    arguments.add_argument("--peers", action="store_true", help="install all peers and run them, too; some take seconds")
    arguments.add_argument("--peer-runs", type=int, default=3, help="rounds of the slow peers")
    arguments.add_argument("--no-build", action="store_true")
    arguments.add_argument("--json", type=Path, help="where to write the numbers")
    asked = arguments.parse_args()
    if not asked.no_build:
        build = ["cargo", "build", "--release", "--bin", "schemalint", "--example", "floor"]
        subprocess.run(build, cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        wanted = PEERS if asked.peers else {"oxlint": PEERS["oxlint"]} if asked.oxlint else {}
        peers = install(scratch, wanted) if wanted else None
        tables = {}
        for tree in asked.trees:
            tables[tree.name] = measure(tree.resolve(), scratch, peers, asked)
        if asked.json:
            asked.json.write_text(json.dumps(tables, indent=2) + "\n")


def measure(tree, scratch, peers, asked):
    """The numbers of one tree, which are printed on the way."""
    files = schema_files(tree)
    quick = {
        "floor": [FLOOR, tree],
        "schemalint": [PROGRAM, "check", tree, "--format", "json"],
    }
    if files:
        config = scratch / "schemalint.json"
        config.write_text(json.dumps({"files": {"include": files}}))
        quick["floor of files"] = [FLOOR, tree, "--files", *files]
        quick["schemalint, files"] = [PROGRAM, "check", tree, "--config", config, "--format", "json"]
    slow = {}
    if peers:
        quick["oxlint -A all"] = [peers / "oxlint", "-A", "all", tree]
        slow = slow_peers(peers, scratch, tree) if asked.peers else {}
    rows = interleave(quick, asked.runs) | interleave(slow, asked.peer_runs)
    counted = re.findall(r"(\d+) (\w+)", subprocess.run(quick["floor"], capture_output=True, text=True).stdout)
    counted = {what: int(number) for number, what in counted}
    share = rules_share(tree)
    print(f"\n{tree.name}: {counted['files']} scripts, {counted['bytes'] / 1e6:.1f} MB, "
          f"{counted['candidates']} candidates; all rules together {100 * share:.1f} % of the time")
    print(f"{'':24}{'median':>11}{'x floor':>10}{'cpu':>11}{'x floor':>10}{'memory':>10}")
    for name, row in rows.items():
        base = rows["floor of files" if name.endswith("files") else "floor"]
        print(f"{name:24}{row['wall']:>8.1f} ms{row['wall'] / base['wall']:>10.2f}"
              f"{row['cpu']:>8.1f} ms{row['cpu'] / base['cpu']:>10.2f}{row['memory']:>7.0f} MB")
    if "oxlint -A all" in rows:
        ratio = rows["schemalint"]["wall"] / rows["oxlint -A all"]["wall"]
        print(f"schemalint is {ratio:.3f} x oxlint -A all")
    sys.stdout.flush()
    return {"counted": counted, "rules": share, "rows": rows}


def interleave(commands, runs):
    """Medians of some commands that take turns."""
    taken = {name: [] for name in commands}
    for number in range(runs + 1):
        for name in random.sample(list(commands), len(commands)):
            once = run(commands[name])
            if number > 0:
                taken[name].append(once)
    middle = lambda name, key: statistics.median(once[key] for once in taken[name])
    keys = ("wall", "cpu", "memory")
    return {name: {key: middle(name, key) for key in keys} for name in commands if taken[name]}


def run(command):
    """One process: milliseconds on the clock and of the processor, megabytes at most."""
    started = time.perf_counter()
    folder = command[0] if isinstance(command[0], dict) else {}
    words = [str(word) for word in (command[1:] if folder else command)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **folder)
    _, _, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    cpu = used.ru_utime + used.ru_stime
    return {"wall": 1000 * wall, "cpu": 1000 * cpu, "memory": used.ru_maxrss / 1024}


def schema_files(tree):
    """The files with tables, from the root of the tree."""
    # In a process of its own: the memory of this one counts as that of its children until they are loaded.
    read = "import json, sys; print(chr(10).join(sorted({t['file'] for t in json.load(sys.stdin)['tables']})))"
    graph = subprocess.Popen([PROGRAM, "graph", tree], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    names = subprocess.run([sys.executable, "-c", read], stdin=graph.stdout, capture_output=True, text=True)
    graph.stdout.close()
    graph.wait()
    return names.stdout.split("\n")[:-1] if names.returncode == 0 else []


def rules_share(tree):
    """The part of the time that all rules take, by the program's own clock: the median of some runs."""
    shares = []
    for _ in range(9):
        said = subprocess.run([PROGRAM, "check", tree, "--timings", "--format", "json"], capture_output=True, text=True)
        stages = {"discover", "parse", "follow imports", "evaluate and link", "documents", "migrations", "model"}
        rows = [re.match(r"(.*\S)\s+(\d+\.\d+)$", line) for line in said.stderr.splitlines()]
        rows = [(row[1], float(row[2])) for row in rows if row]
        rules = sum(taken for name, taken in rows if name not in stages)
        shares.append(rules / max(sum(taken for _, taken in rows), 1e-9))
    return statistics.median(shares)


def install(scratch, peers):
    """The folder with the programs of the peers."""
    wanted = [f"{name}@{version}" for name, version in peers.items()]
    (scratch / "package.json").write_text('{ "private": true }\n')
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *wanted], cwd=scratch, check=True)
    return scratch / "node_modules" / ".bin"


def slow_peers(peers, scratch, tree):
    """Commands that take seconds."""
    rules = scratch / "eslint.config.mjs"
    rules.write_text(
        """import parser from "@typescript-eslint/parser";
import drizzle from "eslint-plugin-drizzle";
export default [{
  files: ["**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}"],
  languageOptions: { parser },
  plugins: { drizzle },
  rules: { "drizzle/enforce-delete-with-where": "error", "drizzle/enforce-update-with-where": "error" },
}];
"""
    )
    commands = {
        "Biome": [peers / "biome", "lint", "--skip=suspicious", "--max-diagnostics=1", tree],
        "ESLint, drizzle": [{"cwd": tree}, peers / "eslint", "--no-inline-config", "--config", rules, tree],
    }
    # It loads what a schema imports, which is not installed in a clean checkout: it gets one of its own.
    tables = "".join(
        f"export const t{at} = pgTable('t{at}', {{ id: serial().primaryKey(), name: text() }});\n" for at in range(100)
    )
    schema = scratch / "schema.ts"
    schema.write_text("import { pgTable, serial, text } from 'drizzle-orm/pg-core';\n" + tables)
    commands["drizzle-kit, 100 tables"] = [
        {"cwd": scratch}, peers / "drizzle-kit", "export", "--dialect=postgresql", "--schema=./schema.ts",
    ]
    return commands


if __name__ == "__main__":
    main()
