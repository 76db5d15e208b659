"""kill -9 at random moments, by a fixed seed: worker and web processes, their parents, the database and its parts."""

import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from tests.robust.live import READY, LiveNode

# How often each kind is hit among thirty; a parent takes its children with it.
TARGETS = {"worker": 10, "worker parent": 2, "web": 6, "web parent": 2, "backend": 7, "postmaster": 3}


def _candidates(live: LiveNode, target: str) -> list[psutil.Process]:
    match target:
        case "worker":
            return live.services["work"].tree()[1:]
        case "worker parent":
            return live.services["work"].tree()[:1]
        case "web":
            return live.services["serve"].tree()[1:]
        case "web parent":
            return live.services["serve"].tree()[:1]
        case "postmaster":
            return live.postgres()[:1]
        case _:
            return live.postgres()[1:]


@dataclass
class Killer:
    """Hits one process after another; tells what was hit and how long the node took to answer again."""

    live: LiveNode
    seed: int
    hit: Counter[str] = field(default_factory=Counter)
    back: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self.going = True
        self.failed: AssertionError | None = None

    def strike(self, target: str) -> None:
        """Kill one process of a kind."""
        until = time.monotonic() + READY
        while time.monotonic() < until:
            with suppress(psutil.NoSuchProcess, IndexError):
                victim = self._dice.choice(_candidates(self.live, target))
                victim.send_signal(signal.SIGKILL)
                self.hit[target] += 1
                return
            time.sleep(0.05)  # it is being started again: wait for it
        raise AssertionError(f"no {target} came back\n{self.live.words()}")

    def strikes(self, count: int, longest: float) -> None:
        """Kill `count` times, in a thread; after each let work go on for up to `longest` seconds, ready or not."""
        try:
            self._strikes(count, longest)
        except AssertionError as problem:
            self.failed = problem
        finally:
            self.going = False

    def _strikes(self, count: int, longest: float) -> None:
        order = [target for target, often in TARGETS.items() for _ in range(often)] * -(-count // 30)
        self._dice.shuffle(order)
        for target in order[:count]:
            self.strike(target)
            struck = time.monotonic()
            pause = self._dice.uniform(0.0, longest)
            if self._dice.random() < 0.5:
                self.live.until_ready()
                self.back.append(time.monotonic() - struck)
            time.sleep(pause)
