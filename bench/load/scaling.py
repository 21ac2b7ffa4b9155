"""Two workers beside one: what a request costs at the same rate, and how connections are split."""

import machine
import measure
from workloads import Workload

CONNECTIONS = (16, 64)
BOTH = (machine.PROXY_CORE, machine.LOAD_CORE)  # the same cores for one worker as for two


def shares(before, after):
    """What part of the socket calls each worker made, the busiest first. In the open loop all
    connections get the same number of requests, in turn: so this is each worker's part of them."""
    made = sorted((after[worker] - before.get(worker, 0) for worker in after), reverse=True)
    return [calls / sum(made) for calls in made]


def run_once(rig, workers, connections, rate):
    case = Workload("scaling", "two workers beside one", connections=connections)
    with measure.standing(rig, "gapura", case, workers=workers, cores=BOTH) as peer:
        measure.at_rate(rig, peer, case, rate, measure.WARM_S)
        before = peer.socket_calls_by_worker()
        result = measure.in_open_loop(rig, peer, case, rate)
        result["shares"] = shares(before, peer.socket_calls_by_worker())
        return result


def run(rig, rounds, rate, say, all_connections=CONNECTIONS):
    """connections -> workers -> runs."""
    found = {connections: {1: [], 2: []} for connections in all_connections}
    for turn in range(rounds):
        for connections, by_workers in found.items():
            for workers in (1, 2) if turn % 2 == 0 else (2, 1):
                result = run_once(rig, workers, connections, rate)
                by_workers[workers].append(result)
                say(f"round {turn + 1}  scaling/{connections}  workers: {workers} "
                    f"{result['rate_cpu_us']:7.2f} us, shares "
                    + ", ".join(f"{share:.2f}" for share in result["shares"]))
    return found
