"""Verify: looks at everything once, and at what seemed wrong once more.

A running server moves deliveries while we look. So a tenant of which something seemed wrong is
looked at again while nobody works on it, and only what is still so then is a problem. Nothing is
changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest.home import Home
from ingest.overview import is_running
from ingest.verify import contents, journals, looking, places, rows, strays
from ingest.verify.looking import Seen
from ingest.verify.problems import Problem, ProblemCode, in_order, rebuilding
from storage import audit, files
from storage.audit import Facts, Span
from storage.delivery import TENANT_NAME
from storage.errors import DamagedDatabase, NotFound

_BATCH = 20_000  # deliveries of which the database is asked at once; a larger tenant is one batch
_OF_WHOLE_PACKS = {ProblemCode.ARCHIVE_DAMAGED, ProblemCode.LINKS_ASTRAY}
_BREATH = 0.3  # s, in which a step that was under way ends
_PATIENCE = 10.0  # s; how long a busy tenant's queue is waited for
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked at, and what is wrong; `bytes` were held against their checksums.

    `whole` is False if it was stopped before all was looked at.
    """

    deliveries: int
    bytes: int
    problems: tuple[Problem, ...]
    whole: bool = True


@dataclass(slots=True)
class _Look:
    """One verification of a home."""

    home: Home
    quick: bool
    server_runs: bool
    deliveries: int = 0
    bytes: int = 0
    problems: list[Problem] = field(default_factory=list)

    def tenant(self, name: str, facts: Facts, only: set[str] | None = None) -> Iterator[Problem]:
        """Hold everything of one tenant together; with `only`, of the bytes just theirs."""
        home = self.home
        seen = Seen(name, facts, self.server_runs)
        yield from looking.stand(home, seen)
        yield from looking.look_for_intent(home, seen)
        yield from places.check(seen)
        yield from strays.of_tenant(home, seen, quick=self.quick)
        yield from rows.check_folds(home, seen)
        yield from journals.check_existence(home, seen)
        if not self.quick:
            yield from looking.read_journal(home, seen)
            yield from journals.check(seen)
            yield from rows.check(seen)
            yield from contents.check(home, seen, self._count_bytes, only=only)
        self.deliveries += len(facts.told.keys() | seen.standing)

    def again(self, tenant: str | None, seemed: list[Problem]) -> list[Problem]:
        """Of what seemed wrong with a tenant, or the home, what is so while nobody works on it."""
        if tenant is None:
            found = self.whole_home()
        else:
            # What is in a damaged pack has no name: then all are read once more.
            is_unnamed = any(one.code in _OF_WHOLE_PACKS for one in seemed)
            named = {one.delivery for one in seemed if one.delivery is not None}
            counted = self.deliveries, self.bytes
            with _calm(self.home, tenant):
                facts = self._facts(Span.of(tenant)).get(tenant, Facts())
                found = list(self.tenant(tenant, facts, None if is_unnamed else named))
            self.deliveries, self.bytes = counted
        before = {one.identity for one in seemed}
        return [one for one in found if one.identity in before]

    def each(
        self, spans: list[Span], on_disk: set[str]
    ) -> Iterator[tuple[str | None, list[Problem]]]:
        """Look at the tenants of these spans, one after the other."""
        for span in spans:
            facts = self._facts(span)
            for name in sorted({*facts, *filter(span.holds, on_disk)}):
                yield name, list(self.tenant(name, facts.pop(name, Facts())))

    def whole_home(self) -> list[Problem]:
        """Look at what belongs to no tenant."""
        with self.home.database.reading() as connection:
            known = audit.tenant_names(connection)
            found = list(strays.of_home(self.home, known, server_runs=self.server_runs))
            found += places.check_sequence(self.home, audit.newest_delivery(connection))
            if not self.quick:
                found += [_rejects_alone(*one) for one in audit.lost_rejects(connection)]
        return found

    def _facts(self, span: Span) -> dict[str, Facts]:
        with self.home.database.reading() as connection:
            return audit.facts(connection, span, with_rows=not self.quick)

    def _count_bytes(self, size: int) -> None:
        self.bytes += size


def verify(
    home: Home,
    *,
    tenant: str | None = None,
    quick: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    go_on: Callable[[], bool] = lambda: True,
) -> Report:
    """Hold everything in a home, or of one tenant, against everything else; changes nothing.

    With `quick` neither bytes and envelopes nor the journal and rows are read: only names are
    compared. `go_on` is asked after every tenant.

    Raises:
        NotFound: there is no such tenant, neither in the database nor on disk.
        DatabaseAway: no answer.
    """
    try:
        home.database.check()
        return _verify(home, tenant, quick=quick, progress=progress, go_on=go_on)
    except DamagedDatabase as error:
        problem = _database_damaged(error)
        return Report(deliveries=0, bytes=0, problems=(problem,), whole=False)


def _verify(
    home: Home,
    tenant: str | None,
    *,
    quick: bool,
    progress: Callable[[int, int], None],
    go_on: Callable[[], bool],
) -> Report:
    look = _Look(home, quick, is_running(home))
    on_disk = _tenants_on_disk(home)
    with home.database.reading() as connection:
        damage = "" if quick else audit.damage(connection)
        if damage:
            raise DamagedDatabase(damage, home.layout.database)
        known = audit.deliveries_by_tenant(connection)
    if tenant is not None and tenant not in {*known, *on_disk}:
        raise NotFound(
            f"There is no tenant {tenant}, neither in the database nor on disk.",
            hint="'dropsafe verify' without --tenant looks at all there are.",
        )
    spans = _spans(known) if tenant is None else [Span.of(tenant)]
    suspects: dict[str | None, list[Problem]] = {} if tenant else {None: look.whole_home()}
    whole = True
    for name, seemed in look.each(spans, on_disk):
        suspects[name] = seemed
        progress(look.deliveries, sum(known.values()))
        whole = go_on()
        if not whole:
            break
    if any(suspects.values()):
        time.sleep(_BREATH)
    found: list[Problem] = []
    for name, seemed in suspects.items():
        whole = whole and go_on()
        if seemed and whole:
            found += look.again(name, seemed)
    problems = in_order(found)
    return Report(deliveries=look.deliveries, bytes=look.bytes, problems=problems, whole=whole)


def _spans(known: dict[str, int]) -> list[Span]:
    """All names there can be, in spans of so many deliveries that memory holds them."""
    begins, count = [""], 0
    for name in sorted(known):
        if count and count + known[name] > _BATCH:
            begins.append(name)
            count = 0
        count += known[name]
    return [Span(begin, end) for begin, end in zip(begins, [*begins[1:], None], strict=True)]


def _tenants_on_disk(home: Home) -> set[str]:
    layout = home.layout
    tops = (layout.inbox, layout.quarantine, layout.parked)
    names = (name for top in tops for name in files.names_in(top))
    return {*home.archive.tenants(), *(name for name in names if TENANT_NAME.fullmatch(name))}


@contextmanager
def _calm(home: Home, tenant: str) -> Iterator[None]:
    """Wait until nobody works on a tenant, and let nobody; if it stays busy, go on all the same."""
    if not (home.layout.inbox / tenant).is_dir():  # then nobody can
        yield
        return
    deadline = time.monotonic() + _PATIENCE
    while True:
        with home.inbox.claim(tenant) as claimed:
            if claimed or time.monotonic() > deadline:
                yield
                return
        time.sleep(_POLL_SECONDS)


def _rejects_alone(delivery: str, count: int) -> Problem:
    return Problem(
        code=ProblemCode.REJECTS_ALONE,
        tenant=None,
        delivery=delivery,
        message=f"{count:,} rejects are of this delivery, which the ledger does not know.",
        remedy="They are shown nowhere. If it is in the archive of a tenant they are made again: "
        + rebuilding("").strip(),
    )


def _database_damaged(error: DamagedDatabase) -> Problem:
    return Problem(
        code=ProblemCode.DATABASE_DAMAGED,
        tenant=None,
        delivery=None,
        message=f"{error.message} Not everything else was looked at.",
        remedy=error.hint,
    )
