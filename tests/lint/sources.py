"""What the lints share: which files are ours, and C++ text without its comments and strings."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# One static library each, in the order of the layers.
FOLDERS = ("base", "conf", "metrics", "balancer", "autoscale", "proxy", "admin", "app")

_TOKENS = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>\bR"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<number>\b\d[\w.']*)          # 10'000 is no character literal
      | (?P<char>'(?:\\.|[^'\\\n])+')
    """,
    re.S | re.X,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_only(text):
    """`text` with comments and the insides of literals blanked; every place stays where it was."""

    def keep_code(match):
        if match.lastgroup == "number" or match.group("number"):
            return match.group()
        if match.group("comment"):
            return _blank(match.group())
        inside = match.group()
        return inside[0] + _blank(inside[1:-1]) + inside[-1]

    return _TOKENS.sub(keep_code, text)


def comments_only(text):
    """`text` with everything but its comments blanked."""
    out, end = [], 0
    for match in _TOKENS.finditer(text):
        if match.group("comment"):
            out.append(_blank(text[end : match.start()]) + match.group())
            end = match.end()
    return "".join(out) + _blank(text[end:])


def line_of(text, place):
    return text.count("\n", 0, place) + 1


def files(*suffixes, folders=FOLDERS + ("tests", "bench")):
    """Our files with one of the suffixes, sorted; no build trees."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file() and "build" not in path.parts[:-1]:
                yield path


def shown(path):
    try:
        return str(Path(path).resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


def report(problems):
    """Prints `file:line: message` for each and returns the exit code."""
    for path, line, message in problems:
        print(f"{shown(path)}:{line}: {message}")
    return 1 if problems else 0
