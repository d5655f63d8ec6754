"""What a task may spend: calls in flight reserve what they may use, and one after another still goes on."""

from __future__ import annotations

import pytest

from service.strategies.interface import Budget
from service.tasks.budgets import LEAST_TOKENS, NOTHING, Account, Grant, Spend, Wish

PRICED = Wish(Spend(100, 0.001), Spend(8192, 0.08192), 8192)
"""100 tokens are sent, and an answer has up to 8192, at 10 USD per million."""


def account(tokens: int | None = None, usd: float | None = None, spent: Spend = NOTHING) -> Account:
    """The account of such a budget."""
    return Account(Budget(tokens, usd), spent, NOTHING)


def test_calls_at_once_do_not_pass_a_budget_together() -> None:
    """Each reserves the longest answer that it may have."""
    books = account(tokens=20_000)
    grants = [grant for _ in range(16) if (grant := books.grant(PRICED))]
    assert [(grant.most, grant.reserved.tokens) for grant in grants] == [(8192, 8292)] * 2
    books.settle(grants[0], Spend(400, 0.004), NOTHING)
    assert books.grant(PRICED)
    assert books.spent == Spend(400, 0.004)


def test_a_budget_in_usd_is_kept_by_the_price() -> None:
    """What is left beside what is reserved decides."""
    books = account(usd=0.17)
    assert [bool(books.grant(PRICED)) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(("tokens", "most"), [(5000, 4900), (300, LEAST_TOKENS), (1, LEAST_TOKENS)])
def test_a_call_alone_goes_with_what_is_left(tokens: int, most: int) -> None:
    """Its answer is bounded, but not to what would be of no use."""
    books = account(tokens=tokens)
    grant = books.grant(PRICED)
    assert grant is not None
    assert grant.most == most
    assert books.grant(PRICED) is None


def test_many_small_answers_go_on_beside_large_reservations() -> None:
    """8192 are reserved where 300 are used: all that the budget has is used in the end, call after call."""
    books, made = account(tokens=5000), 0
    while (grant := books.grant(PRICED)) is not None:
        made += 1
        books.settle(grant, Spend(400), NOTHING)
    assert (made, books.spent.tokens, books.is_spent) == (13, 5200, True)


def test_what_is_spent_is_said_as_it_is() -> None:
    """A provider that does not keep to the bound has made it more than the budget."""
    books = account(tokens=5000)
    grant = books.grant(PRICED)
    assert grant
    books.settle(grant, Spend(20_000), NOTHING)
    said = (
        "The task has used 20000 of its 5000 tokens. The budget was passed by 15000: a call that has begun is paid for"
    )
    assert str(books.exceeded()).startswith(said)


def test_what_nobody_knows_counts_as_it_was_reserved() -> None:
    """And is told apart from what is known."""
    books = account(usd=0.09)
    grant = books.grant(PRICED)
    assert grant
    books.settle(grant, grant.reserved, grant.reserved)
    assert not books.is_spent
    last = books.grant(PRICED)
    assert last
    assert last.most == 607
    books.settle(last, Spend(700, 0.0071), NOTHING)
    said = "The task has used 0.007100 of its 0.09 USD, and perhaps 0.082920 more in calls whose cost is not known."
    assert str(books.exceeded()).startswith(said)


def test_what_costs_nothing_is_bounded_by_tokens_alone() -> None:
    """A model that is free, and no budget at all."""
    free = Wish(Spend(100), Spend(8192), 8192)
    assert account(usd=0.001).grant(free) == Grant(8192, Spend(8292))
    assert account().grant(PRICED) == Grant(8192, Spend(8292, pytest.approx(0.08292)))
