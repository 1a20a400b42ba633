"""Puts results into a folder, one after the other, until it is killed.

    python oqs_child.py FOLDER STAGING

Says the name of each file once it is there.
"""

import sys
from itertools import count
from pathlib import Path

from kazashi.oqs.names import new_identifier
from kazashi.oqs.outbox import Outbox
from kazashi.oqs.publish import Folder

outbox = Outbox(Folder(*map(Path, sys.argv[1:])))
for number in count():
    data = f'<?xml version="1.0" encoding="UTF-8"?><XmlMsg>{"文字" * number * 100}</XmlMsg>'
    name = outbox.put(new_identifier("1319999996"), data.encode(), is_test=False).result()
    sys.stdout.write(f"{name}\n")
    sys.stdout.flush()
