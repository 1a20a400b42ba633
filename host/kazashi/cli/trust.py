"""Whom a command trusts: what was configured, or with --test what belongs to a test."""

import typer

from kazashi.reception.anchors import Anchors
from kazashi.reception.certified import CertifiedComponent
from kazashi.reception.passcode import Passcode


def anchors_of(configured: Anchors, *, is_test: bool) -> Anchors:
    """The trust anchors. A wrong pair of options is a usage error."""
    if is_test:
        from kazashi.testing import test_anchors

        return configured if configured.authorities and configured.is_test else test_anchors()
    if configured.is_test:
        raise typer.BadParameter("its anchors are of a test: give --test", param_hint="--config")
    return configured


def passcode_of(configured: Passcode | None, *, is_test: bool) -> Passcode | None:
    """The staff's passcode; in a test 0000 if there is none."""
    if configured or not is_test:
        return configured
    from kazashi.testing import TEST_PASSCODE

    return Passcode(TEST_PASSCODE)


def component_of(anchors: Anchors, *, is_test: bool) -> CertifiedComponent | None:
    """In a test with simulated cards of this process, their approved component; else none."""
    if not is_test:
        return None
    from kazashi.testing import SimulatedComponent, test_anchors

    return SimulatedComponent() if anchors == test_anchors() else None
