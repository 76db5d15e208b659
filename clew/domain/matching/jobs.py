"""Every job of the worker by its name: all of them may run twice, none of them shows anything to anybody."""

from collections.abc import Callable, Mapping
from typing import Any

from clew.domain.matching.describe import describe
from clew.domain.matching.match import match
from clew.domain.matching.search import search
from clew.domain.matching.stacks import stack

JOBS: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "describe": describe, "match": match, "search": search, "stack": stack}
