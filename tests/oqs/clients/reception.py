"""A reception program that knows the documents alone: it watches a folder for face results.

Arguments: the folder; then, to begin visits itself, the service's address and its token's file.
"""

import hashlib
import json
import re
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import httpx

FACE = re.compile(r"OQSsiquc01res_face_.+_(\d{14})\.xml")


def root(data):
    encoding = "cp932" if b'encoding="Shift_JIS"' in data[:80] else "utf-8"
    return ElementTree.fromstring(data.decode(encoding).partition("?>")[2])


def tell(data):
    """Whether the patient is insured, and who it is by each result; there may be none, or several.

    1: they are; 2, 3: no longer; 4: nothing was found; 5: several were; 6: not registered here.
    """
    message = root(data)
    validity = {"QualificationValidity": message.findtext("MessageBody/QualificationValidity")}
    names = ("Name", "NameKana", "Birthdate", "InsurerNumber", "PharmacistsInfoConsFlg")
    results = message.findall("MessageBody/ResultList/ResultOfQualificationConfirmation")
    for told in [{name: result.findtext(name) for name in names} for result in results] or [{}]:
        print(json.dumps(validity | told, ensure_ascii=False))


def session(data):
    """The number of the visit whose result it is."""
    return root(data).findtext("MessageHeader/ArbitraryFileIdentifier")


def new_files(folder, known):
    """Each file that was not there before, once it is."""
    while True:
        for path in folder.iterdir():
            if FACE.fullmatch(path.name) and path.name not in known:
                known.add(path.name)
                yield path.name, path.read_bytes()
        time.sleep(0.05)


def check_in(http):
    """Follow a visit at desk 1 to its end: the files of its result."""
    answers = {"way": "pin", "pin": "1234", "prescription": "paper"}
    http.put("desks/1/table", json={"card": "mynumber"})  # a simulated one
    with http.stream("GET", "events?desk=1", timeout=30) as events:
        for line in events.iter_lines():
            if not line.startswith("data: "):
                continue
            screen = json.loads(line.removeprefix("data: "))
            if question := screen["question"]:
                answer = answers.get(question["name"]) or question.get("groups")
                body = {"question": question["number"], "answer": answer}
                http.post("desks/1/answer", json=body)
            if screen["outcome"]:
                return http.get("desks/1/result").json()["files"]
    return []


def main(folder, address=None, token=None):
    known = {path.name for path in folder.iterdir()}
    print("watching", flush=True)
    if address is None:
        tell(next(new_files(folder, known))[1])
        return
    headers = {"authorization": f"Bearer {Path(token).read_text().strip()}"}
    with httpx.Client(base_url=address, headers=headers) as http:
        for file in check_in(http):
            data = (folder / file["name"]).read_bytes()  # it is there before the visit has ended
            assert hashlib.sha256(data).hexdigest() == file["sha256"]
            assert session(data) == file["reference"]
            tell(data)


main(Path(sys.argv[1]), *sys.argv[2:])
