"""Every error that the package defines."""

import importlib
import pkgutil

import kazashi
from kazashi.errors import KazashiError

NOT_IMPORTED = ("kazashi.sim.stand_ins", "kazashi.bench.device")  # the device's side


def every_error(kind=KazashiError):
    """All error classes of the package, with their bases in it, each once."""
    ours = [each for each in kind.__subclasses__() if each.__module__.startswith("kazashi.")]
    return dict.fromkeys(error for each in ours for error in (each, *every_error(each)))


def import_everything():
    for module in pkgutil.walk_packages(kazashi.__path__, "kazashi."):
        if not module.name.startswith(NOT_IMPORTED):
            importlib.import_module(module.name)
