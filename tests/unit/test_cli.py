"""The commands' parsing, exit codes and errors. No server runs."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service import cli
from service.commands.following import exit_code
from service.commands.inputs import read_input
from service.commands.serve import JsonFormatter
from service.commands.serving import find_running, take_place
from service.commands.terminal import clean, shorten
from service.commands.trees import Json
from service.errors import Conflict, InvalidInput

ROOT = Path(__file__).parents[2]


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """A family without its command lists what there is."""
    assert cli.main(["neo4j"]) == cli.WRONG_USE
    assert "browser" in "".join(capsys.readouterr())


@pytest.mark.parametrize("command", [[], ["ask"], ["run"], ["neo4j"], ["config", "check"], ["history"], ["branch"]])
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_help_fits_the_terminal(command: list[str], columns: int) -> None:
    """`-h` is `--help`, and no line is longer than the terminal."""
    said = run_cli(*command, "-h", COLUMNS=str(columns))
    lines = said.splitlines()
    assert lines[0].startswith("Usage: antiphon")
    assert max(map(len, lines)) <= columns
    assert columns == 40 or max(map(len, lines)) > columns * 0.6


COMPLETIONS = (
    ("antiphon hist", ["history"]),
    ("antiphon run -s ch", ["chunk"]),
    ("antiphon branches", ["branches"]),
    ("antiphon branch last x --move", ["--move-to"]),
    ("antiphon context last --policy su", ["summarized"]),
    ("antiphon link last 1 2 con", ["contradicts"]),
)


def test_a_shell_completes_commands_and_values() -> None:
    """Nothing is started for it."""
    for words, expected in COMPLETIONS:
        place = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        assert run_cli(_ANTIPHON_COMPLETE="complete_bash", **place).split() == expected
    assert "_ANTIPHON_COMPLETE" in run_cli("--show-completion", "bash", SHELL="/bin/bash")


def run_cli(*arguments: str, **environ: str) -> str:
    """What the command prints, in a process of its own."""
    command = [sys.executable, "-P", "-m", "service.cli", *arguments]
    environ = os.environ | {"PYTHONPATH": str(ROOT)} | environ
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_command_whose_service_runs_reads_little() -> None:
    """Nothing that only a service of its own needs: this is half of what a command takes."""
    heavy = {"graphql", "neo4j", "pydantic", "starlette", "strawberry", "uvicorn", "yaml"}
    read = "asked, bisection, following, loops, naming, reaching, terminal, trees"
    code = f"import sys, service.cli; from service.commands import {read}; print(*sorted({heavy} & set(sys.modules)))"
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-P", "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert ran.stdout == "\n"


def test_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` needs no command."""
    assert cli.main(["--version"]) == cli.OK
    assert capsys.readouterr().out.startswith("antiphon 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["run"],
        ["run", "--no-such-option", "x"],
        ["run", "--strategy", "sideways", "pyproject.toml"],
        ["run", "--aggregation", "pile", "pyproject.toml"],
        ["run", "-s", "file", "no-such-file.txt"],
        ["run", "-s", "file", "no-such-*.txt"],
        ["run", "-s", "file", "--no-stdin"],
        ["ask", "--no-stdin"],
        ["serve", "--port", "70000"],
        ["config", "init", "/dev/null/config.yaml"],
        ["config", "check", "--file", "no-such-config.yaml"],
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong and what to do, and no traceback."""
    assert cli.main(arguments) == cli.WRONG_USE
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "busy"])
def test_serve_refuses_an_address_before_anything_starts(
    port: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that others reach, with no keys; one that is in use. Neither is worth a start of Neo4j."""
    monkeypatch.setenv("ANTIPHON_DATA_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as busy:
        asked = ["--host", "0.0.0.0", "--port", "0"] if port == "0" else ["--port", str(busy.getsockname()[1])]
        assert cli.main(["serve", *asked]) != cli.OK
    remedies = {"0": "Configure server.api_keys", "busy": "ANTIPHON_SERVER__PORT"}
    assert remedies[port] in capsys.readouterr().err
    assert not (tmp_path / "neo4j").exists()


def test_a_data_folder_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the variable that names another one."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("ANTIPHON_DATA_DIR", str(tmp_path / "file" / "data"))
    assert cli.main(["serve", "--port", "0"]) == cli.FAILED
    assert "ANTIPHON_DATA_DIR" in capsys.readouterr().err
    assert cli.main(["neo4j", "status"]) == cli.OK


def test_a_url_with_a_password_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in the error nor in a traceback."""
    monkeypatch.setenv("ANTIPHON_URL", "http://me:hunter2@host")
    assert cli.main(["-v", "models"]) == cli.WRONG_USE
    assert "hunter2" not in "".join(capsys.readouterr())


def test_a_service_that_is_not_there_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The port of discard is nobody's."""
    monkeypatch.setenv("ANTIPHON_URL", "http://127.0.0.1:9")
    assert cli.main(["models"]) == cli.FAILED
    assert "antiphon serve" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["neo4j", "status"], ["migrate"]])
def test_a_graph_that_is_not_there_is_named(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its address, and the variable that holds it."""
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:9")
    monkeypatch.setenv("NEO4J_PASSWORD", "secret")
    assert cli.main(command) == cli.FAILED
    said = capsys.readouterr().err
    assert "bolt://127.0.0.1:9" in said
    assert "NEO4J_URI" in said


def test_config_init_writes_a_file_that_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The example passes its own check, and is never overwritten."""
    file = str(tmp_path / "config.yaml")
    assert cli.main(["config", "init", file]) == cli.OK
    assert cli.main(["config", "check", "--file", file]) == cli.OK
    assert cli.main(["config", "init", file]) == cli.FAILED
    assert "is there already" in capsys.readouterr().err


def test_export_schema_prints_what_can_be_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """The schema goes to standard output."""
    assert cli.main(["export-schema"]) == cli.OK
    assert "type Query" in capsys.readouterr().out


def test_exported_documents_can_be_configured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `export-documents` writes is a file of trusted documents; one that is none is named by `config check`."""
    documents, config = tmp_path / "documents.json", tmp_path / "config.yaml"
    config.write_text(f"server: {{documents: {{file: {documents}, only: true}}}}")
    assert cli.main(["export-documents", "-o", str(documents)]) == cli.OK
    assert cli.main(["config", "check", "--file", str(config)]) == cli.OK
    documents.write_text("[]")
    assert cli.main(["config", "check", "--file", str(config)]) == cli.WRONG_USE
    assert str(documents) in capsys.readouterr().err


def test_files_are_read_with_their_names(tmp_path: Path) -> None:
    """The name is as it was typed, the content as UTF-8."""
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    (file,) = read_input([str(tmp_path / "a.txt")])["files"]
    assert file["name"] == str(tmp_path / "a.txt")
    assert file["content"]["upload"].content == "café".encode()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    """With the reason."""
    file = tmp_path / "a.txt"
    file.touch(mode=0)
    with pytest.raises(InvalidInput, match=r"a\.txt cannot be read"):
        read_input([str(file)])


@pytest.mark.parametrize(
    ("status", "code"), [("SUCCEEDED", 0), ("PARTIAL", 3), ("FAILED", 1), ("CANCELLED", 130), ("RUNNING", 1)]
)
def test_exit_code_says_how_the_task_ended(status: str, code: int) -> None:
    """Scripts can tell."""
    task: Json = {"taskStatus": status}
    assert exit_code(task) == code


def test_texts_cannot_command_the_terminal() -> None:
    """What a model wrote is shown, never obeyed."""
    assert clean("\x1b[31mred\x07\r\n\tand\x9b2J") == "[31mred\n\tand2J"
    assert shorten("many\n words  in a line", 12) == "many words…"


async def test_one_service_a_data_folder(tmp_path: Path) -> None:
    """The second is told of the first; the record of a dead one counts for nothing."""
    place = await take_place(tmp_path)
    place.announce("http://127.0.0.1:1234")
    running = find_running(tmp_path)
    assert running is not None
    assert running.url == "http://127.0.0.1:1234"
    with pytest.raises(Conflict, match=r"127\.0\.0\.1:1234"):
        await take_place(tmp_path)
    record = (tmp_path / "service.json").read_text()
    place.leave()
    (tmp_path / "service.json").write_text(record)
    assert find_running(tmp_path) is None


def test_json_logs_hold_the_message_and_the_exception() -> None:
    """One object a line."""
    try:
        raise ValueError("no")
    except ValueError as error:
        trace = (type(error), error, error.__traceback__)
    record = logging.LogRecord("service", logging.ERROR, __file__, 1, "It %s.", ("broke",), trace)
    line = JsonFormatter().format(record)
    assert '"message": "It broke."' in line
    assert "ValueError: no" in line
    assert "\n" not in line
