"""Every error that the package defines."""

import importlib
import pkgutil

import kazashi
from kazashi.errors import KazashiError

NOT_IMPORTED = ("kazashi.sim.stand_ins", "kazashi.bench.device")  # the device's side


def every_error(kind=KazashiError):
    """All error classes of the package, with their bases in it."""
    for child in kind.__subclasses__():
        if child.__module__.startswith("kazashi."):
            yield child
            yield from every_error(child)


def import_everything():
    for module in pkgutil.walk_packages(kazashi.__path__, "kazashi."):
        if not module.name.startswith(NOT_IMPORTED):
            importlib.import_module(module.name)
