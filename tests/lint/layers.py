#!/usr/bin/env python3
"""Which folder may include which: the table of docs/architecture.md, held.

Ours are included by quotes and their path from the root, others' by angle brackets. Tests and
benchmarks stand above all folders and may include anything.
"""

import re
import sys
from pathlib import PurePosixPath

from sources import FOLDERS, ROOT, comments_only, files, line_of, report

MAY_INCLUDE = {
    "base": (),
    "conf": ("base",),
    "metrics": ("base",),
    "balancer": ("base", "conf"),
    "autoscale": ("base", "conf", "balancer", "metrics"),
    "proxy": ("base", "conf", "balancer", "metrics"),
    "admin": ("base", "conf", "balancer", "metrics", "autoscale"),
    "app": FOLDERS,
}

# (start of the header's name, files that may include it, where that is said in words).
# The first row that fits a header decides; a header that fits none and has a folder is unknown.
THIRD_PARTY = (
    ("yaml-cpp/", r"conf/.*\.cc|app/(?:state_store\w*|servers_file)\.cc",
     "conf/*.cc, app/state_store*.cc and app/servers_file.cc"),
    ("prometheus/", r"metrics/.*\.cc", "metrics/*.cc"),
    ("boost/beast", r"(admin|autoscale|proxy|app)/.*", "admin, autoscale, proxy and app"),
    ("boost/json", r"(admin|autoscale|app)/.*", "admin, autoscale and app"),
    ("boost/asio", r"(base|autoscale|proxy|admin|app)/.*", "base, autoscale, proxy, admin and app"),
    ("boost/", r".*", ""),
    ("spdlog/", r"base/.*", "base (others include base/log.h)"),
    ("fmt/", r"base/.*", "base"),
    ("re2/", r"balancer/.*\.cc", "balancer/*.cc"),
    ("openssl/", r"(proxy|admin|autoscale)/.*|base/.*\.cc",
     "proxy, admin, autoscale and base/*.cc"),
    ("nghttp2/", r"proxy/.*\.cc", "proxy/*.cc"),
    ("CLI/", r"app/.*\.cc", "app/*.cc"),
    ("sys/socket.h", r"(?!balancer/|conf/).*", "folders that own sockets"),
    ("thread", r"(?!balancer/|conf/).*", "folders that own threads"),
    ("mutex", r"(?!balancer/|conf/).*", "folders that own threads"),
    ("condition_variable", r"(?!balancer/|conf/).*", "folders that own threads"),
)
SYSTEM_FOLDERS = ("sys/", "netinet/", "net/", "arpa/", "linux/")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.M)


def problem_with(path, ours, theirs):
    """What is wrong with the file at `path` (from the root) including this; None: nothing."""
    folder = PurePosixPath(path).parts[0]
    if ours:
        first = PurePosixPath(ours).parts[0]
        if first not in FOLDERS:
            return f'"{ours}" is not named by its path from the root'
        if first != folder and first not in MAY_INCLUDE[folder]:
            allowed = ", ".join(MAY_INCLUDE[folder]) or "nothing of ours"
            return f"{folder}/ must not include {first}/ (it may include {allowed})"
        return None
    for start, where, words in THIRD_PARTY:
        # "thread" is a whole header, "boost/beast" a beginning.
        if theirs == start or (("/" in start) and theirs.startswith(start)):
            if re.fullmatch(where, path):
                return None
            return f"<{theirs}> may be included only in {words}"
    if "/" in theirs and not theirs.startswith(SYSTEM_FOLDERS):
        return f"<{theirs}> is of a library that tests/lint/layers.py does not know"
    return None


def problems_in(path, text):
    """(line, message) of every wrong include of the file at `path`, given from the root."""
    commented = comments_only(text)
    found = []
    for match in INCLUDE.finditer(text):
        if commented[match.start() : match.end()].strip():
            continue
        if message := problem_with(path, match.group(1), match.group(2)):
            found.append((line_of(text, match.start()), message))
    return found


def main():
    problems = []
    for path in files(".h", ".cc", folders=FOLDERS):
        relative = path.relative_to(ROOT).as_posix()
        for line, message in problems_in(relative, path.read_text()):
            problems.append((path, line, message))
    return report(problems)


if __name__ == "__main__":
    sys.exit(main())
