"""Write the files of a planned world case by case and keep the truth about what belongs together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from clew.demo.scenes.colours import chance
from clew.demo.shots.edits import EDITS
from clew.demo.shots.films import Cut, PictureCut, write_film
from clew.demo.shots.sounds import sound, write_sound
from clew.demo.shots.sources import Kind, Source, photographed
from clew.demo.world_plan import FILMS, PICTURES, STILLS, AgencyPlan, CasePlan, FilePlan, Relation

Step = Callable[[], None]
SOUNDS = ("wav", "flac", "mp3", "opus")


@dataclass(frozen=True)
class Truth:
    """Two files (paths below the world's folder) and how they belong together; look-alikes must not match."""

    first: str
    second: str
    relation: Relation


@dataclass
class Builder:
    """The files being written: `steps` run one after the other; `truth` and files grow while planning."""

    folder: Path
    agencies: list[AgencyPlan]
    scale: int = 1
    truth: list[Truth] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    originals: dict[str, list[tuple[str, Source]]] = field(default_factory=dict)

    def plan(self) -> None:
        """Lay down every file and relation; nothing is drawn yet."""
        films: dict[str, str] = {}
        for number, (_, case) in enumerate(self.cases()):
            self._originals(case)
            films[case.reference] = self._film(
                case, f"DCIM/VID_{number + 1:04d}.mp4", [*self._own_cuts(case)], number
            )
            self._sound(
                case, f"audio/REC_{number + 1:03d}.{SOUNDS[number % 4]}", 100 + number, 9.0 + number % 4
            )
        self._look_alikes()
        self._copies()
        self._shared_films(films)
        self._shared_sounds()

    def cases(self) -> Iterator[tuple[AgencyPlan, CasePlan]]:
        """Every case with its agency."""
        for agency in self.agencies:
            for case in agency.cases:
                yield agency, case

    def _case(self, reference: str) -> tuple[AgencyPlan, CasePlan]:
        return next(pair for pair in self.cases() if pair[1].reference == reference)

    def _add(self, case: CasePlan, name: str, kind: Literal["picture", "film", "sound"], subject: str) -> str:
        agency = next(a for a, c in self.cases() if c is case)
        path = f"{agency.code}/{case.reference}/{name}"
        case.files.append(FilePlan(path, kind, subject))
        return path

    def write(self, path: str, content: bytes) -> None:
        """Put bytes at a path of the world."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def _sources(self, case: CasePlan) -> Iterator[Source]:
        """What was photographed in a case; a larger scale adds rooms."""
        camera = chance(*case.reference.encode(), 81).integers(0, 5, 2)
        extra = tuple((1000 * k + s, 1000 * k + d) for k in range(1, self.scale) for s, d in case.rooms)
        wanted: list[tuple[Kind, tuple[tuple[int, int], ...], int]] = [
            ("room", case.rooms + extra, 4),
            ("street", case.streets, 3),
            ("still", case.stills, 3),
            ("cloth", tuple((d, d) for d in case.cloths), 2),
        ]
        for kind, scenes, views in wanted:
            for number, (shape, dress) in enumerate(scenes):
                for stand in range(views):
                    yield Source(kind, shape, dress, stand, int(camera[number % 2]))

    def _photograph(self, path: str, source: Source) -> None:
        """Write the picture of a source."""
        self.write(path, photographed(source))

    def _originals(self, case: CasePlan) -> None:
        known = self.originals.setdefault(case.reference, [])
        first = int(chance(*case.reference.encode(), 82).integers(100, 4000))
        for number, source in enumerate(self._sources(case)):
            folder = "DCIM/100CAM" if source.kind in {"room", "still"} else "DCIM/101CAM"
            path = self._add(case, f"{folder}/IMG_{first + number:04d}.jpg", "picture", source.kind)
            known.append((path, source))
            self.steps.append(partial(self._photograph, path, source))

    def _look_alikes(self) -> None:
        """The same shape from the same stand in another dress."""
        every = [pair for pairs in self.originals.values() for pair in pairs]
        for k, (path, one) in enumerate(every):
            for other_path, other in every[k + 1 :]:
                alike = (one.kind, one.shape, one.stand) == (other.kind, other.shape, other.stand)
                if alike and one.dress != other.dress and one.kind != "cloth":
                    self.truth.append(Truth(path, other_path, "look-alike"))

    def _copies(self) -> None:
        """Edited copies by the plan; each origin case gives its pictures out in turn."""
        given: dict[str, int] = {}
        for overlap in PICTURES:
            _, case = self._case(overlap.other)
            for relation in overlap.edits:
                turn = given.get(overlap.origin, 0)
                given[overlap.origin] = turn + 1
                path, source = self.originals[overlap.origin][turn * 3 % len(self.originals[overlap.origin])]
                name = f"downloads/{chance(turn, *path.encode(), 83).integers(16**7, 16**8):x}.jpg"
                made = self._add(case, name, "picture", source.kind)
                self.truth.append(Truth(path, made, relation))
                self.steps.append(partial(self._edit, path, made, relation))

    def _edit(self, path: str, made: str, relation: Relation) -> None:
        """Write the edited copy of a file that is already there."""
        self.write(made, EDITS[relation]((self.folder / path).read_bytes()))

    def _film(
        self, case: CasePlan, name: str, cuts: list[Cut | PictureCut], seed: int, **how: int | tuple[int, int]
    ) -> str:
        path = self._add(case, name, "film", "takes")

        def step() -> None:
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            seconds = sum(cut.seconds for cut in cuts)
            write_film(target, cuts, sound(seed, seconds), **how)  # type: ignore[arg-type]

        self.steps.append(step)
        return path

    def _own_cuts(self, case: CasePlan) -> list[Cut]:
        """The takes of a case's own film: a room and another scene."""
        sources = [source for _, source in self.originals[case.reference] if source.kind != "cloth"]
        return [Cut(sources[0], 0.0, 6.5), Cut(sources[-2], 0.0, 3.5)]

    def _shared_films(self, films: dict[str, str]) -> None:
        """Films that hold a piece of another case's film or show a picture of another case."""
        for number, (origin, other) in enumerate(FILMS):
            self._segment(number, origin, other, films)
        for number, (origin, other) in enumerate(STILLS):
            path, _ = self.originals[origin][5]
            _, case = self._case(other)
            take = Cut(self._own_cuts(case)[1].source, 1.0, 4.0)
            cuts: list[Cut | PictureCut] = [take, PictureCut(self.folder / path, 5.0)]
            made = self._film(case, f"downloads/slides_{number + 1}.mp4", cuts, 60 + number, size=(640, 480))
            self.truth.append(Truth(path, made, "still-in-film"))

    def _segment(self, number: int, origin: str, other: str, films: dict[str, str]) -> None:
        """A film of the other case that holds 6 s of the origin's first take, between takes of its own."""
        (_, one), (_, two) = self._case(origin), self._case(other)
        taken, own = self._own_cuts(one)[0], self._own_cuts(two)
        cuts: list[Cut | PictureCut] = [
            Cut(own[1].source, 4.0, 2.5),
            Cut(taken.source, 0.5, 6.0),
            Cut(own[1].source, 8.0, 2.5),
        ]
        made = self._film(
            two,
            f"downloads/clip_{number + 1}.mp4",
            cuts,
            40 + number,
            rate=12 if number % 2 else 14,
            quality=32,
        )
        self.truth.append(Truth(films[origin], made, "segment"))

    def _sound(self, case: CasePlan, name: str, seed: int, seconds: float, start: float = 0.0) -> str:
        path = self._add(case, name, "sound", "sound")

        def step() -> None:
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            write_sound(target, sound(seed, start + seconds)[round(start * 48_000) :])

        self.steps.append(step)
        return path

    def _shared_sounds(self) -> None:
        """The recording of XA's first case, recompressed in one case and in part in another."""
        original = next(f.path for f in self._case("XA-2024-017")[1].files if f.kind == "sound")
        again = self._sound(self._case("XB-24-0112")[1], "downloads/voice_memo.mp3", 100, 9.0)
        part = self._sound(self._case("XC-2024-55")[1], "downloads/part.opus", 100, 6.0, 2.0)
        self.truth += [Truth(original, again, "recompressed"), Truth(original, part, "segment")]
