#!/usr/bin/env python3
"""Each header compiles alone: whoever includes it needs to know nothing else.

Runs the compiler's syntax check on every header, a few at a time, but for those that a source of
the program includes first: a build without GAPURA_UNITY checks these. A header whose text and whose
own includes (followed through our folders) have not changed since it last passed is not compiled
again; the libraries' headers are taken to stay as they are.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from sources import ROOT, files, shown

OWN_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.M)


def reachable(path, root, seen):
    """`path` and everything of ours that it includes, directly or not."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for name in OWN_INCLUDE.findall(path.read_text()):
        reachable(root / name, root, seen)
    return seen


def is_first_of_its_source(path, root=ROOT):
    """Whether building the program compiles it alone: x.cc begins with x.h."""
    source = path.with_suffix(".cc")
    if path.is_relative_to(root / "tests") or not source.is_file():
        return False
    first = OWN_INCLUDE.search(source.read_text())
    before = source.read_text()[: first.start()] if first else ""
    return bool(first) and root / first[1] == path and "#include" not in before


def fingerprint(path, command, root=ROOT):
    digest = hashlib.sha256(" ".join(command).encode())
    for part in sorted(reachable(path, root, set())):
        digest.update(str(part).encode() + b"\0" + part.read_bytes() + b"\0")
    return digest.hexdigest()


def check(path, command, root=ROOT):
    """The compiler's words when `path` does not compile alone, else ''."""
    include = f'#include "{path.relative_to(root).as_posix()}"\n'
    # Twice: a header without #pragma once shows itself.
    run = subprocess.run(command, input=include * 2, text=True, capture_output=True, cwd=root)
    return "" if run.returncode == 0 else run.stderr or "the compiler failed without a word"


def read_cache(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("flags", nargs="*")
    options = parser.parse_args()
    command = [options.compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", f"-I{ROOT}", "-Wall",
               "-Wextra", "-Wno-unused", *options.flags, "-"]

    known = read_cache(options.cache)
    wanted = {shown(path): (path, fingerprint(path, command))
              for path in files(".h") if not is_first_of_its_source(path)}
    passed = {name: print_ for name, (_, print_) in wanted.items() if known.get(name) == print_}
    todo = {name: path for name, (path, _) in wanted.items() if name not in passed}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = dict(zip(todo, pool.map(lambda path: check(path, command), todo.values())))
    for name, words in results.items():
        if words:
            print(f"{name}:1: does not compile alone:\n{words}")
        else:
            passed[name] = wanted[name][1]
    options.cache.parent.mkdir(parents=True, exist_ok=True)
    options.cache.write_text(json.dumps(passed, indent=1, sort_keys=True) + "\n")
    print(f"{len(wanted)} headers, {len(todo)} compiled")
    return 1 if any(results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
