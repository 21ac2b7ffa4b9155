"""What was found, as Markdown for people and JSON for programs, and a chart beside them."""

import json
import re

import chart
from goals import Judge
from statistic import median, ratio, spread

BASE, FLOOR = "haproxy", "relay"
MIB = 1024 * 1024

# (heading, name of the figure, digits, what it is divided by)
PEAK = (("req/s", "requests_per_s", 0, 1), ("errors", "errors", 0, 1))
INSIDE = (("system calls", "system_calls", 2, 1), ("socket calls", "socket_calls", 3, 1),
          ("allocations", "heap_allocations", 4, 1), ("peak MiB", "peak_memory_bytes", 1, MIB),
          ("bytes for each idle", "idle_bytes", 0, 1), ("scrape: CPU ms", "scrape_cpu_ms", 1, 1),
          ("scrape under load: ms", "scrape_ms", 1, 1))
RATE = (("CPU us/request", "rate_cpu_us", 2, 1), ("req/s", "rate_achieved_per_s", 0, 1),
        ("p50 us", "rate_p50_us", 0, 1), ("p90 us", "rate_p90_us", 0, 1),
        ("p99 us", "rate_p99_us", 0, 1), ("p99.9 us", "rate_p999_us", 0, 1),
        ("max us", "rate_max_us", 0, 1), ("sent late p99 us", "rate_late_p99_us", 0, 1),
        ("errors", "rate_errors", 0, 1), ("not 2xx", "rate_not_2xx", 0, 1),
        ("unanswered", "rate_unanswered", 0, 1))

PREFACE = """CPU is user and system time of the proxy's processes, from schedstat, divided by the
requests that were answered. Figures are medians over the rounds; ± is half the distance between
the extremes, in per cent. Socket calls and allocations are counted inside Gapura, per request;
system calls by strace, in a loop of its own, with what the connections cost. How to read all
this: [performance](../../docs/performance.md)."""


def shown(value, digits):
    return "-" if value is None else f"{value:.{digits}f}"


def markdown_table(heads, rows):
    """Without the columns in which there is nothing."""
    kept = [place for place in range(len(heads))
            if place == 0 or any(row[place] not in ("-", "0") for row in rows)]
    lines = [[heads[place] for place in kept], ["---"] * len(kept)]
    lines += [[row[place] for place in kept] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cells(runs, columns):
    for _, key, digits, unit in columns:
        value = median(runs, key)
        yield shown(None if value is None else value / unit, digits)


def closed_table(by_peer):
    heads = ["", "CPU us/request", "± %", "x HAProxy", "x floor", "req/s", "± % ", "errors",
             *(column[0] for column in INSIDE)]
    rows = []
    for peer, runs in by_peer.items():
        speed, errors = cells(runs, PEAK)
        rows.append([peer, shown(median(runs, "cpu_us"), 2), shown(spread(runs, "cpu_us"), 1),
                     shown(ratio(runs, by_peer.get(BASE, []), "cpu_us"), 3),
                     shown(ratio(runs, by_peer.get(FLOOR, []), "cpu_us"), 3),
                     speed, shown(spread(runs, "requests_per_s"), 1), errors,
                     *cells(runs, INSIDE)])
    return markdown_table(heads, rows)


def rate_table(by_peer):
    heads = ["", *(column[0] for column in RATE), "p99 ± %", "CPU x HAProxy"]
    return markdown_table(heads, [
        [peer, *cells(runs, RATE), shown(spread(runs, "rate_p99_us"), 0),
         shown(ratio(runs, by_peer.get(BASE, []), "rate_cpu_us"), 3)]
        for peer, runs in by_peer.items()])


def case_section(case):
    by_peer = {peer: runs for peer, runs in case["runs"].items() if runs}
    lines = [f"## {case['name']}", "", case["workload"]["meaning"], "", closed_table(by_peer), ""]
    if case["rate"]:
        lines += [f"Open loop, {case['rate']:.0f} requests/s:", "", rate_table(by_peer), ""]
    lines += [f"- {peer} is not in it: {why}" for peer, why in case["left_out"].items()]
    return [*lines, ""] if case["left_out"] else lines


def scaling_section(scaling):
    rows = []
    for connections, by_workers in scaling.items():
        for workers, runs in by_workers.items():
            most = [{"most": run["shares"][0]} for run in runs]
            plural = "s" if workers > 1 else ""
            rows.append([f"{connections} connections, {workers} worker{plural}",
                         shown(median(runs, "rate_cpu_us"), 2),
                         shown(spread(runs, "rate_cpu_us"), 1),
                         shown(median(runs, "rate_p99_us"), 0), shown(median(most, "most"), 2)])
    return ["## Two workers", "", "On both cores, beside the load, at the same rate. The share is"
            " that of the busier worker's connections.", "",
            markdown_table(["", "CPU us/request", "± %", "p99 us", "share"], rows), ""]


def goals_section(outcomes):
    counts = {word: sum(outcome.word() == word for outcome in outcomes)
              for word in ("met", "missed", "open")}
    rows = [[outcome.what, outcome.limit, outcome.found or "-", outcome.word()]
            for outcome in outcomes]
    sum_up = ", ".join(f"{count} {word}" for word, count in counts.items())
    return ["## Goals", "", sum_up + ".", "",
            markdown_table(["goal", "limit", "found", ""], rows), ""]


def markdown(result, chart_file):
    judge = Judge({case["name"]: case["runs"] for case in result["cases"]}, result["scaling"])
    lines = [f"# Load, {result['facts']['date']}", ""]
    lines += [f"- {name}: {value}" for name, value in result["facts"].items()]
    lines += ["", PREFACE, ""]
    if chart_file:
        lines += [f"![CPU time per request, HAProxy's is 1]({chart_file})", ""]
    lines += goals_section(list(judge.all()))
    for case in result["cases"]:
        lines += case_section(case)
    if result["scaling"]:
        lines += scaling_section(result["scaling"])
    return "\n".join(lines).rstrip() + "\n"


def free_name(folder, facts):
    """<date>-<cpu>, and a number behind it where there is a result of that name already."""
    cpu = re.sub(r"[^a-z0-9]+", "-", facts["cpu"].lower().replace("(r)", "")).strip("-")
    name, number = f"{facts['date']}-{cpu}", 1
    while (folder / f"{name}.md").exists() or (folder / f"{name}.json").exists():
        number += 1
        name = f"{facts['date']}-{cpu}-{number}"
    return name


def write(result, folder):
    """Returns the Markdown's file."""
    folder.mkdir(parents=True, exist_ok=True)
    name = free_name(folder, result["facts"])
    drawn = chart.draw({case["name"]: case["runs"] for case in result["cases"]},
                       f"CPU time per request, HAProxy = 1 ({result['facts']['date']})")
    if drawn:
        (folder / f"{name}.svg").write_text(drawn)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    page = folder / f"{name}.md"
    page.write_text(markdown(result, f"{name}.svg" if drawn else ""))
    return page
