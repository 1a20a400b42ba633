"""`kazashi simulate`: where it serves, and --anchors, by which other programs know its cards."""

import json
import os
import stat

import pytest

import kazashi
from kazashi.cards.certificate import Certificate
from kazashi.cards.errors import NotGenuine
from kazashi.cards.jpki import JpkiSession
from kazashi.reception.anchors import TEST_MARK, Anchors
from kazashi.reception.configuration import Configuration
from kazashi.sim.authority import shared_authority as our_authority
from program import command, running

SIM = "sim:?speed=20&tap=0"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """URL of the reader, and the folder of its anchors."""
    folder = tmp_path_factory.mktemp("served") / "new" / "anchors"
    arguments = ("simulate", "--reader", SIM, "--tcp", "127.0.0.1:0", "--anchors", str(folder))
    with running(*arguments, until="serving") as (_, line):
        yield line.split()[-1], folder


def certificate_at(url):
    with kazashi.open(url) as reader:
        return Certificate.parse(
            JpkiSession(reader.wait_for_card(10.0)).authentication_certificate()
        )


def test_the_configuration_is_read_back_and_trusts_the_card_as_a_test(served):
    url, folder = served
    anchors = Configuration.read(folder / "kazashi.toml").anchors
    certificate = certificate_at(url)
    assert anchors.is_test
    assert anchors.trusts(certificate).name.startswith(TEST_MARK)
    assert len(anchors.cv_keys) == len(our_authority().cv_anchors)
    with pytest.raises(NotGenuine):  # each program's cards are of its own
        Anchors.of([our_authority().certificate], is_test=True).trusts(certificate)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_what_is_trusted_is_written_by_its_owner_alone(served):
    _, folder = served
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes.keys() == {"kazashi.toml", "test_authority.der"}
    assert not any(mode & (stat.S_IWGRP | stat.S_IWOTH) for mode in modes.values())


def test_a_patient_checks_in_with_them(served, tmp_path):
    url, folder = served
    done = command(
        *("checkin", "--test", "--way", "pin", "--json", "--consent", "all"),
        *("--prescription", "paper", "--reader", url),
        *("--config", folder / "kazashi.toml", "--journal", tmp_path / "journal.db"),
        stdin="1234\n",
    )
    assert done.returncode == 0, done.stderr
    visit = json.loads(done.stdout)
    assert (visit["outcome"], visit["is_test"]) == ("checked_in", True)


def test_a_folder_that_cannot_be_written_is_a_usage_error(tmp_path):
    (tmp_path / "file").write_text("mine")
    folder = str(tmp_path / "file" / "anchors")
    done = command("simulate", "--tcp", "127.0.0.1:0", "--anchors", folder)
    assert done.returncode == 2
    assert "cannot write" in done.stderr


@pytest.mark.parametrize(
    "address", ["x", "99999", ":0", "localhost:", "localhost:-1", "localhost:99999", "::1:x"]
)
def test_what_is_no_address_is_a_usage_error_that_says_what_is_one(address):
    done = command("simulate", "--tcp", address)
    assert done.returncode == 2, done.stderr
    said = " ".join(done.stderr.replace("│", " ").split())
    assert "give HOST:PORT, PORT from 0 (any that is free) to 65535" in said
