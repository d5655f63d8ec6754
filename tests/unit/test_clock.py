"""The clock that never goes back, and ids that sort by it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from service.clock import Clock, Ids, now_ms
from service.records import derived_id, new_id

SECOND = 1_000_000_000


@dataclass
class Machine:
    """A machine whose clock is set by the test; time passes in both clocks with `pass_on`."""

    wall: int = 1_000_000 * SECOND
    steady: int = 0

    def pass_on(self, nanoseconds: int) -> None:
        """Let time go by."""
        self.wall += nanoseconds
        self.steady += nanoseconds

    def clock(self) -> Clock:
        """Our clock on this machine."""
        return Clock(lambda: self.wall, lambda: self.steady)


def test_the_clock_is_the_machines_while_that_goes_on() -> None:
    """Also where it is set forward, as when a virtual machine resumes."""
    machine = Machine()
    clock = machine.clock()
    machine.pass_on(5)
    assert clock.now_ns() == machine.wall
    machine.wall += 3600 * SECOND
    assert clock.now_ns() == machine.wall


def test_a_clock_that_is_set_back_is_caught_up_with() -> None:
    """Ours goes on at half the speed: 10 s that it is ahead are gone after 20 s."""
    machine = Machine()
    clock = machine.clock()
    before = clock.now_ns()
    machine.wall -= 10 * SECOND
    machine.pass_on(8 * SECOND)
    assert clock.now_ns() == before + 4 * SECOND
    machine.pass_on(12 * SECOND)
    assert clock.now_ns() == machine.wall == before + 10 * SECOND


steps = st.lists(st.tuples(st.integers(0, SECOND), st.integers(-2 * SECOND, 2 * SECOND)), max_size=50)


@given(steps)
def test_neither_clock_nor_ids_go_back(moves: list[tuple[int, int]]) -> None:
    """However the machine's clock is set while time passes, or does not: each id sorts behind the one before."""
    machine = Machine()
    clock = machine.clock()
    ids, times, stamps = Ids(clock), [clock.now_ns()], [(0, 0)]
    for passed, set_by in moves:
        machine.pass_on(passed)
        machine.wall += set_by
        times.append(clock.now_ns())
        stamps.append(ids.new())
    assert times == sorted(times)
    assert stamps == sorted(set(stamps))


def test_ids_of_one_millisecond_are_in_order() -> None:
    """From all threads together none is there twice."""
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    with ThreadPoolExecutor(4) as pool:
        many = list(pool.map(lambda _: new_id(), range(5000)))
    assert len(set(many)) == 5000
    assert min(many) > made[-1]


def test_ids_are_uuids_of_their_time() -> None:
    """Version 7, variant 10; the first 48 bits are the time."""
    made = new_id()
    assert made[14] == "7"
    assert made[19] in "89ab"
    assert abs(int(made[:8] + made[9:13], 16) - now_ms()) < 60_000


def test_derived_ids_stay_what_they_were() -> None:
    """Graphs hold them: another way to make them would write everything twice."""
    assert derived_id("01a21872-411e-7777-9db4-aa29bb886220", "answer", 1) == "01a21872-411e-7d53-b4db-ab61fd3834d9"
