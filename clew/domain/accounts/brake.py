"""How much anonymous callers may try and have written down: a bounded number, whoever and however many they are."""

import ipaddress
import threading
import time
from collections import Counter

PER_ADDRESS, OVERALL, WINDOW = 20, 500, 600.0  # tries of one network, of all together, in so many seconds


class Brake:
    """Counts tries by the network they come from, in windows of ten minutes; keeps nothing longer."""

    def __init__(self, per_address: int = PER_ADDRESS, overall: int = OVERALL, window: float = WINDOW) -> None:
        self._limits = per_address, overall, window
        self._tries: Counter[str] = Counter()
        self._began = float("-inf")
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        """Count one more try and say whether it is within the limits."""
        per_address, overall, window = self._limits
        with self._lock:
            if (now := time.monotonic()) - self._began >= window:
                self._began = now
                self._tries.clear()
            network = _network(address)
            if self._tries[network] >= per_address or self._tries.total() >= overall:
                return False
            self._tries[network] += 1
            return True


def _network(address: str) -> str:
    """Return what one caller can choose among for free: one IPv4 address, or an IPv6 network of 64 bits."""
    try:
        told = ipaddress.ip_address(address)
        known = getattr(told, "ipv4_mapped", None) or told
        return str(ipaddress.ip_network(f"{known}/{64 if known.version == 6 else 32}", strict=False))
    except ValueError:
        return ""
