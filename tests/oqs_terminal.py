"""The centre's terminal, played from public descriptions, with none of our own code.

It takes a request out of its folder, and puts an answer into the other one, in whatever way a test
wants: `plays` are functions of the request and of the path of its answer, one for each request.
"""

from pathlib import Path
from threading import Event, Thread
from xml.etree import ElementTree

_LOOK_S = 0.01
PERSON = {
    "InsuredCardClassification": "01",
    "InsurerNumber": "39139993",
    "InsuredIdentificationNumber": "00012345",
    "Name": "後期　六子",
    "NameKana": "ｺｳｷ ﾛｸｺ",
    "Sex1": "2",
    "Birthdate": "19480811",
    "InsurerName": "架空県後期高齢者医療広域連合",
}
UNANSWERED = set()  # paths of answers that do not come
WELFARE = PERSON | {"InsuredCardClassification": "A1", "InsurerNumber": "12139994"}


class PlayedTerminal:
    """`requests`: their roots, as they came; `names`: of their files. What was sent before the end
    of `with` is taken, and answered, at its end.
    """

    def __init__(self, requests: Path, responses: Path, *plays):
        self.requests_folder, self.responses = requests, responses
        self.plays, self.requests, self.names = list(plays), [], []
        self._end = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._end.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self):
        while not self._end.wait(_LOOK_S):
            self._take_all()
        self._take_all()

    def _take_all(self):
        for path in self.requests_folder.glob("*.xml"):
            data = path.read_bytes()
            path.unlink()
            self.take(path.name, data)

    def take(self, name, data):
        encoding = "cp932" if b'encoding="Shift_JIS"' in data[:60] else "utf-8"
        request = ElementTree.fromstring(data.decode(encoding).partition("?>")[2])
        self.names.append(name)
        self.requests.append(request)
        if self.plays:
            self.plays.pop(0)(request, self.responses / name.replace("req_", "res_"))


def root(tag, children):
    """XML of nested pairs of names and texts."""
    element = ElementTree.Element(tag)
    for name, inside in children:
        if isinstance(inside, str):
            ElementTree.SubElement(element, name).text = inside
        else:
            element.append(root(name, inside))
    return element


def answer(request, *, people=(PERSON,), encoding="UTF-8", header=(), **body):
    """Bytes of a normal answer. `header`, `body`: what differs, by name; None: left out."""
    asked = {each.tag: each.text for each in request.find("MessageHeader")}
    head = {
        "CharacterCodeIdentifier": "0",
        "SegmentOfResult": "1",
        "ReferenceClassification": "2",
        "ArbitraryFileIdentifier": asked["ArbitraryFileIdentifier"],
        "MedicalInstitutionCode": asked["MedicalInstitutionCode"],
        "ProcessExecutionTime": "20261129093015",
    } | dict(header)
    result = [("ResultOfQualificationConfirmation", [*each.items()]) for each in people]
    said = {"ProcessingResultStatus": "1", "QualificationValidity": "1"} | body
    repeated = [
        (each.tag, [(one.tag, one.text or "") for one in each])
        for each in request.find("MessageBody")
    ]
    parts = [(name, text) for name, text in said.items() if text is not None] + repeated
    if people:
        parts.append(("ResultList", result))
    message = root("XmlMsg", [("MessageHeader", [*head.items()]), ("MessageBody", parts)])
    text = ElementTree.tostring(message, encoding="unicode")
    start = f'<?xml version="1.0" encoding="{encoding}" standalone="no"?>\r\n'
    return (start + text).encode("cp932" if encoding == "Shift_JIS" else "utf-8")


def says(**differs):
    """Plays an answer of this kind."""
    return lambda request, path: path.write_bytes(answer(request, **differs))


def fails(text):
    """Plays a failure: `.err` under the request's name, beside a copy of the request."""

    def play(request, path):
        copy = path.with_name(path.name.replace("res_", "req_"))
        copy.write_bytes(ElementTree.tostring(request))
        copy.with_suffix(".err").write_bytes(text)

    return play


def nothing(_request, path):
    """No answer, for now."""
    UNANSWERED.add(path)
