"""Cases, overlap, links, judgements and searches."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from clew.cli.client import case_id, client, managed_case_id, told_id
from clew.cli.officers import Json
from clew.cli.output import Stillness, careful, emit, say, show
from clew.kernel.errors import BadInput, Refused

case = typer.Typer(help="Cases.", no_args_is_help=True)
ANSWERS = ("positive", "negative", "unsure")
Ref = Annotated[str, typer.Option("--case", help="Reference of the case, AGENCY/reference, or its id.")]


def _print(found: Any, columns: list[str], *, as_json: bool, empty: str) -> None:
    if as_json:
        emit(found)
    else:
        show(found, columns, empty=empty)


@case.command("new")
@careful
def new(reference: Annotated[str, typer.Argument(help="For example 2026-0417.")],
        title: Annotated[str, typer.Option()] = "", contact: Annotated[str, typer.Option()] = "",
        as_json: Json = False) -> None:
    """Open a case of your agency."""
    made = client().ask("POST", "/cases", json={"reference": reference, "title": title, "contact": contact})
    if as_json:
        emit(made)
    else:
        say(f"Opened {made['reference']}. Next: clew ingest FOLDER --case {made['reference']}")


@case.command("list")
@careful
def list_cases(managed: Annotated[bool, typer.Option(
                   "--managed", help="Those whose policy you may set, the next to expire first.")] = False,
               as_json: Json = False) -> None:
    """List the cases in your sight."""
    if managed:
        found = client().ask_all("/managed-cases")
        _print(found if as_json else [one | one["policy"] | {"id": one["case_id"]} for one in found],
               ["reference", "audience_kind", "audience", "deny", "hits", "expires", "id"],
               as_json=as_json, empty="There are no cases whose policy you may set.")
        return
    _print(client().ask_all("/cases"), ["reference", "title", "agency_code", "country", "exhibits", "expires", "id"],
           as_json=as_json, empty="No cases yet. Open one with: clew case new REFERENCE")


@case.command("show")
@careful
def show_case(reference: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
    """Show one case with its contributions and, for those who may set it, its policy."""
    one = case_id(reference)
    found = {"case": client().ask("GET", f"/cases/{one}")}
    if found["case"]["own"]:
        found["contributions"] = client().ask_all(f"/cases/{one}/contributions")
    if found["case"]["managed"]:
        found["policy"] = client().ask("GET", f"/cases/{one}/policy")
    if as_json:
        emit(found)
        return
    for key, value in found["case"].items():
        say(f"{key:12} {value}")
    for one in found.get("contributions", []):
        say(f"contribution {one['contribution']['id']}: {one['files']} files, {one['waiting']} waiting, "
            f"{one['refused']} refused, {one['in_depth']} of {one['matched']} looked at in depth. "
            f"{one['contribution']['source']}")
    for line in found.get("policy", {}).get("reasons", []):
        say(f"policy       {line['message']} {', '.join(line['names'])}")


@case.command("policy")
@careful
def policy(reference: Annotated[str, typer.Argument()],
           audience: Annotated[list[str] | None, typer.Option(
               help="own, network, or agency codes and country:XA (repeat).")] = None,
           deny: Annotated[list[str] | None, typer.Option(help="Agency codes and country:XA (repeat); '-' for none.")] = None,
           team: Annotated[list[str] | None, typer.Option(help="agency, or logins (repeat).")] = None,
           hits: Annotated[str, typer.Option(help="contact or owner-first.")] = "",
           conditions: Annotated[str | None, typer.Option()] = None,
           expires: Annotated[str, typer.Option(help="YYYY-MM-DD, at most five years ahead.")] = "",
           as_json: Json = False) -> None:
    """Show or set who may know of a case; what is not given stays as it is."""
    one = managed_case_id(reference)
    known = client().ask("GET", f"/cases/{one}/policy")["policy"]
    wanted = dict(known)
    if audience is not None:
        word = audience[0] if len(audience) == 1 and audience[0] in {"own", "network"} else "listed"
        wanted |= {"audience_kind": word, "audience": audience if word == "listed" else []}
    if deny is not None:
        wanted["deny"] = [code for code in deny if code != "-"]
    if team is not None:
        wanted |= {"team_kind": "agency", "team": []} if team == ["agency"] else {
            "team_kind": "listed", "team": _officers(team)}
    wanted |= {key: value for key, value in (("hits", hits), ("expires", expires)) if value}
    if conditions is not None:
        wanted["conditions"] = conditions
    view = client().ask("PUT", f"/cases/{one}/policy", json=wanted) if wanted != known else client().ask(
        "GET", f"/cases/{one}/policy")
    if as_json:
        emit(view)
    else:
        for line in view["reasons"]:
            say(f"{line['message']}: {', '.join(line['names'])}" if line["names"] else line["message"])


def _officers(logins: list[str]) -> list[str]:
    known = {one["login"]: one["id"] for one in client().ask("GET", "/colleagues")}
    if unknown := sorted(set(logins) - known.keys()):
        raise BadInput(f"Not officers of your agency: {', '.join(unknown)}.")
    return [known[one] for one in logins]


@careful
def overlap(reference: Ref, as_json: Json = False) -> None:
    """Show what is known elsewhere, by whom, and how far each owner lets you know."""
    _print(client().ask("GET", f"/cases/{case_id(reference)}/overlap"),
           ["level", "agency_code", "country", "reference", "contact", "since", "matchers", "band", "exhibits"],
           as_json=as_json, empty="Nothing of this case is known elsewhere, as far as you may know.")


@careful
def links(reference: Ref, unjudged: Annotated[bool, typer.Option(help="Only links nobody has judged.")] = False,
          as_json: Json = False) -> None:
    """List the links of a case, strongest first."""
    found: list[dict[str, Any]] = []
    one = case_id(reference)
    while True:
        page = client().ask("GET", f"/cases/{one}/links",
                            params={"unjudged": unjudged, "after": found[-1]["place"] if found else "", "limit": 500})
        found += page
        if len(page) < 500:
            break
    _print(found, ["link_id", "verdict", "band", "matcher", "path", "other_path", "agency_code", "reference", "answer"],
           as_json=as_json, empty="No links. Matching may still be running: clew case show REF")


@careful
def judge(link: Annotated[str, typer.Argument(help="Id of the link.")],
          answer: Annotated[str, typer.Argument(help="positive, negative or unsure.")],
          reason: Annotated[str, typer.Option(help="Why.")], as_json: Json = False) -> None:
    """Judge a link; undoing is judging again."""
    one = told_id(link, "LINK must be the id of a link, as `clew links` prints it.")
    if answer.lower() not in ANSWERS:
        raise BadInput(f"ANSWER is one of: {', '.join(ANSWERS)}.")
    made = client().ask("POST", f"/links/{one}/judgements", json={"answer": answer.upper(), "reason": reason})
    if as_json:
        emit(made)
    else:
        say(f"Judged {made['answer']}.")


@careful
def withdraw(contribution: Annotated[str, typer.Argument(help="Id of the contribution.")],
             as_json: Json = False) -> None:
    """Take a contribution back: its exhibits disappear for everybody at once."""
    one = told_id(contribution, "CONTRIBUTION must be the id of a contribution, as `clew ingest` and `clew case show` print it.")
    done = client().ask("DELETE", f"/contributions/{one}")
    if as_json:
        emit(done)
    else:
        say(f"Withdrawn: {done['withdrawn']} exhibits.")


@careful
def search(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], reference: Ref,
           purpose: Annotated[str, typer.Option(help="Why you search; recorded.")],
           box: Annotated[str, typer.Option(help="Look for a marked part only: x,y,width,height in shares of the picture.")] = "",
           as_json: Json = False) -> None:
    """Search everything with a file, or a marked part of it, which is forgotten afterwards."""
    with file.open("rb") as content:
        asked = client().ask("POST", f"/cases/{case_id(reference)}/searches", content=content.read(),
                             params={"purpose": purpose, "name": file.name} | ({"box": box} if box else {}))
    pause, still = 0.1, Stillness()
    while (found := client().ask("GET", f"/searches/{asked['id']}"))["state"] == "waiting":
        still.look("waiting")
        time.sleep(pause)
        pause = min(2.0, pause * 1.3)
    if found["state"] == "refused":
        raise Refused(found["reason"])
    if as_json:
        emit(found)
    else:
        show(found["hits"], ["level", "agency_code", "country", "reference", "contact", "matcher", "band", "verdict"],
             empty="Nothing like it is known, as far as you may know.")
