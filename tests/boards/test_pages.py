"""A board's page, its drawings and its board.py agree, pin by pin.

Read as a person reads them: the tables line by line, the drawings by where a wire ends. What the
header and the module look like is told here once more, from the Pico's data sheet.
"""

import re
import runpy
import xml.etree.ElementTree as ET

import pytest

from kazashi.sim import pico

BOARDS = pico.device_folder("boards")
NAMES = ("pico", "pico_w", "pico2", "pico2_w")
SVG = "{http://www.w3.org/2000/svg}"
GROUNDS = {3, 8, 13, 18, 23, 28, 33, 38}
THREE_VOLTS = 36
# GP numbers by their pins; the others are ground, supply, and RUN.
GP = {1: 0, 2: 1, 4: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8, 12: 9, 14: 10, 15: 11, 16: 12}
GP |= {17: 13, 19: 14, 20: 15, 21: 16, 22: 17, 24: 18, 25: 19, 26: 20, 27: 21, 29: 22}
GP |= {31: 26, 32: 27, 34: 28}
# What board.py calls the pin that a pad goes to.
PADS = {
    "spi": {"SCK": "SCK", "MISO": "MISO", "MOSI": "MOSI", "SS": "SELECT", "IRQ": "IRQ"},
    "i2c": {"SDA/TXD": "SDA", "SCL/RXD": "SCL", "IRQ": "IRQ"},
    "hsu": {"SDA/TXD": "RX", "SCL/RXD": "TX"},  # the module's TXD speaks, our RX listens
}
SWITCHES = {"spi": ("OFF", "ON"), "i2c": ("ON", "OFF"), "hsu": ("OFF", "OFF")}  # V3 manual, page 3
each_board = pytest.mark.parametrize("name", NAMES)
each_bus = pytest.mark.parametrize("bus", PADS)


def expected(name, bus):
    """GP number by pad, as board.py has it."""
    said = runpy.run_path(str(BOARDS / name / "board.py"))
    pads = PADS[bus] | {"RSTPDN": "RESET"}
    return {pad: said[pin] for pad, pin in pads.items() if said[pin] is not None}


def insist(found, name, bus):
    """`found`: (what the pin is called, its number) by pad."""
    found = dict(found)
    assert found.pop("GND")[1] in GROUNDS
    assert found.pop("VCC") == ("3V3(OUT)", THREE_VOLTS)
    wanted = expected(name, bus)
    assert {pad: GP[pin] for pad, (_, pin) in found.items()} == wanted
    assert {pad: called for pad, (called, _) in found.items()} == {
        pad: f"GP{number}" for pad, number in wanted.items()
    }


def page(name):
    return (BOARDS / name / "README.md").read_text(encoding="utf-8")


def rows(text):
    for line in text.splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


@each_board
@each_bus
def test_the_wiring_table_says_what_board_py_says(name, bus):
    below = page(name).split(f"({bus}.svg)")[1].split("\n\n")[1]
    table = [row for row in rows(below) if row[2].isdigit()]
    insist(((pad, (pin.split()[0], int(number))) for pad, pin, number, _ in table), name, bus)


class Drawing:
    """An SVG: its circles with the text in or beside them, and its wires."""

    def __init__(self, name, bus):
        self.root = ET.parse(BOARDS / name / f"{bus}.svg").getroot()
        circles = self.root.findall(f"{SVG}circle")
        self.pins, self.pads = {}, {}
        for circle in circles:
            x, y = float(circle.get("cx")), float(circle.get("cy"))
            number = self._text(lambda at, y=y, x=x: at == (x, y + 3.5))
            if number:
                side = 17 if int(number) <= 20 else -17
                called = self._text(lambda at, x=x, y=y, side=side: at == (x + side, y + 4.5))
                self.pins[x, y] = called, int(number)
            else:
                self.pads[x, y] = self._text(lambda at, x=x, y=y: at == (x + 18, y + 5)).split()[0]

    def _text(self, is_there):
        for text in self.root.findall(f"{SVG}text"):
            if is_there((float(text.get("x")), float(text.get("y")))):
                return text.text
        return None

    def wires(self):
        for wire in self.root.findall(f"{SVG}path[@class='wire']"):
            points = [float(number) for number in re.findall(r"[\d.]+", wire.get("d"))]
            yield self.pads[tuple(points[-2:])], self.pins[tuple(points[:2])]

    def switches(self):
        sliders = (self.root.find(f".//*[@id='switch-{i}']") for i in (1, 2))
        slots = [r for r in self.root.findall(f"{SVG}rect") if r.get("fill") == "#0d2c54"]
        for slider, slot in zip(sliders, slots, strict=True):
            middle = float(slot.get("y")) + float(slot.get("height")) / 2
            yield "ON" if float(slider.get("y")) < middle - 10 else "OFF"


@each_board
@each_bus
def test_each_wire_of_a_drawing_ends_where_board_py_says(name, bus):
    insist(Drawing(name, bus).wires(), name, bus)


@each_board
@each_bus
def test_the_header_of_a_drawing_is_the_picos(name, bus):
    pins = {number: called for called, number in Drawing(name, bus).pins.values()}
    assert set(pins) == set(range(1, 41))
    assert {n: called for n, called in pins.items() if n in GP} == {
        n: f"GP{number}" for n, number in GP.items()
    }
    assert {n for n, called in pins.items() if called == "GND"} == GROUNDS
    assert pins[THREE_VOLTS] == "3V3(OUT)"


@each_board
@each_bus
def test_the_switches_are_drawn_and_tabled_as_the_manual_has_them(name, bus):
    assert tuple(Drawing(name, bus).switches()) == SWITCHES[bus]
    (row,) = (row for row in rows(page(name)) if row[-1] == f'`BUS = "{bus}"`')
    assert tuple(row[1:3]) == SWITCHES[bus]


@each_board
def test_a_page_says_where_a_buzzer_would_go(name):
    gp, pin, ground = re.search(r"GP(\d+) \(pin (\d+)\) .* \(pin (\d+)\)", page(name)).groups()
    assert GP[int(pin)] == int(gp)
    assert int(ground) in GROUNDS
    assert f"`BUZZER = {gp}`" in page(name)


@each_board
def test_a_page_asks_for_a_checkout_where_debians_packages_do_not_build(name):
    build = runpy.run_path(str(BOARDS / name / "board.py"))["MICROPYTHON"]
    (more,) = re.findall(f"`kazashi flash {name} --uf2 kazashi.uf2(.*?)`", page(name))
    assert more == ("" if build == "RPI_PICO" else " --micropython CHECKOUT")


@each_board
def test_what_is_generated_is_that_of_today(name, monkeypatch):
    monkeypatch.syspath_prepend(str(BOARDS))
    import pages

    for path, text in pages.files(name).items():
        assert path.read_text(encoding="utf-8") == text, "run python boards/pages.py"


def test_a_stale_page_is_noticed_and_mended(monkeypatch, tmp_path, capsys):
    monkeypatch.syspath_prepend(str(BOARDS))
    import pages

    (tmp_path / "pico").mkdir()
    for file in ("page.md", "pico/board.py"):
        text = (BOARDS / file).read_text(encoding="utf-8").replace("RESET = 21", "RESET = 22")
        (tmp_path / file).write_text(text, encoding="utf-8")
    monkeypatch.setattr(pages, "HERE", tmp_path)
    monkeypatch.setattr(pages, "BOARDS", {"pico": pages.BOARDS["pico"]})
    assert pages.main(["--check"]) == 1
    assert "run python boards/pages.py" in capsys.readouterr().out
    assert pages.main([]) == pages.main(["--check"]) == 0
    assert "| RSTPDN | GP22 | 29 |" in (tmp_path / "pico" / "README.md").read_text(encoding="utf-8")
