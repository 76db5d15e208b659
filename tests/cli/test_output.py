"""How the command line speaks: expected problems in a line, faults of Clew's own as they are."""

import errno

import pytest
import typer

from clew.cli import output
from clew.cli.output import Stillness, careful, counted
from clew.kernel.errors import Refused


def _raised(problem: Exception) -> None:
    @careful
    def command() -> None:
        raise problem

    command()


@pytest.mark.parametrize(("problem", "said"), [
    (Refused("Not this. Try that."), "Not this. Try that."),
    (FileNotFoundError(errno.ENOENT, "No such file or directory", "/there"), "/there: No such file or directory. Check"),
    (OSError(errno.ENOSPC, "No space left on device"), "The system says: No space left on device.")])
def test_what_is_expected_is_said_in_one_line(problem: Exception, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        _raised(problem)
    told = capfd.readouterr().err
    assert told.startswith(said) and told.count("\n") == 1


@pytest.mark.parametrize("problem", [BrokenPipeError(errno.EPIPE, "Broken pipe"), ZeroDivisionError()])
def test_what_is_not_expected_is_seen_as_it_is(problem: Exception) -> None:
    with pytest.raises(type(problem)):
        _raised(problem)


def test_progress_tells_rate_and_time_left_and_off_a_terminal_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with counted("Backing up", "objects") as tell:
        for done in range(817):
            tell(done, 816)
    [line] = capfd.readouterr().err.splitlines()
    assert line.startswith("Backing up") and "816/816" in line and "objects/s" in line


def test_who_waits_and_sees_nothing_move_is_told_once_what_to_look_at(
        monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    still = Stillness()
    for done in (0, 0, 1, 1, 1):
        still.look(done)
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(output, "SILENCE", -1.0)
    for done in (1, 1, 2, 2, 2):
        still.look(done)
    told = capfd.readouterr().err.splitlines()
    assert len(told) == 2 and all("clew work" in line and "clew doctor" in line for line in told)
