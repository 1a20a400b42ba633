"""Each patient whose face result comes into a folder. host/README.md shows this."""

import sys
import time
from pathlib import Path
from xml.etree import ElementTree

folder, known = Path(sys.argv[1]), set()
while True:
    for path in set(folder.glob("OQSsiquc01res_face_*.xml")) - known:
        data = path.read_bytes()
        text = data.decode("cp932" if b"Shift_JIS" in data[:80] else "utf-8")
        print(ElementTree.fromstring(text.partition("?>")[2]).findtext(".//Name"), flush=True)
        known.add(path)
    time.sleep(1)
