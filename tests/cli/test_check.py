"""`eims-sim check` says whether a file can be used (C2)."""

from pathlib import Path

import pytest

from eims_sim.cli.main import run

WORLD = """\
[[accounts]]
account = "a"
password = "p"

[[accounts]]
account = "b"
password = "p"

[[rules]]
outcome = 1005
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sim.toml"
    path.write_text(WORLD, encoding="utf-8")
    return path


def exit_code(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        run(arguments)
    return caught.value.code


def test_a_good_file_is_fine(file, capsys):
    code = exit_code("check", str(file))

    assert (code, capsys.readouterr().out) == (0, f"{file}: fine: 2 accounts, 1 rule, 0 faults\n")


def test_a_bad_file_is_refused_with_a_line_for_every_error(file, capsys):
    file.write_text(WORLD.replace('"p"', "5"), encoding="utf-8")

    code = exit_code("check", str(file))

    output = capsys.readouterr()
    assert (code, output.out) == (2, "")
    assert output.err.splitlines() == [
        f"{file}:3: accounts[0].password: must be a string (found a secret)",
        f"{file}:7: accounts[1].password: must be a string (found a secret)",
    ]


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path, capsys):
    code = exit_code("check", str(tmp_path / "none.toml"))

    assert (code, capsys.readouterr().err) == (
        2,
        f"{tmp_path / 'none.toml'}: no such file; give the path of a TOML file\n",
    )


def test_the_environment_is_not_looked_at(file, monkeypatch, capsys):
    monkeypatch.setenv("EIMS_SIM_PORT", "no port")
    monkeypatch.setenv("EIMS_SIM_CONFIG", "no = 'configuration'")

    code = exit_code("check", str(file))

    assert code == 0


def test_without_a_file_the_usage_is_wrong(capsys):
    code = exit_code("check")

    assert code == 2
    assert capsys.readouterr().err == (
        "Error: Missing argument 'FILE'. 'eims-sim check --help' shows what is possible.\n"
    )
