"""What somebody tries who may not: pages elsewhere, other screens, slow and endless clients."""

import socket
from contextlib import ExitStack, closing, suppress

import httpx
import pytest

from kazashi.serve import access as access_module
from kazashi.serve import connection, guard, streams
from kazashi.serve.access import Access, Caller, Role, WrongCode
from served_desks import LIMIT_S, following
from site_waits import until

DESKS = "/api/v1/desks"
STAFF_ALONE = (
    ("GET", "/api/v1/desks"),
    ("GET", "/api/v1/desks/1/result"),
    ("GET", "/api/v1/desks/1/photo?question=1"),
    ("PUT", "/api/v1/desks/1/call"),
    ("GET", "/api/v1/readers"),
    ("GET", "/metrics"),
    ("GET", "/staff"),
)
DESK_CALLS = (
    ("GET", ""),
    ("POST", "/visit"),
    ("DELETE", "/visit"),
    ("POST", "/answer"),
    ("PUT", "/answer/1/picture"),
    ("POST", "/touch"),
    ("POST", "/language"),
    ("POST", "/call"),
    ("DELETE", "/call"),
    ("PUT", "/table"),
)


@pytest.fixture
def unfollowed(site):
    """Those that tests before this one had are gone: a server notices that by and by."""
    until(lambda: site.service.events.count == 0)


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", "127.0.0.1:80"])
def test_a_name_that_was_rebound_is_refused(program, host):
    assert program.get(DESKS, headers={"host": host}).status_code == 421


def test_each_name_of_this_computer_is_its_own(site, program):
    port = site.url.rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        assert program.get(DESKS, headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000", ""])
def test_a_page_elsewhere_changes_nothing(patient, origin):
    refused = patient.post(f"{DESKS}/1/call", headers={"origin": origin})
    assert refused.status_code == 403


def test_a_cookie_without_an_origin_changes_nothing(site, patient):
    with site.client(cookie=patient.headers["cookie"]) as client:
        assert client.post(f"{DESKS}/1/call").status_code == 403
        assert client.get(f"{DESKS}/1").status_code == 200


@pytest.mark.parametrize("fetched", ["cross-site", "same-site"])
def test_a_page_elsewhere_does_not_even_ask(patient, fetched):
    """It could open streams and use up the limits, although it sees no answer."""
    for headers in ({"sec-fetch-site": fetched}, {"sec-fetch-site": fetched, "origin": "null"}):
        assert patient.get("/api/v1/events", headers=headers).status_code == 403
        assert patient.post(f"{DESKS}/1/call", headers=headers).status_code == 403


@pytest.mark.parametrize(("method", "call"), DESK_CALLS)
def test_another_desks_screen_is_refused(patient, method, call):
    body = {"question": 1} if call == "/answer" else {}
    assert patient.request(method, f"{DESKS}/2{call}", json=body).status_code == 403


@pytest.mark.parametrize(("method", "path"), STAFF_ALONE)
def test_a_patients_screen_reaches_nothing_of_the_staff(patient, method, path):
    body = {"name": "佐藤"} if method == "PUT" else None
    assert patient.request(method, path, json=body).status_code == 403


def test_a_patients_screen_follows_its_own_desk_whatever_it_asks_for(patient, person):
    with following(patient, "2") as events:
        assert next(events).screen["desk"] == "1"


@pytest.mark.parametrize(("method", "path"), [*STAFF_ALONE, ("GET", "/api/v1/events")])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": "kazashi-{port}="},
        {"cookie": "kazashi-{port}=x"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer x"},
        {"authorization": "Bearer é".encode()},
        {"authorization": "x"},
    ],
)
def test_a_caller_that_is_not_known_is_refused(site, method, path, headers):
    with httpx.Client(base_url=site.url) as client:
        if "cookie" in headers:
            headers = {"cookie": headers["cookie"].format(port=port_of(site)), "origin": site.url}
        refused = client.request(method, path, headers=headers)
    assert refused.status_code == 401 or refused.headers["location"] == "/pair"


def test_a_token_in_an_address_or_a_cookie_is_not_taken(site):
    token = site.access.token_path.read_text().strip()
    with site.client() as client:
        assert client.get(f"{DESKS}?token={token}&authorization=Bearer+{token}").status_code == 401
        assert (
            client.get(DESKS, headers={"cookie": f"kazashi-{port_of(site)}={token}"}).status_code
            == 401
        )


def port_of(site):
    return site.url.rpartition(":")[2]


def test_a_cookie_of_another_port_is_another_services(site, staff):
    (cookie,) = (each for each in staff.headers["cookie"].split("; "))
    name, _, secret = cookie.partition("=")
    assert name == f"kazashi-{port_of(site)}"
    both = {"cookie": f"kazashi-1=x; {cookie}"}
    assert staff.get(DESKS, headers=both).status_code == 200
    assert staff.get(DESKS, headers={"cookie": f"kazashi-1={secret}"}).status_code == 401


def test_a_wrong_token_is_not_made_good_by_a_cookie(staff):
    assert staff.get(DESKS, headers={"authorization": "Bearer x"}).status_code == 401


def test_a_pairing_code_works_once(site):
    code = site.access.code_for(Caller(Role.STAFF))
    with site.client(origin=site.url) as client:
        client.post("/pair", json={"code": code}).raise_for_status()
        assert client.post("/pair", json={"code": code}).status_code == 403
        assert client.post("/pair", json={"code": ""}).status_code == 403


def test_a_pairing_code_ends_after_ten_minutes(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(access_module, "monotonic", lambda: now[0])
    access = Access(tmp_path)
    code = access.code_for(Caller(Role.STAFF))
    now[0] = 600.0
    with pytest.raises(WrongCode):
        access.pair(code)


def test_codes_and_screens_that_are_kept_are_limited(tmp_path):
    access = Access(tmp_path)
    first = access.code_for(Caller(Role.STAFF))
    codes = [access.code_for(Caller(Role.PATIENT, "1")) for _ in range(100)]
    with pytest.raises(WrongCode):
        access.pair(first)
    cookies = [access.pair(code)[0] for code in codes]
    for _ in range(2):
        cookies += [access.pair(access.code_for(Caller(Role.STAFF)))[0] for _ in range(75)]
    assert access.screen(cookies[0]) is None
    assert access.screen(cookies[-1]) == Caller(Role.STAFF)


def test_files_of_access_are_this_users_alone_and_hold_no_cookie(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    access = Access(folder)
    cookie, _ = access.pair(access.code_for(Caller(Role.STAFF)))
    assert folder.stat().st_mode & 0o777 == 0o700
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        assert cookie not in file.read_text()
    assert Access(folder).screen(cookie) == Caller(Role.STAFF)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": {"role": "king", "desk": ""}}'])
def test_damaged_files_pair_no_screen(tmp_path, text):
    Access(tmp_path)
    (tmp_path / "screens.json").write_text(text)
    assert Access(tmp_path).screen("a") is None


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../access.py",
        "/static/..%2f..%2faccess.py",
        "/static/%2e%2e/access.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/..\\\\access.py",
        "/static/",
        "/static",
    ],
)
def test_no_path_leads_out_of_static(site, program, path):
    host, port = site.url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), LIMIT_S)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        status = line.recv(4096).split()[1]
    assert status in (b"404", b"307", b"405")


@pytest.mark.parametrize("desk", ["..", "%2e%2e", "1%2f..%2f2", "%00", "é", "1" * 101, "1%0d%0a"])
def test_strange_names_of_desks_are_no_desks(program, patient, desk):
    assert program.get(f"{DESKS}/{desk}").status_code in (404, 422)
    assert patient.get(f"{DESKS}/{desk}").status_code in (403, 404, 422)


@pytest.mark.usefixtures("unfollowed")
def test_streams_are_limited_for_each_and_in_all(site, program, patient, monkeypatch):
    monkeypatch.setattr(streams, "MOST_OF_ONE", 2)
    with ExitStack() as stack:
        first = [stack.enter_context(following(program, "1")) for _ in range(2)]
        for events in first:
            next(events)
        full = refused_stream(program)
        assert (full.status_code, full.headers["retry-after"]) == (429, "5")
        monkeypatch.setattr(streams, "MOST", 3)
        another = stack.enter_context(following(patient))
        next(another)
        assert refused_stream(stack.enter_context(site.staff())).status_code == 503


def refused_stream(client):
    with client.stream("GET", "/api/v1/events") as answer:
        return answer


def test_a_screen_that_floods_is_not_in_the_way_of_another(site, patient, staff, monkeypatch):
    monkeypatch.setattr(guard, "_RATE", 0.0)
    monkeypatch.setattr(guard, "_BURST", 20.0)
    with site.screen(Role.PATIENT, "1") as flooding, site.client() as unknown:
        answers = [flooding.get(f"{DESKS}/1").status_code for _ in range(21)]
        assert answers == [200] * 20 + [429]
        assert staff.get(DESKS).status_code == 200
        of_address = [unknown.get(DESKS, headers=made_up(site, i)).status_code for i in range(30)]
    assert of_address[-1] == 429
    assert staff.get(DESKS).status_code == 200


def made_up(site, i):
    return {"cookie": f"kazashi-{port_of(site)}={i}"}


def test_requests_of_one_sender_are_limited(monkeypatch):
    monkeypatch.setattr(guard, "_RATE", 50.0)
    monkeypatch.setattr(guard, "_BURST", 200.0)
    now = [0.0]
    each = guard.Guard(None, frozenset(), "http", None, lambda: now[0])
    assert sum(each._may_ask("a") for _ in range(1_000)) == 200
    assert each._may_ask("b")
    now[0] = 1.0
    assert sum(each._may_ask("a") for _ in range(1_000)) == 50


def test_senders_that_are_remembered_are_limited():
    each = guard.Guard(None, frozenset(), "http", None)
    for i in range(5_000):
        each._may_ask(str(i))
    assert len(each._left) == 1_000


@pytest.mark.parametrize("length", ["8000001", "9" * 19])
def test_a_body_that_says_that_it_is_huge_is_refused_unread(site, program, length):
    host, port = site.url.removeprefix("http://").split(":")
    authorization = program.headers["authorization"]
    with closing(socket.create_connection((host, int(port)), LIMIT_S)) as line:
        line.sendall(
            f"PUT {DESKS}/1/answer/1/picture HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Authorization: {authorization}\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        assert line.recv(4096).split()[1] in (b"400", b"413")


@pytest.mark.parametrize("path", ["touch", "answer"])
def test_an_endless_body_is_refused_on_the_way(program, path):
    def endless():
        for _ in range(1_000):
            yield b" " * 100_000

    try:
        answer = program.post(f"{DESKS}/1/{path}", content=endless())
    except httpx.HTTPError:  # the line was closed before all was sent
        return
    assert answer.status_code == 413


def test_bodies_that_are_held_at_one_time_are_limited(program, monkeypatch):
    monkeypatch.setattr(guard, "MOST_BODIES", 1_000)
    assert program.post(f"{DESKS}/1/touch", content=b" " * 2_000).status_code == 503
    assert program.post(f"{DESKS}/1/touch", json={}).status_code == 204


@pytest.mark.parametrize(
    "sent", [b"", b"GET /api", b"POST /pair HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\n{"]
)
def test_a_request_that_never_ends_is_dropped(site, monkeypatch, sent):
    monkeypatch.setattr(connection, "REQUEST_S", 0.1)
    host, port = site.url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), LIMIT_S)) as line:
        with suppress(ConnectionError):  # it may have ended before
            line.sendall(sent.replace(b"HOST", f"{host}:{port}".encode()))
        assert ended(line)


@pytest.mark.usefixtures("unfollowed")
def test_a_follower_that_takes_nothing_is_dropped(site, program, monkeypatch):
    monkeypatch.setattr(connection, "TAKE_S", 0.1)
    host, port = site.url.removeprefix("http://").split(":")
    with closing(socket.socket()) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.settimeout(LIMIT_S)
        line.connect((host, int(port)))
        authorization = program.headers["authorization"]
        line.sendall(
            f"GET /api/v1/events HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Authorization: {authorization}\r\n\r\n".encode()
        )
        line.recv(100)
        until(lambda: site.service.events.count == 1)
        while site.service.events.count:
            site.service.events.publish("screen", "1", {"text": "x" * 100_000})


@pytest.mark.usefixtures("unfollowed")
def test_a_follower_that_leaves_is_forgotten(site, program):
    with following(program, "1") as events:
        next(events)
        assert site.service.events.count == 1
    while site.service.events.count:
        site.service.events.publish("screen", "2", {})


def test_pages_and_answers_forbid_what_is_of_others(program):
    for path in (DESKS, "/no-such-page", "/api/v1/openapi.json"):
        headers = program.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_no_page_elsewhere_may_read_an_answer(program):
    asked = program.get(DESKS, headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in asked.headers
    asked = program.options(
        DESKS, headers={"origin": "https://evil.example", "access-control-request-method": "PUT"}
    )
    assert "access-control-allow-origin" not in asked.headers


def ended(line):
    """Whether the other end closes the line."""
    try:
        while line.recv(4096):
            pass
    except ConnectionError:
        pass
    return True
