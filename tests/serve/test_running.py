"""The service as a program: how it starts, how it ends, and TLS."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from hanging import POSIX, pipe
from kazashi.reception.front import reading
from kazashi.reception.journal import NO_READER, Journal, View
from kazashi.reception.profiles import PROFILES
from kazashi.reception.settings import BadSettings, Flaw
from kazashi.serve import running as running_module
from kazashi.serve.access import Access, Caller, Role
from kazashi.serve.running import (
    AlreadyServed,
    CannotServe,
    Server,
    TlsUnusable,
    listen,
    own_state,
)
from kazashi.serve.service import Service
from kazashi.serve.settings import ServeSettings
from kazashi.serve.state_lock import StateInUse
from kazashi.serve.under_way import UnderWay
from kazashi.words import words_of
from program import kazashi, running
from served_desks import LIMIT_S, at_desk, served, site

SERVE = ("serve", "--test", "--reader", "sim:?speed=20", "--no-browser", "--port")


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "kazashi"


@pytest.fixture
def started(state):
    """The program, and a client with its token."""
    with running(*SERVE, "0", until="programs: ") as (process, line), client_of(line) as client:
        yield process, client


def client_of(line):
    """`line`: that says where programs find the service."""
    url, _, rest = line.partition("programs: ")[2].partition("/api/v1, token in ")
    headers = {"authorization": f"Bearer {Path(rest.strip()).read_text().strip()}"}
    return httpx.Client(base_url=url, headers=headers, timeout=LIMIT_S)


def test_sigterm_in_a_visit_cancels_it_tells_its_screens_and_the_journal(started, state):
    process, client = started
    with at_desk(client) as person:
        person.until(step="idle")
        person.lay("mynumber")
        person.until(question="way")
        process.terminate()
        person.until(step="stopped")
        with pytest.raises(AssertionError, match="the stream has ended"):
            person.until(step="idle")
    assert process.wait(LIMIT_S) == 143
    with View(state / "journal.db") as journal:
        assert [visit.outcome for visit in journal.visits()] == ["interrupted"]


def test_a_whole_visit_on_a_simulated_reader_with_the_firmware(started):
    _, client = started
    with at_desk(client) as person:
        person.until(step="idle")
        person.lay("mynumber")
        person.until(question="way")
        assert person.go_on(way="pin")["outcome"] == "checked_in"
        person.lay(None)
        person.until(step="idle")  # a busy machine's reader may have been out of order before
        assert person.begin(token="android").status_code == 202
        person.lay("android")
        person.say("pin", "1234")
        person.until(question=None)
        assert person.go_on()["outcome"] == "checked_in"


def test_a_second_start_says_so_and_disturbs_nothing(started):
    _, client = started
    second = kazashi(*SERVE, str(client.base_url.port))
    assert second.returncode == 1
    assert "another program listens at 127.0.0.1" in second.stderr
    assert client.get("/api/v1/desks/1").status_code == 200


def test_a_second_start_at_another_port_finds_the_state_folder_in_use(started, state):
    _, client = started
    with at_desk(client) as person:
        person.begin(token=None)
        person.until(question="fallback")
    before = (state / "serve" / "under-way.json").read_text()
    second = kazashi(*SERVE, "0")
    assert second.returncode == 1
    assert f"another kazashi serve uses the folder {state / 'serve'}" in second.stderr
    assert "pair#" not in second.stderr
    assert (state / "serve" / "under-way.json").read_text() == before
    assert client.get("/api/v1/desks/1").status_code == 200


def test_a_state_folder_is_free_again_after_its_service(tmp_path):
    for _ in range(2):
        with own_state(tmp_path / "serve"), pytest.raises(StateInUse):
            own_state(tmp_path / "serve").__enter__()


def test_a_state_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotServe), own_state(tmp_path / "file" / "serve"):
        pass


def test_staff_are_told_of_a_visit_that_a_killed_service_broke_off(started, state):
    process, client = started
    with Journal(state / "journal.db") as journal:
        journal.begin("desk", NO_READER)  # by another program
    with at_desk(client) as person:
        person.until(step="idle")
        person.lay("mynumber")
        person.until(question="way")
        process.kill()
        process.wait(LIMIT_S)
    with running(*SERVE, "0", until="programs: ") as (_, line), client_of(line) as again:
        page = again.get("/staff?lang=en").text
        assert "A visit at 受付1" in page
        assert "<title>(1) Desks" in page
        assert "/staff/visits/2" in page
        assert "interrupted" in again.get("/staff/visits/2?lang=en").text
        assert again.delete("/api/v1/desks/1/broken-off").status_code == 204
        assert "was broken off" not in again.get("/staff?lang=en").text
    assert not UnderWay(state / "serve" / "under-way.json").broken_off


def test_a_folder_for_the_reception_computer_that_is_missing_is_told(state, tmp_path):
    config = tmp_path / "kazashi.toml"
    config.write_text('[oqs]\ninstitution = "1319999996"\n[oqs.faces.chart]\nfolder = "gone"\n')
    options = (*SERVE, "0", "--config", str(config))
    with running(*options, until="programs: ") as (_, line), client_of(line) as client:
        told = {each["check"]: each for each in client.get("/api/v1/health").json()}
        assert told["oqs faces"]["level"] == "failure"
        assert told["oqs faces"]["fields"]["folder"] == str(tmp_path / "gone")
        assert 'kazashi_health_level{check="oqs faces"} 3.0' in client.get("/metrics").text
        assert "there is no folder" in client.get("/staff?lang=en").text


def test_files_of_the_service_are_this_users_alone(started, state):
    assert (state / "serve").stat().st_mode & 0o777 == 0o700
    with at_desk(started[1]) as person:
        person.begin(token=None)
        person.until(question="fallback")
    for name in ("token", "lock", "under-way.json"):
        assert (state / "serve" / name).stat().st_mode & 0o777 == 0o600


def test_a_port_that_is_taken_is_told():
    with listen(ServeSettings(port=0)) as line, pytest.raises(AlreadyServed):
        listen(ServeSettings(port=line.getsockname()[1]))


def test_an_address_of_another_computer_is_told():
    with pytest.raises(CannotServe):
        listen(ServeSettings(address="192.0.2.1", port=0))


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A made-up certificate for localhost, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return folder


def with_tls(folder, **settings):
    return ServeSettings(port=0, certificate=folder / "tls.pem", key=folder / "tls.key", **settings)


def test_with_a_certificate_it_is_https_beyond_this_computer_too(tls, tmp_path):
    settings = with_tls(tls, address="0.0.0.0", names=("desk.local",))
    with served(tmp_path, [], settings) as service:
        service.verify = ssl.create_default_context(cafile=tls / "tls.pem")
        code = service.access.code_for(Caller(Role.STAFF))
        with service.client(origin=service.url) as browser:
            paired = browser.post("/pair", json={"code": code})
            assert "secure" in paired.headers["set-cookie"].lower()
            assert browser.get("/api/v1/desks").json() == []
            port = service.url.rpartition(":")[2]
            named = browser.get("/api/v1/desks", headers={"host": f"desk.local:{port}"})
            assert named.status_code == 200
            other = browser.get("/api/v1/desks", headers={"origin": f"http://localhost:{port}"})
            assert other.status_code == 200
            changed = browser.post("/pair", json={}, headers={"origin": f"http://localhost:{port}"})
            assert changed.status_code == 403
        with pytest.raises(httpx.HTTPError):
            httpx.get(service.url.replace("https", "http"))


def test_a_cookie_is_strict_and_no_script_reads_it(site_of_no_desk):
    code = site_of_no_desk.access.code_for(Caller(Role.STAFF))
    with site_of_no_desk.client(origin=site_of_no_desk.url) as browser:
        cookie = browser.post("/pair", json={"code": code}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "domain" not in cookie


@pytest.fixture
def site_of_no_desk(tmp_path):
    with served(tmp_path, []) as service:
        yield service


def assert_tls_is_refused(tmp_path, certificate, key):
    settings = ServeSettings(port=0, certificate=certificate, key=key)
    service = Service([], site(tmp_path / "journal.db"))
    with listen(settings) as line, pytest.raises(TlsUnusable):
        Server(service, Access(tmp_path / "serve"), settings, line)


@pytest.mark.parametrize("wrong", ["tls.key", "nowhere.pem"])
def test_a_certificate_that_cannot_be_used_is_told(tls, tmp_path, wrong):
    assert_tls_is_refused(tmp_path, tls / wrong, tls / "tls.key")


@POSIX
def test_a_certificate_or_key_that_is_a_pipe_is_told_and_not_waited_for(tls, tmp_path):
    none = pipe(tmp_path / "pipe")
    assert_tls_is_refused(tmp_path, none, tls / "tls.key")
    assert_tls_is_refused(tmp_path, tls / "tls.pem", none)


def test_an_encrypted_key_is_told_and_nobody_is_asked_for_its_password(tls, tmp_path, capfd):
    key = load_pem_private_key((tls / "tls.key").read_bytes(), None)
    encrypted = tmp_path / "encrypted.key"
    encryption = BestAvailableEncryption(b"made up")
    encrypted.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    assert_tls_is_refused(tmp_path, tls / "tls.pem", encrypted)
    assert "pass phrase" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "table",
    [
        'address = "0.0.0.0"',
        'address = "192.168.1.5"',
        'address = "::"',
        'certificate = "tls.pem"',
        'address = "0.0.0.0"\nkey = "tls.key"',
        'address = "0.0.0.0"\ncertificate = "tls.pem"',
    ],
)
def test_beyond_this_computer_it_needs_certificate_and_key(tls, tmp_path, table):
    file = tls / "kazashi.toml"
    file.write_text(f"[serve]\n{table}\n")
    with pytest.raises(BadSettings):
        ServeSettings.read(file, PROFILES)


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        ({}, {"localhost:443", "127.0.0.1:443", "[::1]:443"}),
        ({"names": ("Desk.local",)}, {"desk.local:443"}),
    ],
)
def test_names_by_which_it_is_called(settings, hosts):
    assert hosts <= ServeSettings(**settings).hosts(443)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "localhost"),
        ({"names": ("desk.local",)}, "localhost"),
        ({"address": "0.0.0.0"}, "localhost"),
        ({"address": "0.0.0.0", "names": ("desk.local",)}, "desk.local"),
        ({"address": "192.168.1.5"}, "192.168.1.5"),
        ({"address": "2001:db8::1"}, "[2001:db8::1]"),
    ],
)
def test_screens_are_opened_by_a_name_that_reaches_it(settings, name):
    found = ServeSettings(**settings)
    assert found.name == name
    assert f"{name}:8470" in found.hosts(8470)


def test_at_the_port_of_its_scheme_a_browser_names_no_port(tls):
    assert "desk.local" in with_tls(tls, names=("desk.local",)).hosts(443)
    assert "localhost" in ServeSettings().hosts(80)
    assert "localhost" not in ServeSettings().hosts(443)


def test_an_address_of_ip_version_6_stands_in_brackets():
    assert "[2001:db8::1]:8470" in ServeSettings(address="2001:db8::1").hosts(8470)


def test_the_system_holds_no_answer_back_until_more_is_to_be_sent(tmp_path, monkeypatch):
    options = []

    class Noted(running_module.Connection):
        def connection_made(self, transport):
            super().connection_made(transport)
            line = transport.get_extra_info("socket")
            options.append(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(running_module, "Connection", Noted)
    with served(tmp_path, []) as site, site.client() as client:
        client.get("/")
    assert options
    assert all(options)


@pytest.mark.parametrize("name", ["", "受付", "a/b"])
def test_a_desks_name_that_cannot_stand_in_an_address_is_refused(tmp_path, name):
    file = tmp_path / "kazashi.toml"
    file.write_text(f'[desks."{name}"]\n', encoding="utf-8")
    with pytest.raises(BadSettings) as caught:
        ServeSettings.read(file, PROFILES)
    assert (caught.value.place, caught.value.flaw) == (f'desks."{name}"', Flaw.NOT_A_NAME)


def _with_camera(tmp_path):
    file = tmp_path / "kazashi.toml"
    file.write_text('[desks.1]\ncard_camera = "C920"\n[desks.2]\n')
    return ServeSettings.read(file, PROFILES)


def test_a_desk_may_have_a_camera_above_its_reader(tmp_path):
    settings = _with_camera(tmp_path)
    assert [settings.card_camera(desk) for desk in ("1", "2", "3")] == ["C920", "", ""]


def test_a_camera_above_the_reader_is_refused_without_what_reads_its_pictures(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    with pytest.raises(BadSettings) as caught:
        _with_camera(tmp_path)
    assert caught.value.place == "desks.1.card_camera"
    assert 'pip install "kazashi[front]"' in words_of(caught.value).line
