"""The service goes on for months: its memory does not grow with the visits."""

from bench import serve


def test_memory_does_not_grow_with_visits(tmp_path, monkeypatch):
    serve.hurry(monkeypatch.setattr)
    python, _ = serve.endure(300, tmp_path)
    assert python <= serve.MOST_BYTES
