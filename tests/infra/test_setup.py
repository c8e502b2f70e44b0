"""`make setup`: what it takes for done, and how it gets over a half-finished earlier start."""

import shutil

import pytest

from scripts import setup
from scripts.processes import Failed, Supervisor


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose requirements are empty, so that a real set-up takes seconds and no network."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("# nothing\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", venv)
    monkeypatch.setattr(setup, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(setup, "UNFINISHED", venv / ".moa-unfinished")
    monkeypatch.setattr("scripts.processes.ROOT", tmp_path)
    return tmp_path


def test_the_second_time_there_is_nothing_to_do(project, capsys):
    with Supervisor() as supervisor:
        setup.ensure(supervisor, "run")
        assert "installing requirements.txt" in capsys.readouterr().out
        setup.ensure(supervisor, "run")
        assert capsys.readouterr().out == ""


def test_changed_requirements_are_installed(project, capsys):
    with Supervisor() as supervisor:
        setup.ensure(supervisor, "dev")
        setup.ensure(supervisor, "run")
        (project / "requirements.txt").write_text("# still nothing\n")
        capsys.readouterr()
        setup.ensure(supervisor, "run")
    assert "installing requirements.txt" in capsys.readouterr().out


def test_an_unfinished_setup_starts_afresh(project, capsys):
    with Supervisor() as supervisor:
        setup.ensure(supervisor, "run")
        setup.UNFINISHED.touch()
        (setup.VENV / "half-written").touch()
        setup.ensure(supervisor, "run")
    assert "an earlier set-up did not finish" in capsys.readouterr().out
    assert not (setup.VENV / "half-written").exists()


def test_a_broken_environment_is_made_anew(project):
    with Supervisor() as supervisor:
        setup.ensure(supervisor, "run")
        shutil.rmtree(setup.VENV / "lib")
        setup._stamp("run").unlink()
        setup.ensure(supervisor, "run")
    assert setup._works()


def test_what_pip_cannot_install_is_a_clear_message(project, capsys):
    (project / "requirements.txt").write_text("./there-is-no-such-folder\n")
    with Supervisor() as supervisor, pytest.raises(Failed, match="pip could not install the requirements"):
        setup.ensure(supervisor, "run")
    assert setup.UNFINISHED.exists()
