"""Triage: a selection with what it could be narrowed by, the keys that decide, saved views, priorities and profiles."""

from dataclasses import dataclass

from clew.web.views.shell import Choice


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a field: its words, whether they are an identifier, how many exhibits, and the address it leads to."""

    label: str
    ident: bool
    exhibits: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class FacetRow:
    """One field with its values, those with most exhibits first; `more` were left out."""

    name: str
    label: str
    values: tuple[FacetValue, ...]
    chosen: bool
    more: int = 0


@dataclass(frozen=True, slots=True)
class FacetsView:
    """All fields of a selection and how many exhibits it holds; `with_links` leads to linked ones not counted yet."""

    total: int
    facets: tuple[FacetRow, ...]
    everything: str
    with_links: str = ""


@dataclass(frozen=True, slots=True)
class CodeView:
    """One code of a profile and its label."""

    code: int
    label: str
    means_none: bool = False


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A category profile. own: this agency's to change; chosen: the one it works with."""

    id: str
    name: str
    own: bool
    chosen: bool
    codes: tuple[CodeView, ...]


@dataclass(frozen=True, slots=True)
class SavedViewRow:
    """A selection under a name."""

    id: str
    name: str
    address: str
    own: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class TriageView:
    """The page of a selection. `asked` is the selection as JSON; `words` and `codes` are JSON for the grid.

    `orders` are the sort orders; `folded` says whether stacks are shown as one; `selection` is one that was handed out.
    """

    case_id: str
    reference: str
    asked: str
    address: str
    counts: FacetsView
    orders: tuple[Choice, ...]
    folded: bool
    fold_address: str
    profile: ProfileView
    codes: str
    words: str
    views: tuple[SavedViewRow, ...]
    selection: str = ""
    may_decide: bool = True


@dataclass(frozen=True, slots=True)
class PriorityRow:
    """One rule: its name, what it asks for in words, and how many exhibits of the case it takes."""

    name: str
    asks: str
    exhibits: int


@dataclass(frozen=True, slots=True)
class PrioritiesView:
    """An agency's rules of what comes first, with their effect on one case."""

    case_id: str
    reference: str
    rules: tuple[PriorityRow, ...]
    rest: int


@dataclass(frozen=True, slots=True)
class ProfilesView:
    """The category profiles of an agency; what was typed into a refused form comes back."""

    profiles: tuple[ProfileView, ...]
    typed: ProfileView | None = None
