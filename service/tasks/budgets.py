"""What a task may spend, what it has spent, and what its calls in flight may still spend.

Pure. A call reserves all that it may use, and gives back what it did not: a budget is not passed by many calls at once.
A call of unknown cost keeps its whole reservation. Knows neither asyncio nor what a call is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from service.errors import BudgetExceeded
from service.strategies.interface import Budget

LEAST_TOKENS = 256
"""An answer is not bounded to less for the sake of a budget: it would be paid for, and of no use."""

LEAST_USD = 0.0000005
"""Less is not told: it is no digit that is shown."""

NO_BUDGET = Budget()
REMEDY = "To go on, retry it with a budget (`retryTask`)."


@dataclass(frozen=True, slots=True)
class Spend:
    """Tokens, read and written, and USD."""

    tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: Spend) -> Spend:
        return Spend(self.tokens + other.tokens, self.usd + other.usd)

    def __sub__(self, other: Spend) -> Spend:
        return Spend(self.tokens - other.tokens, self.usd - other.usd)


NOTHING = Spend()


@dataclass(frozen=True, slots=True)
class Wish:
    """A call that is to be made: what its prompt costs, and what an answer of `most` tokens, the longest, costs."""

    prompt: Spend
    answer: Spend
    most: int

    def of(self, tokens: int) -> Spend:
        """What the call costs with an answer of so many tokens."""
        return Spend(self.prompt.tokens + tokens, self.prompt.usd + self.answer.usd * tokens / max(self.most, 1))


@dataclass(frozen=True, slots=True)
class Grant:
    """A call that may be made: the most tokens of its answer, and what is reserved for it."""

    most: int
    reserved: Spend


class Account:
    """The budget of one task. `spent` is what is used up by now, `unknown` the part of it that is only reserved, for
    calls whose cost nobody knows."""

    def __init__(self, budget: Budget, spent: Spend, unknown: Spend) -> None:
        self._most = budget
        self.spent = spent
        self.unknown = unknown
        self._reserved = Spend()
        self.in_flight = 0

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left, whatever the calls in flight will use."""
        tokens, usd = self._left()
        return tokens <= 0 or usd <= 0

    def grant(self, wish: Wish) -> Grant | None:
        """Reserve what a call may use, where it is left beside what is reserved; None: not now.

        When nothing is in flight and something is left, a call goes: its answer is bounded to what is left, though not
        below `LEAST_TOKENS`.
        """
        most = self._fitting(wish)
        if most < wish.most:
            if self.in_flight or self.is_spent:
                return None
            most = min(wish.most, max(most, LEAST_TOKENS))
        grant = Grant(most, wish.of(most))
        self._reserved += grant.reserved
        self.in_flight += 1
        return grant

    def settle(self, grant: Grant, used: Spend, unknown: Spend) -> None:
        """The call is over, and used this much; `unknown` of it is only what it may have used."""
        self._reserved -= grant.reserved
        self.in_flight -= 1
        self.spent += used
        self.unknown += unknown

    def exceeded(self) -> BudgetExceeded:
        """Why no further call is made, with what is used by now."""
        most, spent, unknown = self._most, self.spent, self.unknown
        if most.tokens is not None and (most.cost_usd is None or spent.tokens >= most.tokens):
            said = f"{spent.tokens - unknown.tokens} of its {most.tokens} tokens"
            more = str(unknown.tokens) if unknown.tokens else ""
            over = spent.tokens - unknown.tokens - most.tokens
            passed = str(over) if over > 0 else ""
        else:
            said = f"{spent.usd - unknown.usd:.6f} of its {most.cost_usd or 0:g} USD"
            more = f"{unknown.usd:.6f}" if unknown.usd else ""
            beyond = spent.usd - unknown.usd - (most.cost_usd or 0.0)
            passed = f"{beyond:.6f}" if beyond >= LEAST_USD else ""
        doubt = f", and perhaps {more} more in calls whose cost is not known" if more else ""
        why = f" The budget was passed by {passed}: a call that has begun is paid for to its end." if passed else ""
        return BudgetExceeded(f"The task has used {said}{doubt}.{why}", remedy=REMEDY)

    def _left(self) -> tuple[float, float]:
        """Tokens and USD that are not used."""
        most, spent = self._most, self.spent
        tokens = inf if most.tokens is None else most.tokens - spent.tokens
        return tokens, inf if most.cost_usd is None else most.cost_usd - spent.usd

    def _fitting(self, wish: Wish) -> int:
        """The tokens of the longest answer that is left for a call, beside what is reserved."""
        tokens, usd = self._left()
        fitting = tokens - self._reserved.tokens - wish.prompt.tokens
        usd -= self._reserved.usd + wish.prompt.usd
        if wish.answer.usd > 0:
            fitting = min(fitting, usd / wish.answer.usd * wish.most)
        elif usd < 0:
            fitting = 0.0
        return int(max(0.0, min(fitting, wish.most)))
