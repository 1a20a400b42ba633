"""Devices for pyusb that are not there: a backend of pyusb, over devices made by a test."""

import errno
import os
from types import SimpleNamespace

from usb.backend import IBackend
from usb.core import USBError

CCID, VENDOR_SPECIFIC, STORAGE, CDC, CDC_DATA = 0x0B, 0xFF, 0x08, 0x02, 0x0A
FULL_SPEED = 2  # libusb's number


def usb_error(number):
    """What pyusb raises, with the errno that it gives."""
    return USBError(os.strerror(number), None, number)


class FakeDevice:
    """A device with one configuration. `interfaces`: class and endpoints of each.

    Endpoints are bulk ones. It is unplugged by `is_there = False`.
    """

    def __init__(self, product, *, vendor=0x2E8A, bus=1, address=7, ports=(2, 4), interfaces=()):
        self.interfaces = interfaces
        self.is_there = True
        self.claimed = set()
        self.descriptor = SimpleNamespace(
            **dict.fromkeys(("bLength", "bDescriptorType", "bDeviceClass", "bDeviceSubClass"), 0),
            **dict.fromkeys(("bDeviceProtocol", "bcdDevice"), 0),
            **dict.fromkeys(("iManufacturer", "iProduct", "iSerialNumber"), 0),
            bcdUSB=0x110,
            bMaxPacketSize0=64,
            idVendor=vendor,
            idProduct=product,
            bNumConfigurations=1,
            bus=bus,
            address=address,
            port_number=ports[-1] if ports else None,
            port_numbers=ports or None,
            speed=FULL_SPEED,
        )

    def check(self):
        if not self.is_there:
            raise usb_error(errno.ENODEV)


class FakeBackend(IBackend):
    """What libusb does, on `devices`."""

    def __init__(self, *devices):
        self.devices = devices
        self.may_open = True

    def enumerate_devices(self):
        return iter(self.devices)

    def get_device_descriptor(self, device):
        return device.descriptor

    def get_configuration_descriptor(self, device, _config):
        device.check()
        return SimpleNamespace(
            **dict.fromkeys(("bLength", "bDescriptorType", "wTotalLength", "iConfiguration"), 0),
            bNumInterfaces=len(device.interfaces),
            bConfigurationValue=1,
            bmAttributes=0x80,
            bMaxPower=50,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, device, interface, alternate, _config):
        if alternate or interface >= len(device.interfaces):
            raise IndexError
        kind, endpoints = device.interfaces[interface]
        return SimpleNamespace(
            **dict.fromkeys(("bLength", "bDescriptorType", "iInterface"), 0),
            **dict.fromkeys(("bInterfaceSubClass", "bInterfaceProtocol"), 0),
            bInterfaceNumber=interface,
            bAlternateSetting=0,
            bNumEndpoints=len(endpoints),
            bInterfaceClass=kind,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(self, device, endpoint, interface, _alternate, _config):
        return SimpleNamespace(
            **dict.fromkeys(("bLength", "bDescriptorType", "bInterval"), 0),
            **dict.fromkeys(("bRefresh", "bSynchAddress"), 0),
            bEndpointAddress=device.interfaces[interface][1][endpoint],
            bmAttributes=2,  # bulk
            wMaxPacketSize=64,
            extra_descriptors=[],
        )

    def open_device(self, device):
        device.check()
        if not self.may_open:
            raise usb_error(errno.EACCES)
        return device

    def close_device(self, device):
        device.claimed.clear()

    def get_configuration(self, _device):
        return 1

    def claim_interface(self, device, interface):
        device.check()
        device.claimed.add(interface)

    def release_interface(self, device, interface):
        device.check()
        device.claimed.discard(interface)

    def bulk_write(self, device, endpoint, interface, data, timeout):
        device.check()
        assert interface in device.claimed
        return device.bulk_out(endpoint, bytes(data), timeout)

    def bulk_read(self, device, endpoint, interface, buffer, timeout):
        device.check()
        assert interface in device.claimed
        data = device.bulk_in(endpoint, len(buffer), timeout)
        buffer[: len(data)] = type(buffer)("B", data)
        return len(data)

    def ctrl_transfer(self, device, kind, request, value, index, data, _timeout):
        device.check()
        answer = device.control(kind, request, value, index, len(data))
        data[: len(answer)] = type(data)("B", answer)
        return len(answer)
