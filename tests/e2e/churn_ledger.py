"""Judges a run of churn_test.py by what the clients got, what the targets noted, and the access
log. A failure is in order only when a kill explains it: the target died while it had the request,
and the request could not be sent again. Standard library only."""

import json
from collections import Counter

# The access log's words for a connection to a target that ended before its answer did.
BROKEN_OFF = ("target_closed", "link_stale")


class Ledger:
    def __init__(self, lives, access_log):
        self.sightings = {}  # number -> lives that have seen it, each as often as it did
        self.answering = set()  # (number, life)
        self.lives = lives
        for life in lives:
            steps = life.ledger()
            for number, times in steps["seen"].items():
                self.sightings.setdefault(number, []).extend([life] * times)
            self.answering.update((number, life) for number in steps["answering"])
        self.lines = {}  # number -> line of the access log
        for text in access_log.read_text().splitlines():
            line = json.loads(text)
            parts = line["RequestPath"].split("?")[0].split("/")
            if len(parts) == 3:
                self.lines[parts[2]] = line

    def judge(self, all_asked):
        """(why failures were in order -> how many, complaints about everything else)"""
        reasons = Counter()
        complaints = []
        for asked in all_asked:
            if asked.ended is None:
                complaints.append(f"{asked}: it has not ended")
            elif asked.fault is None:
                complaints += self._about_answered(asked)
            else:
                reason = self._reason(asked)
                reasons[reason] += 1
                if reason is None:
                    complaints.append(f"{asked}: {self._traces(asked)}")
        del reasons[None]
        return reasons, complaints

    def replays(self, all_asked):
        return sum(max(0, len(self.sightings.get(asked.number, [])) - 1) for asked in all_asked)

    def _about_answered(self, asked):
        """Seen once; again only if whoever saw it before was killed over it."""
        seen = self.sightings.get(asked.number, [])
        survivors = [life for life in seen if life.killed_at is None]
        is_good = len(seen) >= 1 and len(survivors) <= 1 and len(set(seen)) == len(seen)
        if asked.method == "POST":
            is_good = len(seen) == 1
        return [] if is_good else [f"{asked}: answered, but {self._traces(asked)}"]

    def _reason(self, asked):
        """Why this failure is nobody's mistake; None: it is one."""
        seen = self.sightings.get(asked.number, [])
        if any(life.killed_at is None for life in seen):
            return None
        if not self._was_killed_under(asked, seen):
            return None
        if asked.method == "WebSocket":
            return "WebSocket of a killed target" if asked.has_head else None
        if asked.has_head and any((asked.number, life) in self.answering for life in seen):
            return "killed while answering"
        line = self.lines.get(asked.number, {})
        if asked.is_replayable or len(seen) > 1 or line.get("GapuraError") not in BROKEN_OFF:
            return None
        return "killed with a POST" if asked.method == "POST" else "killed with a long body"

    def _was_killed_under(self, asked, seen):
        """A target ended while it had the request: by its own ledger, or, where it died before it
        could read it, by the access log."""
        url = self.lines.get(asked.number, {}).get("ServiceURL")
        suspects = seen or [life for life in self.lives if life.service.url == url]
        return any(life.killed_at is not None and life.killed_at <= asked.ended
                   and (life.replaced_at is None or asked.began <= life.replaced_at)
                   for life in suspects)

    def _traces(self, asked):
        seen = [f"{life.service.ledger_file.stem}{' (killed)' if life.killed_at else ''}"
                for life in self.sightings.get(asked.number, [])]
        return f"seen by {seen}, logged as {self.lines.get(asked.number)}"
