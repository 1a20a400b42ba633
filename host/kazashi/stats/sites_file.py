"""A CSV file of the sites: what a journal does not know of its own.

    site,kind,prefecture,size
    Clinic 1,clinic,富山県,0

`size`: the number of beds, or its group, such as 100-199.
"""

from pathlib import Path

from kazashi.stats import cells
from kazashi.stats.counts import By, Cell
from kazashi.stats.csv_file import Line, lines
from kazashi.stats.errors import CsvFlaw

_COLUMNS = (By.SITE, By.KIND, By.PREFECTURE, By.SIZE)


def sites_in(path: Path) -> dict[str, Cell]:
    """What is known of each site, by its name.

    Raises:
        CountsBroken: the file is not as above, or a site stands there twice or has no name.
    """
    sites: dict[str, Cell] = {}
    seen: dict[str, Line] = {}
    for line in lines(path, _COLUMNS, (By.SITE,)):
        name = cells.site(line)
        if not name:
            raise line.wrong(CsvFlaw.NOT_A_NAME, By.SITE)
        before = seen.setdefault(name, line)
        if before is not line:
            raise line.wrong(CsvFlaw.TWICE, before.place)
        sites[name] = Cell(
            "", name, cells.kind(line), cells.prefecture(line), size=cells.size(line)
        )
    return sites
