"""Terminal health: what stops a reception although its readers work, seen long before.

terminal.py makes all findings; `kazashi doctor`, the staff screen, `/api/v1/health` and `/metrics`
show them. Nothing here uses the network, and no finding has a name, a key or a password in it.
"""
