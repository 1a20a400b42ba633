"""Simulated readers for other programs, from this process: `kazashi simulate` without its start."""

import threading
from contextlib import closing, contextmanager

from kazashi.errors import ReaderUnplugged
from kazashi.sim.options import Options
from kazashi.sim.pico import SimulatedPico
from kazashi.sim.serve import TcpLine, serve


@contextmanager
def on_tcp(simulated):
    """The URL of a reader in this process: a SimulatedPico, or what its own URL says."""
    with closing(TcpLine("127.0.0.1", 0)) as line, _serving(simulated, line):
        yield "socket://{}:{}".format(*line.address)


@contextmanager
def on_a_pty(url):
    """The path of its serial port; POSIX only."""
    from kazashi.sim.terminal import Terminal

    with closing(Terminal()) as terminal, _serving(url, terminal):
        yield terminal.path


@contextmanager
def _serving(simulated, line):
    if isinstance(simulated, str):
        simulated = SimulatedPico(Options.parse(simulated))
    pipe = simulated.connect()

    def run():
        try:
            serve(pipe, line)
        except ReaderUnplugged:
            pass

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        pipe.process.kill()  # serve() sees that its reader is gone
        thread.join()
        pipe.close()
