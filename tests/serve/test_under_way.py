"""Visits under way on disk: what a service that was killed leaves to the next."""

import pytest

from kazashi.serve.under_way import NotedJournal, UnderWay


@pytest.fixture
def path(tmp_path):
    return tmp_path / "under-way.json"


def test_a_visit_that_has_ended_is_not_broken_off(path):
    with pytest.raises(KeyError), UnderWay(path).kept("1"):
        raise KeyError
    assert not UnderWay(path).broken_off


def test_a_visit_under_way_is_broken_off_for_the_next_service_until_it_was_seen(path):
    killed = UnderWay(path)
    with killed.kept("1"):
        killed.entered("1", 7)
        assert not UnderWay(path.with_name("another")).broken_off
        next_one = UnderWay(path)
        assert next_one.broken_off["1"].entry == 7
        with next_one.kept("1"):
            assert UnderWay(path).broken_off["1"].entry is None
        next_one.forget("1")
        assert not UnderWay(path).broken_off


def test_one_that_was_not_seen_stays_over_another_start(path):
    killed = UnderWay(path).kept("2")
    killed.__enter__()
    UnderWay(path)
    with UnderWay(path).kept("1"):
        pass
    assert [*UnderWay(path).broken_off] == ["2"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"under_way": 1, "broken_off": {}}', '{"under_way": {"1": {}}}']
)
def test_a_file_that_is_damaged_is_as_none(path, text):
    path.write_text(text)
    assert not UnderWay(path).broken_off


def test_each_visit_is_named_by_its_number_in_the_journal(path, tmp_path):
    told = []
    with NotedJournal(tmp_path / "journal.db", told.append) as journal:
        assert [journal.begin("desk", "none").id for _ in range(3)] == told


def test_a_visit_goes_on_if_it_cannot_be_written_down(path, caplog):
    path.mkdir()
    with UnderWay(path).kept("1"):
        assert "under-way.json" in caplog.text
