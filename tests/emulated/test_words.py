"""What is in assembler for the board's processor does the same there as its twin in viper."""

from random import Random

from kazashi.flashing.prompt import open_prompt

COMPARED = """
import octets, words, words_thumb
from array import array
data = bytearray(bytes.fromhex('{}'))
for i in range(17):
    for end in range(i, 17):
        assert words_thumb.total_words(i, end, data) == words.total_words(i, end, data)
    for to in (0, 3):
        turned = [bytearray(80), bytearray(80)]
        words_thumb.turn_words(i, data, turned[0], to)
        words.turn_words(i, data, turned[1], to)
        assert turned[0] == turned[1]
    for end in range(i, 64):
        sums = [array('I', octets._CRC), array('I', octets._CRC)]
        words_thumb.add_to_crc(i, end, sums[0], data)
        words.add_to_crc(i, end, sums[1], data)
        assert sums[0] == sums[1]
print(octets.words.__name__)
"""


def test_words_in_assembler_are_those_in_viper_and_the_firmware_uses_them(pico, reader):
    reader.maintain()
    pico._pipe.let_pass(0.5)
    transport = open_prompt(pico.connect)
    assert transport.exec(COMPARED.format(Random(1).randbytes(64).hex())) == b"words_thumb\r\n"
