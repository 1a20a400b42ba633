"""The trust anchors of a command: the configured ones, or with --test those of a test."""

import typer

from kazashi.reception.anchors import Anchors


def anchors_of(configured: Anchors, *, is_test: bool) -> Anchors:
    """The trust anchors. A wrong pair of options is a usage error."""
    if is_test:
        from kazashi.testing import test_anchors

        return configured if configured.authorities and configured.is_test else test_anchors()
    if configured.is_test:
        raise typer.BadParameter("its anchors are of a test: give --test", param_hint="--config")
    return configured
