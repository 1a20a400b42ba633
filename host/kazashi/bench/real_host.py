"""An emulated reader with a real host: both live in emulated time."""

from time import perf_counter

from kazashi.sim.emulation.pipe import EmulatedPipe


class RealHost:
    """The line to an emulated reader. The real time between two uses of it passes in emulated time,
    too, so the reader works meanwhile.
    """

    def __init__(self, pipe: EmulatedPipe) -> None:
        self._pipe = pipe
        self._since_s = perf_counter()  # from then on the host works
        self.close = pipe.close

    def now(self) -> float:
        """Emulated seconds."""
        return self._pipe.now() + perf_counter() - self._since_s

    def read(self, size: int, /) -> bytes:
        self._catch_up()
        data = self._pipe.read(size)
        self._since_s = perf_counter()
        return data

    def write(self, data: bytes, /) -> int:
        self._catch_up()
        count = self._pipe.write(data)
        self._since_s = perf_counter()
        return count

    def _catch_up(self) -> None:
        self._pipe.let_pass(perf_counter() - self._since_s)
