from kazashi_wire import generate, messages
from vectors import load


def test_kinds_are_unique():
    assert len(messages.BY_KIND) == len(messages.MESSAGES)


def test_every_message_has_a_vector():
    assert {v["message"] for v in load("messages.jsonl")} == {m.__name__ for m in messages.MESSAGES}


def test_a_changed_layout_needs_a_new_revision():
    # When this fails: raise REVISION by one, then add the new pair here. Old pairs stay.
    known = {
        1: "e4de63c4",
        2: "e3640f54",
        3: "46605723",
        4: "9d16729a",
        5: "e2dcb408",
        6: "ff046fcf",
        7: "3d034aa4",
    }
    assert known[messages.REVISION] == messages.FINGERPRINT.hex()


def test_the_firmware_has_the_layouts_of_today():
    assert generate.main(["--check"]) == 0, "run python -m kazashi_wire.generate"


def test_a_stale_firmware_is_noticed(tmp_path, monkeypatch, capsys):
    stale = tmp_path / "wire.py"
    stale.write_text(generate.generated().replace("const(512)", "const(513)"), encoding="utf-8")
    monkeypatch.setattr(generate, "TARGET", stale)
    assert generate.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().out
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
