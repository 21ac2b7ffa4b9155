"""Medians and spreads of runs; a run is figures by name, and need not have all of them."""

import statistics


def values(runs, key):
    return [run[key] for run in runs if run.get(key) is not None]


def median(runs, key):
    """None: no run has it."""
    found = values(runs, key)
    return statistics.median(found) if found else None


def half_range(runs, key):
    """Half the distance between the extremes."""
    found = values(runs, key)
    return (max(found) - min(found)) / 2 if found else None


def spread(runs, key):
    """The same in per cent of the median."""
    middle = median(runs, key)
    return 100 * half_range(runs, key) / middle if middle else None


def ratio(runs, others, key):
    """Of the medians; None where one is missing or nothing."""
    above, below = median(runs, key), median(others, key)
    return above / below if above is not None and below else None
