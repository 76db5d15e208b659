"""A card says where a model's weights come from, what they must hash to, and how pixels become their input.

A model is either one ONNX file that makes a vector of a picture (input, output), or several networks that are exported from
a package's weights on the operator's machine (export).
"""

import hashlib
import tomllib
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clew.kernel.errors import BadInput
from clew.media.opened import Pixels

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
Three = tuple[float, float, float]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """An installed Python package and a file in it; without a package, a file that the operator names.

    Where no sha256 is known, the operator's file is one made on the spot: its own hash is taken down when it is installed.
    A card with an export names the files there.
    """

    package: str = ""
    module: str = ""
    file: str = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    get: str


class Input(_Part):
    """One picture as the model wants it: `side` x `side` pixels, RGB."""

    name: str
    layout: Literal["NHWC", "NCHW"]
    type: Literal["uint8", "float32"]
    side: Annotated[int, Field(ge=16, le=1024)]


class Normalisation(_Part):
    """What is taken from each channel in 0..1, and by what it is divided then."""

    mean: Three
    deviation: Three


class Output(_Part):
    """The vector that comes out."""

    name: str
    size: Annotated[int, Field(ge=2, le=4096)]


class Weights(_Part):
    """One file of weights inside the package, and the network that is made from it."""

    name: Name
    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Export(_Part):
    """Networks to be made once by a program of clew/signals/models/recipes, in any Python where its needs are installed."""

    recipe: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    weights: Annotated[tuple[Weights, ...], Field(min_length=1)]

    @property
    def digest(self) -> str:
        """Return one SHA-256, in hex, that changes when any of the weights does."""
        return hashlib.sha256("".join(one.name + one.sha256 for one in self.weights).encode()).hexdigest()


class Card(_Part):
    """One model. `version` differs among the cards of one purpose: it becomes the version of their signals."""

    name: Name
    version: Annotated[int, Field(ge=1, lt=1000)]
    purpose: Name
    says: str
    licence: Annotated[str, Field(min_length=3)]
    source: Source
    input: Input | None = None
    normalisation: Normalisation | None = None
    output: Output | None = None
    export: Export | None = None

    @property
    def ends(self) -> tuple[Input, Output]:
        """Return what goes into a model that makes vectors and what comes out; raise BadInput for another."""
        if self.input is None or self.output is None:
            raise BadInput(f"{self.name} makes no vectors of pictures.")
        return self.input, self.output

    def prepared(self, pixels: Pixels) -> NDArray[Any]:
        """Return (height, width, 3) pixels as a batch of one, squeezed to the card's square."""
        wanted, _ = self.ends
        side = wanted.side
        picture = np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BILINEAR))
        batch: NDArray[Any] = picture[None]
        if wanted.type == "float32":
            batch = batch.astype(np.float32) / 255
            if self.normalisation is not None:
                mean, deviation = np.array((self.normalisation.mean, self.normalisation.deviation), np.float32)
                batch = (batch - mean) / deviation
        return batch if wanted.layout == "NHWC" else np.ascontiguousarray(batch.transpose(0, 3, 1, 2))


def read_card(text: str) -> Card:
    """Return the card of a TOML text; raise BadInput with what is wrong with it."""
    try:
        card = Card.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise BadInput(f"This model card cannot be used: {problem}") from problem
    _check(card)
    return card


def _check(card: Card) -> None:
    source = card.source
    if (card.export is None) != (card.input is not None and card.output is not None):
        raise BadInput("A card says what goes into its model and what comes out, or how its networks are exported.")
    if card.export is not None and (not source.module or source.file or source.sha256):
        raise BadInput("A card with an export names the package and module in its source, and each file and sha256 below it.")
    if card.export is None and (
            bool(source.package) != bool(source.module and source.file) or (source.package and not source.sha256)):
        raise BadInput("A card names a package with its module, file and sha256, or a file of the operator's alone.")
    if card.normalisation is not None and card.input is not None and card.input.type == "uint8":
        raise BadInput("A card whose input is uint8 leaves the normalisation to the model.")
