"""The authority above the simulated cards of this process."""

from kazashi.cards.cv_certificate import CvAnchor
from kazashi.reception.anchors import Anchors
from kazashi.sim.authority import shared_authority


def test_anchors() -> Anchors:
    """What stands above all simulated cards of this process but those of `card="unknown"`.

    Its keys are made anew in each process, and every visit that believes them is marked as a test:
    `Visit.is_test`, the journal, and the first line that people read.
    """
    authority = shared_authority()
    cv_keys = [CvAnchor(*key) for key in authority.cv_anchors]
    return Anchors.of([authority.certificate], cv_keys, is_test=True)


# pytest takes it for a test wherever it is imported by name.
test_anchors.__test__ = False  # pyright: ignore[reportFunctionMemberAccess]
