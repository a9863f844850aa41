"""Envelopes and bytes: what is damaged, missing or nowhere is found wherever it is."""

from __future__ import annotations

import json
import shutil

import pytest

from ingest.home import Home
from ingest.verify.verifying import verify
from tests.ingest.verify import damages
from tests.ingest.verify.scene import LATER, Scene, flip, found, pack, scene_in
from tests.shop import deliver, load, open_shop, table


@pytest.mark.parametrize("kept", ["loose", "packed", "pruned"])
def test_a_home_in_which_all_is_well(loading_home: Home, kept: str) -> None:
    """Nothing is wrong, whatever happened to the deliveries; all bytes were read, none quickly."""
    home = scene_in(loading_home).home
    if kept != "loose":
        pack(home)
    if kept == "pruned":
        assert home.packing.prune("acme", LATER) == 1
    whole, quick = verify(home), verify(home, quick=True)
    assert (whole.problems, quick.problems) == ((), ())
    assert whole.deliveries == quick.deliveries == 9
    assert (whole.bytes > 500) == (kept != "pruned")
    assert quick.bytes == 0


def test_each_tenant_is_looked_at_by_itself(
    loading_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many deliveries the database is asked for at once, also of one alone, and of names
    that begin alike."""
    home = loading_home
    for name in ("acme", "acme-2", "acmes", "b"):
        open_shop(home, name)
        for number in range(3):
            load(home, deliver(home, table(("A", str(number), "1")), tenant=name))
    lost = deliver(home, b"Nothing,Of,It\n1,2,3\n", tenant="acme-2")
    load(home, lost)
    shutil.rmtree(home.layout.held("acme-2", lost.id))
    for most in (1, 4, 100):
        monkeypatch.setattr("ingest.verify.verifying._BATCH", most)
        whole = verify(home)
        assert whole.deliveries == 13
        assert [(one.tenant, one.delivery) for one in whole.problems] == [("acme-2", lost.id)]
    assert verify(home, tenant="acme").problems == ()
    assert verify(home, tenant="acme").deliveries == 3
    assert len(verify(home, tenant="acme-2").problems) == 1


def test_bytes_that_changed_are_found_wherever_they_are(scene: Scene) -> None:
    """In the archive, in quarantine and in the inbox; a quick look does not read them."""
    inbox = scene.home.layout.waiting("acme", scene.waiting)
    for place in (scene.kept(scene.last), scene.held_at(scene.held), inbox):
        flip(place / "data")
    wrong = {("bytes-differ", one) for one in (scene.last, scene.held, scene.waiting)}
    assert found(scene.home) == wrong
    assert found(scene.home, quick=True) == set()


def test_a_damaged_pack_is_named_once_and_hides_nothing_else(scene: Scene) -> None:
    """A frame that cannot be unpacked, and then an index that cannot: one problem each."""
    path = pack(scene.home)
    whole = path.read_bytes()
    path.write_bytes(whole[:9] + bytes(9) + whole[18:])
    flip(scene.held_at(scene.held) / "data")
    assert found(scene.home) == {("archive-damaged", None), ("bytes-differ", scene.held)}
    path.write_bytes(whole[:-3])
    assert found(scene.home) == {("archive-damaged", None), ("bytes-differ", scene.held)}
    [damage] = verify(scene.home, quick=True).problems
    assert str(path.relative_to(scene.files)) in damage.message


def test_envelopes_are_held_against_place_bytes_and_ledger(scene: Scene) -> None:
    """Missing, cut, of another delivery, with another checksum or size; and bytes that are gone."""
    home = scene.home
    (scene.kept(scene.first) / "envelope.json").unlink()
    (scene.kept(scene.repeat) / "envelope.json").write_bytes(b'{"id": "1ht')
    of_last = (scene.kept(scene.last) / "envelope.json").read_bytes()
    (scene.kept(scene.undone) / "envelope.json").write_bytes(of_last)
    other = of_last.replace(home.archive.envelope("acme", scene.last).sha256.encode(), b"0" * 64)
    (scene.kept(scene.last) / "envelope.json").write_bytes(other)
    (scene.held_at(scene.held) / "data").unlink()
    assert found(home) == {
        ("envelope-missing", scene.first),
        ("envelope-damaged", scene.repeat),
        ("envelope-misplaced", scene.undone),
        ("envelope-damaged", scene.last),
        ("bytes-missing", scene.held),
    }


@pytest.mark.parametrize(
    ("key", "other"), [("id", "1htfj5nsh5b82"), ("tenant", "acme-2"), ("order", 7)]
)
def test_an_envelope_is_that_of_its_place(scene: Scene, key: str, other: str | int) -> None:
    """Id, tenant and order are all those of the delivery beside which it stands."""
    path = scene.kept(scene.last) / "envelope.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), key: other}))
    assert found(scene.home) == {("envelope-misplaced", scene.last)}


def test_a_ledger_that_tells_another_name_is_found(scene: Scene) -> None:
    """What the envelope says fits the bytes, so it is the ledger that is wrong."""
    scene.tell(scene.last, name="other.csv")
    [problem] = verify(scene.home).problems
    assert (problem.code, problem.delivery) == ("ledger-differs", scene.last)
    assert "another name" in problem.message


def test_what_is_nowhere_is_found(scene: Scene) -> None:
    """A settled delivery, a held one, and one that only the journal knows."""
    shutil.rmtree(scene.kept(scene.last))
    shutil.rmtree(scene.held_at(scene.held))
    shutil.rmtree(scene.kept(scene.first))
    scene.forget(scene.first)
    everywhere = {("nowhere", one) for one in (scene.last, scene.held, scene.first)}
    assert everywhere <= found(scene.home)
    told = {one.delivery: one.message for one in verify(scene.home).problems}
    assert "Its 1 rows stay" in told[scene.last]


@pytest.mark.parametrize("quick", [False, True])
def test_an_order_of_receipt_that_is_lost_is_found_and_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, *, quick: bool
) -> None:
    """Gone, garbage, or an old one while the clock is back; the next file comes behind all."""
    sequence, home = scene.home.layout.sequence, scene.home
    monkeypatch.setattr(home.spool.sequence, "_clock", lambda: 7)
    assert found(home, quick=quick) == set()
    boot = sequence.read_text().split()[2]
    for text in (None, "garbage", f"{8:020d} {9:020d} {boot}\n"):
        if text is None:
            sequence.unlink()
        else:
            sequence.write_text(text)
        assert found(home, quick=quick) == {("sequence-damaged", None)}
        if text and text != "garbage":
            sequence.unlink()  # as the remedy says
        assert deliver(home, b"Store").id > scene.waiting
        assert found(home, quick=quick) == set()


@pytest.mark.parametrize("quick", [False, True])
def test_a_pack_under_another_name_is_found_once(scene: Scene, *, quick: bool) -> None:
    """Nothing else is said of what is in it; under the name that is said all is well again."""
    right = pack(scene.home)
    damages.pack_with_another_name(scene)
    [problem] = verify(scene.home, quick=quick).problems
    assert problem.code == "pack-misnamed"
    assert problem.remedy == f"Rename it to {right.relative_to(scene.files)}."
    right.with_name("2026-01-01.tar.zst").rename(right)
    assert found(scene.home, quick=quick) == set()


@pytest.mark.parametrize("place", ["settled", "inbox", "quarantine"])
def test_a_file_where_a_delivery_should_be_is_a_stray(scene: Scene, place: str) -> None:
    """And does not end the look at the rest; what it stands for is nowhere."""
    at = scene.files / place / "acme" / scene.last
    shutil.rmtree(scene.kept(scene.last))
    at.write_text("")
    assert found(scene.home) == {("stray", None), ("nowhere", scene.last)}


def test_bytes_that_cannot_be_read_are_found(scene: Scene) -> None:
    """And do not end the look at the rest."""
    data = scene.kept(scene.last) / "data"
    data.unlink()
    data.mkdir()
    assert found(scene.home) == {("archive-damaged", scene.last)}
