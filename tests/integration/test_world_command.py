"""`tollbridge world` and `tollbridge token`, as processes."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tests.integration.test_cli import tollbridge
from tollbridge.launch import free_port, launched
from tollbridge.world import load_world

BUNDLED = "tollbridge/world/default.yaml"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A running simulator with nothing of the world in it, and the API beside it."""
    port = free_port()
    command = [sys.executable, "-m", "tollbridge", "serve", "--port", str(port), "--quiet"]
    with launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT):
        yield f"http://127.0.0.1:{port}"


def test_a_good_world_is_checked(tmp_path: Path) -> None:
    """Exit 0 with a count; exit 1 with a line for each fault."""
    done = tollbridge("world", "check", BUNDLED)
    assert (done.returncode, done.stdout) == (
        0,
        f"{BUNDLED}: good. Organizations: 5, groups: 1, accounts: 11, payment methods: 14.\n",
    )
    broken = tmp_path / "broken.yaml"
    broken.write_text((ROOT / BUNDLED).read_text().replace("role: DRIVER", "role: PILOT").replace("GUARD", "GUIDE"))
    done = tollbridge("world", "check", str(broken))
    assert done.returncode == 1
    faults = [line.removeprefix("Error: ") for line in done.stderr.splitlines()]
    assert all(fault.startswith(f"{broken}:") for fault in faults)
    assert ["accounts/3/role" in faults[0], "accounts/4/role" in faults[1], len(faults)] == [True, True, 2]


def test_a_card_that_is_none_is_told(tmp_path: Path) -> None:
    """The schema takes any number; the simulator does not."""
    broken = tmp_path / "broken.yaml"
    broken.write_text((ROOT / BUNDLED).read_text().replace("5555555555554444", "5555555555554445"))
    done = tollbridge("world", "check", str(broken))
    assert (done.returncode, "no test card that ends in 4445" in done.stderr) == (1, True)


def test_a_world_is_shown_as_tables_and_as_json() -> None:
    """People read the one, programs the other."""
    text = tollbridge("world", "show").stdout
    assert "Quay One driver" in text
    assert "asks for 3-D Secure" in text
    document = json.loads(tollbridge("world", "show", "--json").stdout)
    assert [row["id"] for row in document["organizations"]] == ["1", "7", "9", "11", "12"]
    table = json.loads(tollbridge("world", "roles", "--json").stdout)
    assert table[0]["unknown"] == "404 organization-not-found"
    assert json.loads(tollbridge("world", "schema").stdout)["title"] == "Tollbridge world"


def test_a_world_is_pushed_and_the_ids_come_back(url: str, tmp_path: Path) -> None:
    """Every id at Stripe is a new one, and everything else is as it was."""
    out = tmp_path / "there.yaml"
    done = tollbridge("world", "push", "--stripe", f"{url}/_tollbridge/stripe", "--out", str(out))
    assert (done.returncode, done.stderr.count(" is ")) == (0, 21)
    before, after = load_world(ROOT / BUNDLED), load_world(out)
    for identity, organization in after.organizations.items():
        earlier = before.organizations[identity]
        # What has no customer needs none there.
        assert (organization.customer != earlier.customer) == (earlier.customer is not None)
        assert (organization.subscription != earlier.subscription) == (earlier.subscription is not None)
        assert [m.card for m in organization.payment_methods.values()] == [
            m.card for m in earlier.payment_methods.values()
        ]
        assert {m.stripe for m in organization.payment_methods.values()}.isdisjoint(
            {m.stripe for m in earlier.payment_methods.values()}
        )


def test_a_push_that_cannot_be_is_a_sentence() -> None:
    """Nobody there, Stripe itself without a test key, and no URL."""
    nobody = tollbridge("world", "push", "--stripe", f"http://127.0.0.1:{free_port()}")
    itself = tollbridge("world", "push", "--stripe", "https://api.stripe.com")
    keyless = tollbridge("world", "push", "--stripe", "live-test")
    assert [done.returncode for done in (nobody, itself, keyless)] == [1, 1, 1]
    assert "could not be made" in nobody.stderr
    assert "live-test" in itself.stderr
    assert "STRIPE_API_KEY" in keyless.stderr


def test_a_token_is_issued(url: str) -> None:
    """The token alone, or all of it; of nobody, a sentence; of nowhere, a sentence."""
    assert tollbridge("token", "--account", "1", "--url", url).stdout.count(".") == 2
    whole = json.loads(tollbridge("token", "--account", "10", "--expired", "--json", "--url", url).stdout)
    assert (whole["expires_in"], whole["account"]["active"]) == (-3600, False)
    unknown = tollbridge("token", "--account", "404", "--url", url)
    assert (unknown.returncode, "There is no account 404" in unknown.stderr) == (1, True)
    nowhere = tollbridge("token", "--account", "1", "--url", f"http://127.0.0.1:{free_port()}")
    assert (nowhere.returncode, "tollbridge serve" in nowhere.stderr) == (1, True)
    assert tollbridge("token", "--account", "1", "--expired", "--expires-in", "5").returncode == 2
