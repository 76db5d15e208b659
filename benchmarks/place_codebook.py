"""Make clew/signals/places/codebook.npz: `python -m benchmarks.place_codebook`. Needs the model: `clew models install xfeat`.

Learned from drawn rooms, streets and pictures of seeds that no figure uses, and from the tuning half's photographs.
"""

import argparse
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.place_pairs import drawn, others, pictures, pixels
from clew.demo.shots.many import rendered_pictures
from clew.media.opened import Pixels
from clew.signals.models import session
from clew.signals.places.compact import summed
from clew.signals.places.network import maps_of
from clew.signals.places.points import Floats, find

TARGET = Path(__file__).resolve().parents[1] / "clew" / "signals" / "places" / "codebook.npz"
GROUPS, SIZE, ROUNDS, SEED, A_PICTURE = 64, 256, 25, 11, 200


def shown() -> Iterator[Pixels]:
    """Yield the pictures that are learned from."""
    for seed in range(300, 312):
        for data in rendered_pictures(50, seed=seed):
            yield np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    for seed in range(9000, 9050):
        yield from (pixels(drawn("room", seed, seed, stand, seed % 3)) for stand in (0, 1, 2))
    for seed in range(9000, 9025):
        yield from (pixels(drawn("street", seed, seed, stand, seed % 3)) for stand in (0, 1, 3))
    yield from (pixels(one) for one in (*pictures("tuning"), *others("tuning")))


def grouped(rows: Floats, count: int, chance: np.random.Generator) -> Floats:
    """Return `count` centroids of length one."""
    centroids = rows[chance.permutation(len(rows))[:count]].copy()
    for _ in range(ROUNDS):
        member = (rows @ centroids.T).argmax(axis=1)
        for number in range(count):
            own = rows[member == number]
            centroids[number] = own.mean(axis=0) if len(own) else rows[chance.integers(len(rows))]
        centroids /= np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), 1e-9)
    return centroids


def reduced(sums: Floats, size: int) -> tuple[Floats, Floats]:
    """Return the middle of the sums and the axes (k * d, size) along which they vary most, evened out halfway."""
    middle = sums.mean(axis=0)
    _, strength, axes = np.linalg.svd(sums - middle, full_matrices=False)
    kept = axes[:size] / np.sqrt(np.maximum(strength[:size, None] / strength[0], 0.05))
    return middle, np.ascontiguousarray(kept.T, np.float32)


def write(into: Path, centroids: Floats, middle: Floats, axes: Floats) -> None:
    """Write the codebook: the axes in 8 bits a number, with a scale for each."""
    scale = np.abs(axes).max(axis=0) / 127
    with into.open("wb") as file:
        np.savez_compressed(file, centroids=centroids.astype(np.float16), middle=middle.astype(np.float16),
                            axes=np.rint(axes / scale).astype(np.int8), scale=scale.astype(np.float32))


def main() -> None:
    """Learn and write the codebook."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--into", type=Path, default=TARGET)
    asked = reader.parse_args()
    chance, maps = np.random.default_rng(SEED), maps_of(session.networks("place"))
    found = [points.descriptors for one in shown() if (points := find(one, maps)) is not None]
    rows = np.concatenate([one[chance.permutation(len(one))[:A_PICTURE]] for one in found])
    centroids = grouped(rows, GROUPS, chance)
    middle, axes = reduced(np.stack([summed(one, centroids) for one in found]), SIZE)
    write(asked.into, centroids, middle, axes)
    print(f"{len(found)} pictures, {len(rows)} descriptors, {asked.into.stat().st_size} bytes")


if __name__ == "__main__":
    main()
