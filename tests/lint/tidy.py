#!/usr/bin/env python3
"""The rules of docs/style.md that a program can check without understanding C++."""

import re
import sys

from sources import ROOT, code_only, comments_only, files, line_of, report

COLUMNS_MAX = 100
FILE_LINES_MAX = 400
TEST_LINES_MAX = 600  # a list of small cases; it is read by searching, not from the top
FUNCTION_LINES_MAX = 70

# Word of an identifier -> what to write instead.
BANNED = {
    "upstream": "target (where requests go)",
    "downstream": "client (where requests come from)",
    "manager": "the noun of what it does: Registry, Workers, Lease",
    "helper": "the noun of what it is",
    "util": "the noun of what it is",
    "utils": "the noun of what it is",
    "utility": "the noun of what it is",
    "handler": "a verb, or the noun of what it is",
    "context": "what is really meant: Exchange, Loop, Settings",
}
# As the last word of a type only; data() and info() are others' function names.
BANNED_TYPE_ENDINGS = {"Info": "the noun of what it is", "Data": "the noun of what it is"}
# Names that others gave; `context` alone is how an io_context is passed and kept.
ALLOWED = {
    "io_context", "execution_context", "context", "context_", "file_helper", "ssl_context",
    "completion_handler", "any_completion_handler", "EventHandler", "TestParamInfo",
}

IDENTIFIER = re.compile(r"\b[A-Za-z_]\w*\b")
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
TODO = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
GOOD_TODO = re.compile(r"TODO\((?:correctness|speed|later)\): \S")



def whitespace_problems(text):
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield number, "a tab; use spaces"
        if line != line.rstrip():
            yield number, "spaces at the end of the line"
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns; the limit is {COLUMNS_MAX}"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end of the file"


def name_problems(code):
    without_includes = re.sub(r"^[ \t]*#[ \t]*include[^\n]*", "", code, flags=re.M)
    seen = set()
    for match in IDENTIFIER.finditer(without_includes):
        name = match.group()
        if name in seen or name in ALLOWED:
            continue
        seen.add(name)
        words = WORDS.findall(name)
        for word in words:
            if instead := BANNED.get(word.lower()):
                yield line_of(without_includes, match.start()), f"'{name}': write {instead}"
        if name[0].isupper() and words and words[-1] in BANNED_TYPE_ENDINGS and len(words) > 1:
            instead = BANNED_TYPE_ENDINGS[words[-1]]
            yield line_of(without_includes, match.start()), f"'{name}': write {instead}"


def todo_problems(comments):
    for match in TODO.finditer(comments):
        if not GOOD_TODO.match(comments, match.start()):
            yield line_of(comments, match.start()), \
                "write TODO(correctness|speed|later): and a sentence"


def starts_scope(head):
    """Whether the brace after `head` opens a namespace, class, enum or extern block."""
    head = re.sub(r"\btemplate\s*<[^{};]*>(?=\s*(?:class|struct|union)\b)", "", head)
    return re.search(r"\bnamespace\b|\bextern\s*$|^\s*(?:\w+\s+)*(?:class|struct|union|enum)\b",
                     head) and not re.search(r"\)\s*(?:const|noexcept|override|\s)*$", head)


def function_problems(code):
    """Functions too long. A function is the outermost block that is no namespace or class."""
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group()), code,
                  flags=re.M)
    stack, begin, parens = [], 0, 0
    for match in re.finditer(r"[{};()]", code):
        c, place = match.group(), match.start()
        if c in "()":
            parens += 1 if c == "(" else -1
            continue
        if c == "{":
            head = code[begin:place]
            inside = any(kind != "scope" for kind, _ in stack)
            if parens == 0 and not inside and starts_scope(head):
                kind = "scope"
            elif not inside and "(" in head:
                kind = "function"
            else:
                kind = "block"
            first = begin + len(head) - len(head.lstrip())
            stack.append((kind, first))
            begin = place + 1
        elif c == "}" and stack:
            kind, first = stack.pop()
            lines = line_of(code, place) - line_of(code, first) + 1
            if kind == "function" and lines > FUNCTION_LINES_MAX:
                yield line_of(code, first), \
                    f"a function of {lines} lines; the limit is {FUNCTION_LINES_MAX}"
            begin = place + 1
        elif c == ";" and parens == 0:
            begin = place + 1


def include_order_problem(path, text):
    """A source includes its own header first, so that the header proves itself."""
    header = path[: -len(".cc")] + ".h"
    first = re.search(r'^[ \t]*#[ \t]*include[ \t]*([<"][^>"\n]+)', text, re.M)
    if first and first.group(1)[1:] != header:
        yield line_of(text, first.start()), f'include "{header}" first'


def problems_in(path, text, has_own_header=False):
    """(line, message) for a C++ file; `path` is given from the root."""
    found = list(whitespace_problems(text))
    lines = text.count("\n")
    limit = TEST_LINES_MAX if path.endswith("_test.cc") else FILE_LINES_MAX
    if lines > limit:
        found.append((1, f"{lines} lines; the limit is {limit}"))
    code, comments = code_only(text), comments_only(text)
    if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.M):
        found.append((1, "no #pragma once"))
    # Literals ("250ms") have no other way in.
    for match in re.finditer(r"\busing\s+namespace\b(?!\s+std::(?:\w+_)?literals\b)", code):
        found.append((line_of(code, match.start()), "using namespace; name what you use"))
    found += name_problems(code)
    found += todo_problems(comments)
    found += function_problems(code)
    if has_own_header:
        found += include_order_problem(path, text)
    return sorted(found)


def main():
    problems = []
    for path in files(".h", ".cc"):
        relative = path.relative_to(ROOT).as_posix()
        own_header = path.suffix == ".cc" and path.with_suffix(".h").exists()
        for line, message in problems_in(relative, path.read_text(), own_header):
            problems.append((path, line, message))
    for path in [*files(".py", ".js", ".cmake"), ROOT / "dev", ROOT / "CMakeLists.txt"]:
        if path.exists():
            problems += [(path, *found) for found in whitespace_problems(path.read_text())]
    return report(problems)


if __name__ == "__main__":
    sys.exit(main())
