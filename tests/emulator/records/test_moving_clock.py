"""What lasts as long as its time, whichever way the clock goes between asking and answering."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from authflow.emulator import Emulator, ServiceError, UploadRefused
from authflow.emulator._crypto.jose import PoolKeys
from tests.support.emulator.lifetimes import LIFETIMES, Answer
from tests.support.emulator.world import TEMPORARY, Clock, World

#: a time since the question: in lifetimes, and seconds on top
MOMENTS = st.tuples(
    st.sampled_from([-50.0, -1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 50.0]) | st.floats(-3, 3), st.integers(-2, 2)
)
AT_ONCE, BEFORE_THE_END, AT_THE_END, LATE = (0.0, 0), (1.0, -1), (1.0, 0), (50.0, 0)
USERS = map("user-{}".format, count())


def make_world(clock: Clock, emulator: Emulator, keys: PoolKeys, **pool: object) -> World:
    """Make a pool with ada. To generate its keys would take long."""
    world = World(emulator, clock, "", "").make_pool(**pool)
    emulator._service.pools[world.pool_id].keys = keys
    world.make_user("ada", email="ada@example.com", email_verified="true")
    return world


def use_otherwise(world: World) -> None:
    """Do what lets the emulator forget what has expired: keep something new of each kind."""
    world.get_tokens()
    world.start_srp("ada")
    world.initiate(USERNAME=world.invite(next(USERS)), PASSWORD=TEMPORARY)


def refuse(answer: Answer) -> str | None:
    """Return the refusal of an answer, None if it is accepted."""
    try:
        answer()
    except (ServiceError, UploadRefused) as refusal:
        return str(refusal)
    return None


@pytest.mark.parametrize("name", LIFETIMES)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=st.lists(MOMENTS, max_size=3), answered=MOMENTS)
@example(visits=[], answered=BEFORE_THE_END)
@example(visits=[], answered=AT_THE_END)
@example(visits=[LATE, AT_ONCE], answered=AT_THE_END)
@example(visits=[LATE], answered=AT_ONCE)
def test_it_lasts_as_long_as_its_time(
    name: str, visits: list[tuple[float, int]], answered: tuple[float, int], key_supply: list[PoolKeys]
) -> None:
    """What other requests saw at a time after its end may stay ended if the clock is set back. Nothing else may."""
    row, clock = LIFETIMES[name], Clock()
    lasts, emulator = row.lasts or timedelta(days=1), Emulator(clock, seed=1)
    others, world = (
        make_world(clock, emulator, keys, **settings) for keys, settings in zip(key_supply, ({}, row.pool), strict=True)
    )
    answer = row.prepare(world)
    asked = clock.now
    *earlier, time = [share * lasts + timedelta(seconds=seconds) for share, seconds in [*visits, answered]]
    for step in earlier:
        clock.now = asked + step
        use_otherwise(others)
    clock.now = asked + time
    refusal = refuse(answer)
    is_over = row.lasts is not None and time >= lasts
    if is_over is not row.delays:
        assert refusal is not None
        assert refusal.startswith(row.refusal)
    elif refusal is not None:
        assert not row.delays
        assert row.lasts is not None
        assert max(earlier, default=time) >= lasts
        assert refusal.startswith(row.refusal)
