#!/usr/bin/env python3
"""Refuses statements with co_await that g++ 12 compiles into a double destruction.

A temporary made by braces, by a lambda or in an arm of ?: inside a full expression that suspends is
destroyed twice by that compiler, silently unless AddressSanitizer looks on. The cure is always the
same: give the value a name in the line before.

Also refused: a lambda with captures that is itself a coroutine. Its captures die with the lambda,
usually before the coroutine does. A lambda that is called once by co_spawn is no exception here:
what is right only in some places is wrong after the next change.
"""

import re
import sys
from pathlib import Path

from sources import code_only, files, line_of, report

WORD = re.compile(r"\bco_await\b")
COROUTINE_WORD = re.compile(r"\bco_(?:await|return|yield)\b")
# What stands before a brace that opens a block, not a value.
BLOCK_AFTER = re.compile(
    r"(?:^|[;{}):]|\b(?:else|do|try|const|noexcept|mutable|override|final)"
    r"|\)\s*(?:\w+\s*)*->[^;{}()]*)\s*$"
)
LAMBDA_HEAD = re.compile(
    r"\[(?P<captures>[^\[\]]*)\]\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*(?:mutable\b|noexcept\b|\s)*"
    r"(?:->[^;{}]*)?$"
)


def opens_block(code, brace):
    return BLOCK_AFTER.search(code[max(0, brace - 300) : brace]) is not None


def statement_begin(code, place):
    """Where the full expression around `place` begins."""
    depth = 0
    i = place - 1
    while i >= 0:
        c = code[i]
        if c in ")]}":
            if c == "}" and depth == 0:
                return i + 1
            depth += 1
        elif c in "([{":
            if depth > 0:
                depth -= 1
            elif c == "{" and opens_block(code, i):
                return i + 1
        elif c == ";" and depth == 0:
            return i + 1
        i -= 1
    return 0


def statement_end(code, place):
    depth = 0
    for i in range(place, len(code)):
        c = code[i]
        if c in "([":
            depth += 1
        elif c in ")]":
            depth = max(0, depth - 1)
        elif c == "{":
            if depth == 0 and opens_block(code, i):
                return i
            depth += 1
        elif c == "}":
            if depth == 0:
                return i
            depth -= 1
        elif c == ";" and depth == 0:
            return i
    return len(code)


def matching_brace(code, brace):
    depth = 0
    for i in range(brace, len(code)):
        depth += (code[i] == "{") - (code[i] == "}")
        if depth == 0:
            return i
    return len(code)


def lambda_bodies(code):
    """(begin, end, captures) of every lambda's body."""
    for match in re.finditer(r"\{", code):
        head = LAMBDA_HEAD.search(code[max(0, match.start() - 400) : match.start()])
        if head and re.search(r"[\w>\])]\s*$", code[: match.start()][: -len(head.group()) or None]):
            continue  # a subscript, not a capture list
        if head:
            yield match.start(), matching_brace(code, match.start()), head.group("captures").strip()


def capturing_coroutines(code):
    bodies = list(lambda_bodies(code))
    for word in COROUTINE_WORD.finditer(code):
        around = [body for body in bodies if body[0] < word.start() < body[1]]
        if around and max(around)[2]:
            yield max(around)[0]


def problems_in(text):
    """(line, message) for every statement that must be written otherwise."""
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group()),
                  code_only(text), flags=re.M)
    found = []
    for match in WORD.finditer(code):
        statement = code[statement_begin(code, match.start()) : statement_end(code, match.start())]
        line = line_of(code, match.start())
        if "{" in statement:
            found.append((line, "braces or a lambda in a co_await statement; name the value first"))
        elif "?" in statement:
            found.append((line, "?: in a co_await statement; name the value first"))
    for place in sorted(set(capturing_coroutines(code))):
        found.append((line_of(code, place),
                      "a lambda with captures is a coroutine; write a function with parameters"))
    return sorted(found)


def main(arguments):
    problems = []
    for path in map(Path, arguments) if arguments else files(".h", ".cc"):
        problems += [(path, line, message) for line, message in problems_in(path.read_text())]
    return report(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
