"""How much memory there is for a model, and how much for one more process."""

import os
from pathlib import Path

_CONTROL_GROUP = Path("/sys/fs/cgroup")


def _meminfo() -> dict[str, int]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {name: int(rest.split()[0]) * 1024 for name, rest in (x.split(":") for x in lines)}


def total_memory() -> int | None:
    """Return the bytes of memory that the machine has, None where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def free_memory() -> int | None:
    """Return the bytes that this process may still take, None where the system does not say.

    On Linux it is what is available without swapping, or what a container's limit leaves.
    """
    try:
        free = _meminfo()["MemAvailable"]
    except (OSError, KeyError, ValueError):
        return None
    try:
        limit, used = (
            int((_CONTROL_GROUP / name).read_text()) for name in ("memory.max", "memory.current")
        )
    except (OSError, ValueError):  # no limit is written as "max"
        return free
    return min(free, limit - used)


def device_memory() -> int | None:
    """Return the bytes that MLX may take on this machine's device, None where nothing says.

    What a GPU holds already is not taken off.
    """
    from .blas import backend

    if backend() == "cpu":
        return free_memory()
    import mlx.core as mx

    facts = mx.device_info()
    size = facts.get("max_recommended_working_set_size") or facts.get("memory_size")
    return int(size) if size else None
