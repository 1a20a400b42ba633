"""The chip's three buses as `machine` has them, over the ports of a simulated chip."""

import errno


class Spi:
    """machine.SPI over a port of the chip. `on_poll` is called before a status is read."""

    def __init__(self, port):
        self.port = port
        self.on_poll = lambda: None

    def write(self, data):
        self.port.transfer(bytes(data))

    def readinto(self, buffer):
        buffer[:] = self.port.transfer(bytes(len(buffer)))

    def write_readinto(self, data, buffer):
        self.on_poll()
        buffer[:] = self.port.transfer(bytes(data))


class Uart:
    """machine.UART over a port of the chip."""

    def __init__(self, port):
        self.port = port
        self.received = b""

    def init(self, baudrate, rxbuf, txbuf):
        self.port.baud = baudrate
        self.received = b""

    def any(self):
        self.received += self.port.fetch()
        return len(self.received)

    def readinto(self, buffer, count):
        assert count <= len(self.received)
        buffer[:count], self.received = self.received[:count], self.received[count:]

    def write(self, buffer, start, count):
        self.port.feed(bytes(buffer[start : start + count]))


class I2c:
    """machine.I2C over a port of the chip. `on_poll` as above; each read begins with the status."""

    def __init__(self, port):
        self.port = port
        self.on_poll = lambda: None

    def writeto(self, address, data):
        self._start(address)
        self.port.write(bytes(data))

    def readfrom_into(self, address, buffer):
        self.on_poll()
        self._start(address)
        buffer[:] = self.port.read(len(buffer))

    def _start(self, address):
        if not self.port.start(address):
            raise OSError(errno.EIO)
