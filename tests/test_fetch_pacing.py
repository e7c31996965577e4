"""Turns: one exchange at a time per host, spaced by its delay, held by Retry-After. Order is asserted, not seconds."""

from __future__ import annotations

import asyncio
import itertools

from crawler.fetch.pacing import Pacer


def pacer(delay_s: float = 0.01, **others: float) -> Pacer:
    values: dict[str, float] = {"max_delay_s": 0.05, "hold_cap_s": 0.05, "budget_s": 10.0} | others
    return Pacer(delay_s, values["max_delay_s"], values["hold_cap_s"], values["budget_s"], 1000)


def test_a_host_is_asked_once_at_a_time_in_order_and_spaced() -> None:
    async def run() -> tuple[list[str], list[float]]:
        turns, said, times = pacer(0.03), [], []

        async def ask(name: str) -> None:
            async with turns.turn("a"):
                times.append(asyncio.get_running_loop().time())
                said.append(f"{name} begins")
                await asyncio.sleep(0.005)
                said.append(f"{name} ends")

        await asyncio.gather(*(ask(name) for name in "123"))
        return said, times

    said, times = asyncio.run(run())
    assert said == [f"{n} {what}" for n in "123" for what in ("begins", "ends")], "a small site would be hammered"
    assert all(later - earlier >= 0.03 for earlier, later in itertools.pairwise(times))


def test_hosts_do_not_wait_for_each_other() -> None:
    async def run() -> list[str]:
        turns, said = pacer(), []
        release = asyncio.Event()

        async def slow() -> None:
            async with turns.turn("slow"):
                await release.wait()
                said.append("slow")

        async def quick() -> None:
            async with turns.turn("quick"):
                said.append("quick")
            release.set()

        await asyncio.gather(slow(), quick())
        return said

    assert asyncio.run(run()) == ["quick", "slow"], "one slow host would stop the night"


def test_no_host_can_hold_us_for_a_day() -> None:
    async def run() -> None:
        turns = pacer(hold_cap_s=0.02)
        turns.hold("a", 86400)
        async with asyncio.timeout(5), turns.turn("a"):
            pass

    asyncio.run(run())


def test_crawl_delay_lengthens_but_never_shortens_and_is_capped() -> None:
    turns = pacer(0.01, max_delay_s=0.04)
    for asked_s, kept_s in ((0.0, 0.01), (0.02, 0.02), (3600, 0.04)):
        turns.slow("a", asked_s)
        assert turns._of("a").delay_s == kept_s


def test_a_host_that_brought_too_much_is_spent() -> None:
    turns = pacer()
    turns.spend("a", 1001)
    assert turns.is_spent("a")
    assert not turns.is_spent("b")


def test_a_failed_exchange_gives_its_turn_back() -> None:
    async def run() -> None:
        turns = pacer()
        for _ in range(2):
            try:
                async with turns.turn("a"):
                    raise RuntimeError
            except RuntimeError:
                pass
        assert turns.busy() == []

    asyncio.run(run())
