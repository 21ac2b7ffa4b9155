#!/usr/bin/env python3
"""The documents keep up with what they describe: links lead somewhere, every metric is listed."""

import re
import sys

from sources import ROOT, line_of, report

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
METRIC = re.compile(r'^\s*\{"([a-z_]+)", Kind::', re.M)


def link_problems(text, folder):
    """(line, message) for links to files that are not there. Others' addresses are not asked."""
    for match in LINK.finditer(text):
        target = match.group(1).split("#")[0]
        if target and "://" not in target and not (folder / target).exists():
            yield line_of(text, match.start()), f"the link to {target} leads nowhere"


def metric_problems(names_header, page):
    """Metrics that the page does not list, and listed ones that do not exist."""
    known = set(METRIC.findall(names_header))
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.M))
    for name in sorted(known - listed):
        yield 1, f"{name} of metrics/names.h is not listed"
    for name in sorted(listed - known):
        yield 1, f"{name} is listed, but metrics/names.h does not have it"


def main():
    problems = []
    pages = [ROOT / "README.md"]
    for folder in ("docs", "autoscale", "bench", "tests"):
        pages += sorted((ROOT / folder).rglob("*.md"))
    for page in pages:
        problems += [(page, *found) for found in link_problems(page.read_text(), page.parent)]
    page = ROOT / "docs/metrics.md"
    names = (ROOT / "metrics/names.h").read_text()
    problems += [(page, *found) for found in metric_problems(names, page.read_text())]
    return report(problems)


if __name__ == "__main__":
    sys.exit(main())
