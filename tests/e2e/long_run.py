"""What the tests share that ./dev soak runs for long: a seed, which repeats a run's choices, and a
file to which a line is added for each run. `name` is that of their environment variables."""

import datetime
import os
import random


def seed_of(name):
    """GAPURA_<name>_SEED, or another one each time."""
    given = os.environ.get(f"GAPURA_{name}_SEED")
    return int(given) if given else random.SystemRandom().randrange(1 << 32)


def listed(counts):
    """"GET 3, PUT 1"."""
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def note(name, line):
    """Prints the line, with the time before it, and adds it to the file GAPURA_<name>_RESULTS."""
    line = f"{datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds')} {line}"
    print(line)
    file = os.environ.get(f"GAPURA_{name}_RESULTS")
    if file:
        with open(file, "a", encoding="utf-8") as results:
            results.write(line + "\n")
