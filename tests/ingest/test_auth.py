"""Who may come in: nothing is told of who exists, and an Upload Key costs no slow hash."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from ingest import tenancy
from ingest.auth import Admission, Gatekeeper, LoginEnded, LoginRefused, may_send
from storage.accounts import Tenant, new_upload_key, upload_key_hash

KEY = new_upload_key()
PASSWORD = "correct horse battery"
LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample till@shop"
TENANT = Tenant(
    name="acme",
    upload_key_hash=upload_key_hash(KEY),
    password_hash=tenancy.password_hash(PASSWORD),
    keys=(LINE,),
    mail_token="3fk9x2m7q4h8tb6z",
)
DISABLED = replace(TENANT, name="closed", enabled=False)


@pytest.fixture(scope="module")
def keeper() -> Gatekeeper:
    return Gatekeeper([TENANT, DISABLED])


def enter(keeper: Gatekeeper, user: str, secret: str) -> Admission:
    return keeper.with_password(user, secret, via="sftp", peer="10.0.0.1")


@pytest.mark.parametrize("secret", [KEY, PASSWORD], ids=["key", "password"])
def test_an_upload_key_and_a_password_both_open(keeper: Gatekeeper, secret: str) -> None:
    """The password that a person chose is accepted beside the key that the server made."""
    assert enter(keeper, "acme", secret).tenant == TENANT


@pytest.mark.parametrize(
    ("user", "secret"),
    [("acme", "wrong"), ("nobody", KEY), ("closed", KEY), ("closed", PASSWORD), ("", "")],
    ids=["wrong", "unknown", "disabled", "disabled-password", "empty"],
)
def test_a_refusal_does_not_tell_why(keeper: Gatekeeper, user: str, secret: str) -> None:
    """Unknown, wrong and disabled get the same words; the log has user and peer, no secret."""
    with capture_logs() as logs, pytest.raises(LoginRefused) as caught:
        enter(keeper, user, secret)
    assert caught.value.message == "Login refused."
    (line,) = logs
    assert (line["event"], line["user"], line["peer"]) == ("login.refused", user, "10.0.0.1")
    assert secret == "" or secret not in str(line)


def test_a_refusal_takes_as_long_whoever_is_named(keeper: Gatekeeper) -> None:
    """A slow hash is spent on every refusal, so that time does not tell who exists."""
    known, unknown = (_refusal_seconds(keeper, user) for user in ("acme", "nobody"))
    assert 0.3 < known / unknown < 3


def test_an_upload_key_is_quick(keeper: Gatekeeper) -> None:
    """Ten thousand tills every quarter of an hour must not cost a slow hash each."""
    began = time.process_time()
    for _ in range(100):
        enter(keeper, "acme", KEY)
    assert time.process_time() - began < 0.1


def test_a_user_name_cannot_forge_a_log_line(keeper: Gatekeeper) -> None:
    """Control characters are data."""
    with capture_logs() as logs, pytest.raises(LoginRefused):
        enter(keeper, "x\nevent=login.accepted\x1b[2J", "y")
    assert logs[0]["user"].isprintable()


def test_a_public_key_belongs_to_its_tenant_only(keeper: Gatekeeper) -> None:
    """The comment does not count, the owner does, and a disabled tenant has no key."""
    body = " ".join(LINE.split()[:2])
    assert keeper.with_key("acme", body) == Admission(tenant=TENANT, credential=body)
    assert keeper.with_key("acme", body + "x") is None
    assert keeper.with_key("nobody", body) is None
    assert keeper.with_key("closed", body) is None


SHUT_OUT: dict[str, tuple[dict[str, object], set[str]]] = {
    "disabled": ({"enabled": False}, {"key", "password", "public key"}),
    "key rotated": ({"upload_key_hash": upload_key_hash("another")}, {"key"}),
    "new password": ({"password_hash": "another"}, {"password"}),
    "public key removed": ({"keys": ()}, {"public key"}),
    "other limits": ({"max_file_size": 1, "keys": (LINE + " renamed",)}, set()),
}


@pytest.mark.parametrize(("changes", "out"), SHUT_OUT.values(), ids=SHUT_OUT.keys())
def test_a_login_lasts_as_long_as_what_it_was_made_with(
    changes: dict[str, object], out: set[str]
) -> None:
    """What is taken back ends the logins that were made with it, and no other."""
    keeper = Gatekeeper([TENANT])
    public = keeper.with_key("acme", " ".join(LINE.split()[:2]))
    assert public is not None
    admissions = {
        "key": enter(keeper, "acme", KEY),
        "password": enter(keeper, "acme", PASSWORD),
        "public key": public,
    }
    changed = replace(TENANT, **changes)  # type: ignore[arg-type]  # any field
    keeper.replace([changed])

    for name, admission in admissions.items():
        if name in out:
            assert keeper.still_in(admission) is None
            with pytest.raises(LoginEnded):
                keeper.check(admission)
        else:
            assert keeper.still_in(admission) == changed
            keeper.check(admission)


def test_a_mailbox_belongs_to_an_enabled_tenant(keeper: Gatekeeper) -> None:
    """Mail programs may write it in capitals."""
    assert keeper.with_mailbox("ACME-3FK9X2M7Q4H8TB6Z") == TENANT
    assert keeper.with_mailbox("acme-wrong") is None
    assert keeper.with_mailbox("closed-3fk9x2m7q4h8tb6z") is None


@pytest.mark.parametrize(
    ("senders", "sender", "allowed"),
    [
        ((), "anybody@example.org", True),
        (("*@shop.example",), "till@SHOP.example", True),
        (("*@shop.example",), "till@shop.example.evil.org", False),
        (("*@shop.example",), "till@notshop.example", False),
        (("a@b", "c@d"), "c@d", True),
    ],
)
def test_the_list_of_senders(senders: tuple[str, ...], sender: str, *, allowed: bool) -> None:
    """Without a list whoever knows the address may write; with one, only who fits."""
    assert may_send(replace(TENANT, senders=senders), sender) is allowed


def test_secrets_are_not_in_a_representation() -> None:
    """A tenant that ends up in a traceback or a log gives nothing away."""
    shown = repr(TENANT)
    assert TENANT.upload_key_hash not in shown
    assert TENANT.password_hash not in shown
    assert TENANT.mail_token not in shown
    assert TENANT.password_hash not in repr(Admission(tenant=TENANT, credential=PASSWORD))
    assert PASSWORD not in repr(Admission(tenant=TENANT, credential=PASSWORD))


def _refusal_seconds(keeper: Gatekeeper, user: str) -> float:
    def once() -> float:
        began = time.process_time()
        with pytest.raises(LoginRefused):
            enter(keeper, user, "wrong")
        return time.process_time() - began

    return min(once() for _ in range(3))
