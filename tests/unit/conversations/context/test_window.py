"""Where windows begin: as much as fits, the same beginning as long as that fits, and then a large step."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.conversations.context.window import CUT_TO, Beginning, Level, Window

levels = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(Beginning)), max_size=60)


def window(said: list[tuple[int, Beginning]], room: int, former: int | None = None, least: int | None = None) -> Window:
    """A window that was given these levels, the oldest first, and is whole."""
    window = Window(room, former, least)
    window.take([Level(depth, *level) for depth, level in enumerate(said)][::-1])
    window.is_whole = True
    return window


def filled(said: list[tuple[int, Beginning]], begins: int | None) -> int:
    """The tokens from a depth on."""
    return 0 if begins is None else sum(tokens for tokens, _ in said[begins:])


@given(said=levels, room=st.integers(0, 300), former=st.none() | st.integers(0, 60))
def test_what_is_sent_fits_and_begins_with_no_result(
    said: list[tuple[int, Beginning]], room: int, former: int | None
) -> None:
    """A result is not parted from its call, but where everything there is goes in or the former beginning holds."""
    begins = window(said, room, former).begins_at()
    assert filled(said, begins) <= room
    if begins not in (None, 0, former):
        assert said[begins or 0][1] is not Beginning.RESULT


@given(said=levels, room=st.integers(0, 300))
def test_all_is_sent_where_it_fits(said: list[tuple[int, Beginning]], room: int) -> None:
    """From the first message on."""
    if said and filled(said, 0) <= room:
        assert window(said, room).begins_at() == 0


@given(said=levels, room=st.integers(0, 300), least=st.integers(0, 59))
def test_what_must_not_be_parted_goes_in(said: list[tuple[int, Beginning]], room: int, least: int) -> None:
    """Whatever it takes."""
    if said:
        begins = window(said, room, least=least).begins_at()
        assert begins is not None
        assert begins <= least


def test_beginning_stays_until_the_room_is_full_and_then_is_cut_in_one_step() -> None:
    """A chat of 400 messages of 10 tokens in a window of 400: eleven beginnings, not four hundred."""
    said: list[tuple[int, Beginning]] = []
    begins: list[int | None] = []
    for number in range(400):
        said.append((10, Beginning.TURN if number % 2 == 0 else Beginning.ANSWER))
        if number % 2:
            begins.append(window(said, 400, begins[-1] if begins else None).begins_at())
    steps = sorted({begin for begin in begins if begin is not None})
    assert len(steps) < 30
    assert all(said[begin][1] is Beginning.TURN for begin in steps)


def test_cut_fills_what_it_says() -> None:
    """The rest is for what is said after it."""
    said = [(10, Beginning.TURN)] * 100
    assert filled(said, window(said, 500).begins_at()) == CUT_TO * 500


def test_beginning_of_a_much_smaller_window_is_not_kept() -> None:
    """Another model answered above."""
    said = [(10, Beginning.TURN)] * 100
    assert filled(said, window(said, 800, former=90).begins_at()) == CUT_TO * 800


def test_nothing_more_is_read_once_the_former_beginning_is_reached() -> None:
    """So a long history costs what is sent."""
    reading = Window(100, former=40)
    reading.take([Level(depth, 1, Beginning.TURN) for depth in range(99, 39, -1)])
    assert not reading.wants_more
    assert reading.begins_at() == 40
