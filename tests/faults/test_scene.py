"""The tools of this folder themselves: a scene without a fault keeps every promise, and a broken
promise is told."""

from __future__ import annotations

import shutil

import pytest

from tests.databases import KINDS
from tests.faults import promises
from tests.faults.conftest import MakeScene
from tests.faults.senders import WAYS


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_without_faults_keeps_every_promise(kind: str, make_scene: MakeScene) -> None:
    """Every way in, one file each."""
    scene = make_scene(kind)
    with scene.serving() as server:
        for way in WAYS:
            assert scene.send(way, addresses=server.addresses), way
    scene.recover()
    promises.check(scene)
    assert promises.lost(scene) == 0


def test_a_file_that_is_gone_is_missed(make_scene: MakeScene) -> None:
    """What was acknowledged and is nowhere is lost, and the check says so."""
    scene = make_scene("sqlite")
    assert scene.send("load")
    shutil.rmtree(scene.path / "inbox")
    with pytest.raises(AssertionError, match="LOST"):
        promises.check(scene, verify=False)
    assert promises.lost(scene) == 1
