"""Made-up samples of files, as several programs and the centre write them: nobody in them exists.

They follow public descriptions of the layout; 1319999996 is no real institution.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "oqs" / "samples"
SAMPLES = sorted(FOLDER.glob("*.xml"))
(FAILURE,) = FOLDER.glob("*.err")


def sample(end):
    """The one whose name ends so, without `.xml`."""
    (found,) = (each for each in SAMPLES if f"{end}_" in each.name or each.stem.endswith(end))
    return found.read_bytes()
