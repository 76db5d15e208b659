"""The ids of triage and the English sentence of each: orders, fields, packaged categories, what the grid says."""


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for "translate later")
    """Mark a sentence for the catalogues."""
    return message


ORDER = {
    "arrival": N_("Arrival"),
    "unseen": N_("Unseen first"),
    "uncategorised": N_("Not categorised first"),
    "priority": N_("Priority"),
    "taken": N_("Time taken"),
    "camera": N_("Camera"),
    "place": N_("Place"),
    "size": N_("Size"),
    "length": N_("Length"),
    "likeness": N_("Likeness to one exhibit"),
}
FACET = {
    "category": N_("Category"),
    "kind": N_("Kind"),
    "state": N_("State"),
    "stacked": N_("Stacks"),
    "seen": N_("Seen by me"),
    "judged": N_("Judged"),
    "linked": N_("Links"),
    "camera": N_("Camera"),
    "year": N_("Year taken"),
    "place": N_("Place"),
    "size": N_("Size"),
    "length": N_("Length"),
    "format": N_("Format"),
    "contribution": N_("Contribution"),
}
FLAG = {
    "place yes": N_("with a place"),
    "place no": N_("without a place"),
    "stacked yes": N_("in a stack"),
    "stacked no": N_("alone"),
    "seen yes": N_("seen"),
    "seen no": N_("not seen yet"),
    "judged yes": N_("judged"),
    "judged no": N_("not judged"),
    "linked yes": N_("with links"),
    "linked no": N_("without links"),
}
CATEGORY = {
    "Non-pertinent": N_("Non-pertinent"),
    "Child abuse material": N_("Child abuse material"),
    "Exploitive or age-difficult": N_("Exploitive or age-difficult"),
    "CGI or animation": N_("CGI or animation"),
    "Comparison image": N_("Comparison image"),
    "Not categorised": N_("Not categorised"),
}
GRID = {
    "gone": N_("no longer in sight"),
    "loading": N_("not loaded yet"),
    "covered": N_("decided: hidden"),
    "none": N_("not categorised"),
    "stack": N_("stack: {n}"),
    "links": N_("links: {n}"),
    "total": N_("Exhibits: {n}"),
    "chosen": N_("chosen: {n}"),
    "said": N_("Categorised: {n}"),
    "undone": N_("Taken back: {n}"),
    "redone": N_("Done again: {n}"),
    "running": N_("{done} of {total} done"),
    "stopped": N_("Stopped before the end."),
    "nothing_to_undo": N_("Nothing to take back."),
    "nothing_to_redo": N_("Nothing to do again."),
    "failed": N_("This did not work. What is shown is what the node knows; try again."),
    "unknown": N_("not known"),
    "no length": N_("no length"),
    "below": N_("below {edge}"),
    "from": N_("{edge} and more"),
}

TRIAGE = {"order": ORDER, "facet": FACET, "flag": FLAG, "category": CATEGORY, "grid": GRID}
