import numpy as np
import pytest

from clew.kernel.errors import BadInput
from clew.signals.models.card import read_card
from clew.signals.models.registry import cards, get_card

OWN = """
name = "own"
version = 7
purpose = "likeness"
says = "A model of a test."
licence = "MIT"
[source]
get = "make it"
[input]
name = "in"
layout = "NCHW"
type = "float32"
side = 16
[normalisation]
mean = [0.5, 0.5, 0.5]
deviation = [0.25, 0.5, 1.0]
[output]
name = "out"
size = 4
"""
HASH = "ab" * 32
PACKAGE = f'package = "p"\nmodule = "m"\nfile = "f.onnx"\nsha256 = "{HASH}"\nget = "make it"'


def test_a_picture_becomes_what_the_card_asks_for() -> None:
    pixels = np.zeros((40, 20, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = 255, 51
    batch = read_card(OWN).prepared(pixels)
    assert (batch.shape, batch.dtype) == ((1, 3, 16, 16), np.float32)
    assert np.allclose(batch[0, :, 3, 5], [2.0, -0.6, -0.5], atol=1e-6)


def test_a_model_that_normalises_itself_gets_bytes() -> None:
    text = OWN.replace('"NCHW"', '"NHWC"').replace("float32", "uint8")
    without = text[:text.index("[normalisation]")] + text[text.index("[output]"):]
    batch = read_card(without).prepared(np.full((9, 30, 3), 77, np.uint8))
    assert (batch.shape, batch.dtype, batch.min(), batch.max()) == ((1, 16, 16, 3), np.uint8, 77, 77)
    with pytest.raises(BadInput, match="leaves the normalisation to the model"):
        read_card(text)


@pytest.mark.parametrize(("old", "new", "says"), [
    ('name = "own"', 'name = "../own"', "name"),
    ("version = 7", "version = 0", "version"),
    ("version = 7", "version = 1000", "version"),
    ('licence = "MIT"', "", "licence"),
    ('licence = "MIT"', 'licence = ""', "licence"),
    ("side = 16", "side = 100000", "side"),
    ('"NCHW"', '"CHWN"', "layout"),
    ('says = "A model of a test."', 'says = "x"\ncolour = "red"', "colour"),
    ('get = "make it"', 'get = "make it"\npackage = "p"', "names a package with its module"),
    ('get = "make it"', PACKAGE.replace(f'sha256 = "{HASH}"', ""), "names a package with its module"),
    ('get = "make it"', PACKAGE.replace('package = "p"', ""), "names a package with its module"),
    ('get = "make it"', PACKAGE.replace(HASH, HASH[:-1]), "sha256"),
    ("[output]", "[output", "cannot be used"),
])
def test_a_card_that_does_not_say_everything_is_refused(old: str, new: str, says: str) -> None:
    assert old in OWN
    with pytest.raises(BadInput, match=says.replace("[", r"\[")):
        read_card(OWN.replace(old, new))


def test_a_card_may_name_a_package() -> None:
    assert read_card(OWN.replace('get = "make it"', PACKAGE)).source.sha256 == HASH


EXPORT = OWN[:OWN.index("[source]")] + f"""
[source]
package = "p"
module = "m"
get = "make it"
[export]
recipe = "r"
[[export.weights]]
name = "points"
file = "f.pt"
sha256 = "{HASH}"
"""


def test_a_card_may_have_its_networks_exported() -> None:
    card = read_card(EXPORT)
    assert card.export is not None
    assert card.export.weights[0].sha256 == HASH
    other = read_card(EXPORT.replace(HASH, "cd" * 32)).export
    assert other is not None
    assert other.digest != card.export.digest
    with pytest.raises(BadInput, match="makes no vectors"):
        card.prepared(np.zeros((9, 9, 3), np.uint8))


@pytest.mark.parametrize(("old", "new", "says"), [
    ('module = "m"\n', "", "each file and sha256 below it"),
    ('get = "make it"', f'file = "x"\nsha256 = "{HASH}"\nget = "make it"', "each file and sha256 below it"),
    ('[export]\nrecipe = "r"\n', "", "cannot be used"),
    ('recipe = "r"', 'recipe = "../r"', "recipe"),
    ("[export]", '[output]\nname = "o"\nsize = 4\n[input]\nname = "i"\nlayout = "NCHW"\ntype = "uint8"\nside = 16\n[export]',
     "or how its networks are exported"),
])
def test_an_export_that_does_not_say_everything_is_refused(old: str, new: str, says: str) -> None:
    assert old in EXPORT
    with pytest.raises(BadInput, match=says):
        read_card(EXPORT.replace(old, new))


def test_the_cards_of_one_purpose_have_different_versions() -> None:
    assert {"sscd", "sscd-distilled", "likeness-own"} <= {card.name for card in cards()}
    marks = [(card.purpose, card.version) for card in cards()]
    assert len(set(marks)) == len(marks)
    assert len({card.name for card in cards()}) == len(cards())


def test_no_weights_lie_beside_the_cards() -> None:
    from importlib.resources import files  # noqa: PLC0415

    assert {one.name.rpartition(".")[2] for one in files("clew.signals").joinpath("cards").iterdir()} == {"toml"}


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(BadInput, match="sscd"):
        get_card("clip")
