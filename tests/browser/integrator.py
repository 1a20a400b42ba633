"""An integrator's program: it follows a desk by HTTP, and lays cards on a simulated reader."""

import json
from contextlib import contextmanager
from threading import Thread
from urllib.request import Request, urlopen


class Integrator:
    """`screens`: all that the desk has shown since it follows, as the program was sent it."""

    def __init__(self, served, desk="1"):
        self._base = f"{served.address}/api/v1"
        self._desk = f"{self._base}/desks/{desk}"
        self._served = served
        self.screens = []

    def lay(self, card):
        """A kind of simulated card; None: take it away."""
        self._call("PUT", f"{self._desk}/table", {"card": card})

    def begin(self, **start):
        self._call("POST", f"{self._desk}/visit", start)

    def stop(self):
        self._call("DELETE", f"{self._desk}/visit")

    def screen(self):
        return json.load(self._call("GET", self._desk))

    def result(self):
        return json.load(self._call("GET", f"{self._desk}/result"))

    @contextmanager
    def following(self):
        """Until the service or the test ends the stream."""
        stream = self._call("GET", f"{self._base}/events?desk=1")
        thread = Thread(target=self._follow, args=(stream,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._served.service.events.end()
            thread.join()

    @property
    def asked(self):
        """Names of the questions, in order."""
        seen = {}
        for screen in self.screens:
            if screen["question"]:
                seen[screen["question"]["number"]] = screen["question"]["name"]
        return list(seen.values())

    def _follow(self, stream):
        with stream:
            for line in stream:
                kind, _, data = line.decode().rstrip("\n").partition(": ")
                if kind == "data":
                    self.screens.append(json.loads(data))

    def _call(self, method, address, body=None):
        headers = {"Authorization": f"Bearer {self._served.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        return urlopen(Request(address, data, headers, method=method))
