"""Draws a board, the red PN532 module, and the wires of one bus between them, as SVG."""

from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import combinations, pairwise, permutations

from wiring import EIGHT_PADS, FOUR_PADS, HEADER, NAMES, RESET_PAD, SWITCHES, Wire

Point = tuple[float, float]

_COLOURS = {
    "red": "#e53935",
    "black": "#263238",
    "orange": "#fb8c00",
    "green": "#43a047",
    "blue": "#1e88e5",
    "purple": "#8e24aa",
    "yellow": "#fdd835",
    "grey": "#8d6e63",
}
_WIDTH, _HEIGHT = 1040, 740
_PITCH = 26  # between two pins
_BOARD = (120, 76, 220, 560)  # x, y, width, height
_MODULE = (640, 100, 360, 520)
_FIRST_PIN_Y = 108
_FOUR_Y, _EIGHT_Y, _RESET_Y = 122, 305, 565  # y of the first pad
_LANE, _LANES_X = 26, 385  # where wires run up and down
_UNDER_Y = 656  # where wires pass below the board
_BESIDE_X = 96  # and beside it
_HALO = 8
_CORNER = 9


def drawing(title: str, chip: str, has_radio: bool, bus: str, wires: list[Wire]) -> str:
    """The SVG."""
    pads = dict(_pads(bus))
    paths = _routed(wires, pads)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="Helvetica, Arial, DejaVu Sans, sans-serif">',
        f"<title>{escape(title)} and a red PN532 module, wired for {NAMES[bus]}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text(_WIDTH / 2, 40, f"{title}  ·  {NAMES[bus]}", 22, "middle", "#263238", bold=True),
        *_board(title, chip, has_radio),
        *_module(),
        *_switches(bus),
        *_wires(wires, paths),
        *_pins({wire.pin: wire for wire in wires}),
        *_pad_marks(pads, {wire.pad for wire in wires}),
        _text(_WIDTH / 2, _HEIGHT - 14, _NOTE, 12.5, "middle", "#607d8b"),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


_NOTE = (
    "Seen from above, USB on top. The headers of your module may lie elsewhere: go by the names."
)


def _text(
    x: float, y: float, text: str, size: float, anchor: str, fill: str, *, bold: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" '
        f'fill="{fill}"{weight}>{escape(text)}</text>'
    )


def _rect(x: float, y: float, w: float, h: float, radius: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{radius}" fill="{fill}"{more}/>'


# --- the board ---------------------------------------------------------------------------------


def _pin_at(pin: int) -> Point:
    x, _, width, _ = _BOARD
    if pin <= 20:
        return x + 12, _FIRST_PIN_Y + _PITCH * (pin - 1)
    return x + width - 12, _FIRST_PIN_Y + _PITCH * (40 - pin)


def _board(title: str, chip: str, has_radio: bool) -> Iterator[str]:
    x, y, width, height = _BOARD
    middle = x + width / 2
    yield _rect(x, y, width, height, 8, "#00695c", ' stroke="#004d40" stroke-width="2"')
    yield _rect(middle - 30, y - 14, 60, 44, 4, "#cfd8dc", ' stroke="#90a4ae"')
    yield _text(middle, y + 13, "USB", 12, "middle", "#455a64", bold=True)
    yield _rect(middle - 12, y + 44, 24, 20, 3, "#eceff1")
    yield _text(middle, y + 80, "BOOTSEL", 9, "middle", "#b2dfdb")
    yield _rect(middle - 6, y + 96, 12, 8, 2, "#c6ff00")
    yield _text(middle, y + 118, "LED", 9, "middle", "#b2dfdb")
    yield _rect(middle - 34, y + 205, 68, 68, 4, "#212121")
    yield _text(middle, y + 244, chip, 13, "middle", "#eceff1", bold=True)
    if has_radio:
        yield _rect(middle - 34, y + 395, 68, 72, 3, "#b0bec5", ' stroke="#78909c"')
        yield _text(middle, y + 435, "Wi-Fi", 12, "middle", "#455a64")
    for i, word in enumerate(title.removeprefix("Raspberry Pi ").split(" ", 1)):
        yield _text(middle, y + 325 + 22 * i, word, 17, "middle", "#e0f2f1", bold=True)


def _pins(used: dict[int, Wire]) -> Iterator[str]:
    for pin, name in enumerate(HEADER, 1):
        x, y = _pin_at(pin)
        wire = used.get(pin)
        fill = _COLOURS[wire.colour] if wire else "#d7ccc8"
        ink = "#ffffff" if wire and wire.colour != "yellow" else "#3e2723"
        edge = "#ffffff" if wire else "#a1887f"
        yield (
            f'<circle id="pin-{pin}" cx="{x:g}" cy="{y:g}" r="10" fill="{fill}" '
            f'stroke="{edge}" stroke-width="1.5"/>'
        )
        yield _text(x, y + 3.5, str(pin), 9.5, "middle", ink, bold=bool(wire))
        side, anchor = (17, "start") if pin <= 20 else (-17, "end")
        label, size = ("#ffffff", 12.5) if wire else ("#80cbc4", 10)
        yield _text(x + side, y + 4.5, name, size, anchor, label, bold=bool(wire))


# --- the module --------------------------------------------------------------------------------


def _pads(bus: str) -> Iterator[tuple[str, Point]]:
    """Where each pad is. GND and VCC are on both headers; the pads beside the bus are used."""
    x = _MODULE[0] + 16
    four = {pad: (x, _FOUR_Y + _PITCH * i) for i, pad in enumerate(FOUR_PADS)}
    eight = {pad: (x, _EIGHT_Y + _PITCH * i) for i, pad in enumerate(EIGHT_PADS)}
    first, second = (four, eight) if bus == "spi" else (eight, four)
    yield from (first | second).items()
    yield from ((f"{pad} ", first[pad]) for pad in first.keys() & second.keys())
    yield RESET_PAD, (x, _RESET_Y)


def _module() -> Iterator[str]:
    x, y, width, height = _MODULE
    yield _rect(x, y, width, height, 12, "#c62828", ' stroke="#8e0000" stroke-width="2"')
    for i in range(4):
        inset = 9 * i
        yield _rect(
            x + 150 + inset,
            y + 30 + inset,
            width - 180 - 2 * inset,
            270 - 2 * inset,
            16,
            "none",
            ' stroke="#ef9a9a" stroke-width="2.5"',
        )
    yield _text(x + 240, y + 160, "PN532", 24, "middle", "#ffffff", bold=True)
    yield _text(x + 240, y + 184, "lay the card here", 12.5, "middle", "#ffcdd2")
    for top, count in ((_FOUR_Y, len(FOUR_PADS)), (_EIGHT_Y, len(EIGHT_PADS))):
        box = (x + 3, top - 14, 26, _PITCH * (count - 1) + 28)
        yield _rect(*box, 4, "#212121")


def _pad_marks(pads: dict[str, Point], used: set[str]) -> Iterator[str]:
    for pad, (x, y) in sorted(pads.items(), key=lambda each: each[1]):
        is_used = pad in used
        fill = "#ffecb3" if is_used else "#bcaaa4"
        name = f' id="pad-{pad}"' if not pad.endswith(" ") else ""
        edge = ' stroke="#6d4c41"' + ' stroke-dasharray="3 2"' * (pad == RESET_PAD)
        yield f'<circle{name} cx="{x:g}" cy="{y:g}" r="8" fill="{fill}"{edge}/>'
        label, size = ("#ffffff", 14) if is_used else ("#ef9a9a", 11)
        text = f"{pad}  (on the back)" if pad == RESET_PAD else pad.strip()
        text = f"{pad}  (not this one)" if pad == "RSTO" and RESET_PAD in used else text
        yield _text(x + 18, y + 5, text, size, "start", label, bold=is_used)


def _switches(bus: str) -> Iterator[str]:
    x, y = _MODULE[0] + 222, _MODULE[1] + 352
    yield _rect(x, y, 96, 100, 5, "#1565c0", ' stroke="#0d47a1" stroke-width="1.5"')
    yield _text(x + 8, y + 17, "ON ↑", 13, "start", "#ffffff", bold=True)
    said: list[str] = []
    for i, is_on in enumerate(SWITCHES[bus]):
        left = x + 16 + 38 * i
        yield _rect(left, y + 25, 26, 52, 3, "#0d2c54")
        top = y + 27 if is_on else y + 51
        yield _rect(left + 2, top, 22, 24, 2, "#ffffff", f' id="switch-{i + 1}"')
        yield _text(left + 13, y + 94, str(i + 1), 13, "middle", "#ffffff", bold=True)
        said.append(f"{i + 1} {'ON' if is_on else 'OFF'}")
    yield _text(x + 48, y - 12, ",  ".join(said), 15, "middle", "#ffffff", bold=True)


# --- the wires ---------------------------------------------------------------------------------


def _wires(wires: list[Wire], paths: list[list[Point]]) -> Iterator[str]:
    for wire, points in zip(wires, paths, strict=True):
        path = _rounded(points)
        joined = 'fill="none" stroke-linejoin="round" stroke-linecap="round"'
        yield f'<path d="{path}" {joined} stroke="#ffffff" stroke-width="{_HALO}"/>'
        role = f" ({wire.role})" if wire.role else ""
        yield (
            f'<path class="wire" d="{path}" {joined} stroke="{_COLOURS[wire.colour]}" '
            f'stroke-width="4"><title>{escape(wire.pad)} – {wire.name}{role}, pin {wire.pin}'
            "</title></path>"
        )


def _rounded(points: list[Point]) -> str:
    """The path through these points, with rounded corners."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        (x1, y1), (x2, y2) = _towards(corner, before), _towards(corner, after)
        path += f" L{x1:g} {y1:g} Q{corner[0]:g} {corner[1]:g} {x2:g} {y2:g}"
    return f"{path} L{points[-1][0]:g} {points[-1][1]:g}"


def _towards(corner: Point, other: Point) -> Point:
    """A point near a corner on a horizontal or vertical line, at most half its length away."""
    length = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    part = min(_CORNER, length / 2) / length
    return corner[0] + (other[0] - corner[0]) * part, corner[1] + (other[1] - corner[1]) * part


def _routed(wires: list[Wire], pads: dict[str, Point]) -> list[list[Point]]:
    """A path for each wire, each in its own lane, with as few crossings as possible."""
    numbers = range(len(wires))
    paths = [
        [
            _path(_pin_at(wire.pin), pads[wire.pad], _LANES_X + _LANE * lane, lane)
            for lane in numbers
        ]
        for wire in wires
    ]

    @cache
    def crossings(one: int, its_lane: int, other: int, other_lane: int) -> int:
        return _crossings(paths[one][its_lane], paths[other][other_lane])

    def total(lanes: tuple[int, ...]) -> int:
        return sum(crossings(i, lanes[i], k, lanes[k]) for i, k in combinations(numbers, 2))

    lanes = min(permutations(numbers), key=total)
    return [paths[i][lanes[i]] for i in numbers]


def _path(pin: Point, pad: Point, lane_x: float, lane: int) -> list[Point]:
    """Out of the board, along the lane, into the module; from its left side first below it."""
    if pin[0] > _BOARD[0] + _BOARD[2] / 2:
        return [pin, (lane_x, pin[1]), (lane_x, pad[1]), pad]
    beside_x, under_y = _BESIDE_X - 10 * lane, _UNDER_Y + 10 * lane
    around = [(beside_x, pin[1]), (beside_x, under_y), (lane_x, under_y)]
    return [pin, *around, (lane_x, pad[1]), pad]


def _crossings(one: list[Point], other: list[Point]) -> int:
    return sum(_cross(*a, *b) for a in pairwise(one) for b in pairwise(other))


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two horizontal or vertical lines, a to b and c to d, have a point in common."""
    return all(
        min(a[i], b[i]) <= max(c[i], d[i]) and min(c[i], d[i]) <= max(a[i], b[i]) for i in (0, 1)
    )
