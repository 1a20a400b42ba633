"""How often 照合番号B is read off drawn cards: python tests/bench/front.py --cards 100

Each card has another font, print, place, tilt, blur, noise and light; its pictures differ by noise
alone, as those of a card that lies still. Real cards may be read better or worse.
"""

import random
import sys
from argparse import ArgumentParser
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import process_time

from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[1]))

from card_fronts import fonts, front, jpeg, seen
from kazashi.reception.front.ocr import lines_of, load
from kazashi.reception.front.printed import code_b_of

TODAY = date(2026, 11, 29)
PICTURES = 5  # of a card at most; two must say the same
ERAS = (("昭和", 1925, date(1926, 12, 25)), ("平成", 1988, date(1989, 1, 8)))
ERAS = (*ERAS, ("令和", 2018, date(2019, 5, 1)))


@dataclass(frozen=True)
class Print:
    """What stands on a card, and the code that it makes."""

    birth: str
    expiry: str
    security_code: str
    code_b: str


def any_print(chance: random.Random) -> Print:
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(35_000))
    ends = TODAY + timedelta(days=chance.randrange(3_650))
    code = f"{chance.randrange(10_000):04}"
    era, before, _ = _era(born)
    year = born.year - before
    printed = f"{era}{'元' if year == 1 else year}年"
    if chance.random() < 0.1:  # a foreign resident
        year, printed = born.year % 100, f"{born.year}年"
    return Print(
        f"{printed}{born.month}月{born.day}日生",
        f"{ends.year}年{ends.month}月{ends.day}日まで有効",
        code,
        f"{year:02}{born:%m%d}{ends.year}{code}",
    )


def _era(born: date) -> tuple[str, int, date]:
    return next(each for each in reversed(ERAS) if each[2] <= born)


def pictures(chance: random.Random, of_card: Print):
    card = front(
        font=chance.choice(fonts()),
        birth=of_card.birth,
        expiry=of_card.expiry,
        security_code=of_card.security_code,
    )
    place = {
        "tilt": chance.choice([0, 180]) + chance.uniform(-20, 20),
        "width": chance.uniform(0.45, 0.75),
        "lean": chance.uniform(-0.15, 0.15),
        "blur": chance.uniform(0.3, 2.0),
        "noise": chance.uniform(1, 60),
        "light": chance.uniform(0.4, 1.4),
    }
    for _ in range(PICTURES):
        yield jpeg(seen(card, **place))


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    load()
    console = Console()
    firsts, shown, seconds = Counter[str](), Counter[str](), list[float]()
    for _ in range(given.cards):
        of_card = any_print(chance)
        reads = list[str | None]()
        twice = None
        for picture in pictures(chance, of_card):
            start = process_time()
            code = code_b_of(lines_of(picture), TODAY)
            seconds.append(process_time() - start)
            if code and code in reads:
                twice = code
                break
            reads.append(code)
        firsts[_judged(reads[0], of_card)] += 1
        shown[_judged(twice, of_card)] += 1
    console.print(f"first picture: {dict(firsts)}")
    console.print(f"read twice the same, of {PICTURES} pictures: {dict(shown)}")
    console.print(f"a picture: {sorted(seconds)[len(seconds) // 2]:.1f} CPU seconds (median)")


def _judged(code: str | None, of_card: Print) -> str:
    return "not read" if code is None else "right" if code == of_card.code_b else "wrong"


if __name__ == "__main__":
    main()
