"""The authority above the simulated cards of this process."""

from kazashi.cards.cv_certificate import CvAnchor
from kazashi.reception.anchors import Anchors
from kazashi.sim.authority import shared_authority


def test_anchors() -> Anchors:
    """Trust anchors of all simulated cards of this process, except those of `card="unknown"`.

    Each process makes new keys. Every visit that trusts them is marked as a test:
    `Visit.is_test`, the journal, and the first line that people read.
    """
    authority = shared_authority()
    cv_keys = [CvAnchor(*key) for key in authority.cv_anchors]
    return Anchors.of([authority.certificate], cv_keys, is_test=True)


# Without this, pytest takes the function for a test in each module that imports it.
test_anchors.__test__ = False  # pyright: ignore[reportFunctionMemberAccess]
