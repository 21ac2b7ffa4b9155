#!/usr/bin/env python3
"""A provider's command (docs/providers.md, "A command") whose machines are names in a file.

    machines.py <file> <port of the first machine> <of the second> …
"""

import json
import sys
from pathlib import Path

FILE, PORTS = Path(sys.argv[1]), [int(port) for port in sys.argv[2:]]


def answer(asked, machines):
    """May change `machines`, name -> port."""
    if asked["operation"] == "create":
        free = [port for port in PORTS if port not in machines.values()]
        if not free:
            return {"error": {"kind": "refused", "message": "there are no more machines"}}
        machines[asked["name"]] = free[0]
    elif asked["operation"] == "remove":
        machines.pop(asked["name"], None)
    elif asked["operation"] == "list":
        return {"instances": [{"id": f"id of {name}", "name": name, "state": "running",
                               "address": "127.0.0.1", "port": port}
                              for name, port in machines.items()]}
    return {}


known = json.loads(FILE.read_text()) if FILE.exists() else {}
asked = json.load(sys.stdin)
said = answer(asked, known)
if asked["operation"] != "list":  # a list may be asked for while another command changes the file
    draft = FILE.with_suffix(".new")
    draft.write_text(json.dumps(known))
    draft.rename(FILE)
print(json.dumps(said))
