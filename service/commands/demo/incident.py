"""The log of the demo: one night of a small shop, in which four different things go wrong.

Made on the spot and the same each time. It knows nothing of how errors are found.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

NAME = "shop.log"
LINES = 60_000

_BEGINS = datetime(2026, 11, 26, 0, 0, 0)
_PATHS = ("/", "/cart", "/checkout", "/search?q=lamp", "/product/{}", "/account/orders", "/healthz")

_POOL = (
    "ERROR shop.checkout: order {order} was not saved",
    "Traceback (most recent call last):",
    '  File "/srv/shop/checkout.py", line 88, in save_order',
    "    with sessions.begin() as session:",
    '  File "/srv/shop/database.py", line 31, in begin',
    "    connection = pool.connect(timeout=30)",
    "sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00",
)
_POSTCODE = (
    "ERROR shop.shipping: no price for order {order}",
    "Traceback (most recent call last):",
    '  File "/srv/shop/shipping.py", line 142, in price_of',
    "    zone = zones[address['postcode'][:2]]",
    "KeyError: 'postcode'",
)
_GATEWAY = (
    "ERROR shop.payment: the card of order {order} was not charged",
    "Traceback (most recent call last):",
    '  File "/srv/shop/payment.py", line 57, in charge',
    "    reply = gateway.post('/charges', json=charge, timeout=10)",
    "ConnectionResetError: [Errno 104] Connection reset by peer",
)
_MEMORY = (
    "CRITICAL shop.worker: worker 3 ends",
    "Traceback (most recent call last):",
    '  File "/srv/shop/reports.py", line 19, in nightly',
    "    rows = list(orders.export(everything=True))",
    "MemoryError",
)
_FAULTS = ((_POOL, 412), (_POSTCODE, 37), (_GATEWAY, 9), (_MEMORY, 1))


def make_log(lines: int = LINES) -> str:
    """The log, `lines` lines long (at least some 3,000, which its errors take)."""
    random = Random(55)
    faults = [fault for fault, count in _FAULTS for _ in range(count)]
    random.shuffle(faults)
    calm = lines - sum(map(len, faults))
    after = sorted(random.randrange(calm) for _ in faults)
    written: list[str] = []
    times = _times(random)
    for number in range(calm):
        written.append(f"{next(times)} INFO shop.web: {_request(random)}")
        while after and after[0] == number:
            after.pop(0)
            first, *rest = faults.pop()
            written += [f"{next(times)} {first.format(order=random.randrange(10_000, 99_999))}", *rest]
    return "\n".join(written) + "\n"


def _times(random: Random) -> Iterator[str]:
    now = _BEGINS
    while True:
        now += timedelta(milliseconds=random.randrange(50, 900))
        yield f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03}"


def _request(random: Random) -> str:
    path = random.choice(_PATHS).format(random.randrange(1000))
    return f"GET {path} 200 in {random.randrange(3, 190)} ms"
