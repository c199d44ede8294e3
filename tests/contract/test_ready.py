"""Whether a server says that it can serve, and what it says of why it cannot."""

import logging
from pathlib import Path

import pytest

from tests.contract.conftest import SETTINGS, in_this_process, served
from tollbridge.compose import Options

READY = "/_tollbridge/ready"


@in_this_process
def test_a_server_without_its_state_is_not_ready(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """503 with when to ask again; the reason is one line of the log while it stays the same, and in no answer."""
    caplog.set_level(logging.WARNING)
    file = tmp_path / "state.db"
    for server in served(Options(calls=SETTINGS, state=f"sqlite:///{file}")):
        assert server.http.get(READY).status_code == 200
        server.sandbox.close()
        for path in sorted(tmp_path.iterdir()):
            path.unlink()
        file.mkdir()
        for _ in range(3):
            answer = server.http.get(READY)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.json()["error_code"] == "not-ready"
            assert "state.db" not in answer.text
        assert server.http.get("/_tollbridge/health").status_code == 200
    assert [record.getMessage() for record in caplog.records].count(caplog.records[0].getMessage()) == 1
    assert caplog.records[0].getMessage().startswith("The state cannot be reached: ")
