"""The command line, as a real process: exit statuses, one line for each error, no traceback."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from codeiod.journal.frame import frame, unframe
from codeiod.reports.check import check as prove

from ..acceptance.small_disk import small_disk  # noqa: TID252 -- tests are in no named package
from .warm import WARM

CODEIOD = Path(sys.executable).with_name("codeiod")
BUILTIN = ("--teacher", "builtin", "--set", "sandbox.minimum_level=1", "--set", "sandbox.workers=1")
ENDPOINT = ("--base-url", "http://127.0.0.1:1/v1", "--model", "m", "--out", "o")
GOOD = """\
def count_steps(n: int) -> int:
    '''Count the steps from n to 1, at most 50: halve what is even, else triple it and add one.'''
    steps = 0
    while n > 1 and steps < 50:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps
"""
BOUND_SECONDS = 60


def codeiod(*arguments: object, cwd: Path, wrapped: tuple[str, ...] = ()) -> Any:
    """Run the program in a folder, to its end."""
    if not wrapped:
        return WARM.run(tuple(map(str, arguments)), cwd, BOUND_SECONDS)
    return subprocess.run(
        [*wrapped, str(CODEIOD), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=BOUND_SECONDS,
        check=False,
    )


def error_of(done: Any, status: int) -> str:
    """Return the one line of an error, having seen that it is one, with the right exit status."""
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    *logged, line = done.stderr.splitlines()
    assert line.startswith("codeiod: "), done.stderr
    assert all(" event=" in log for log in logged), done.stderr
    return str(line)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished run in ``out``; tests work on copies."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "src").mkdir()
    (folder / "src" / "steps.py").write_text(GOOD)
    done = codeiod("run", "src", "--out", "out", "--json", *BUILTIN, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((folder / "out/report.json").read_text())
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder with a finished run, to be spoilt."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def test_a_finished_run_and_its_commands(finished: Path) -> None:
    """status, check and show tell of it, for people and as JSON; running again changes nothing."""
    before = (finished / "out/dataset/samples/part-00000.jsonl").read_bytes()
    status = codeiod("status", "out", "--json", cwd=finished)
    assert json.loads(status.stdout) == json.loads((finished / "out/report.json").read_text())
    assert json.loads(status.stdout)["items"] == {"finished": 1, "rejected": 0, "pending": 0}
    assert "1 finished, 0 rejected" in codeiod("status", "out", cwd=finished).stdout
    checked = codeiod("check", "out", cwd=finished)
    assert (checked.returncode, checked.stdout[:6]) == (0, "sound:")
    shown = codeiod("show", "out", "--json", "-n", "9", cwd=finished)
    samples = [json.loads(line) for line in shown.stdout.splitlines()]
    assert samples == [json.loads(line) for line in before.splitlines()]
    one = codeiod("show", "out", samples[0]["id"][:12], cwd=finished)
    assert (one.returncode, "turn 1: builtin" in one.stdout) == (0, True)
    again = codeiod("run", "--out", "out", *BUILTIN, cwd=finished)
    assert again.returncode == 0
    assert (finished / "out/dataset/samples/part-00000.jsonl").read_bytes() == before


def test_samples_and_funnel_in_a_pipe(finished: Path) -> None:
    """Both are plain text there, whatever the encoding; as JSON the same samples are chosen."""
    plain = codeiod(
        "show", "out", "--samples", "2", cwd=finished, wrapped=("env", "PYTHONIOENCODING=ascii")
    )
    assert plain.returncode == 0, plain.stderr
    headings = [line for line in plain.stdout.splitlines() if line.startswith("=== ")]
    assert headings[0] == "=== output prediction, right at turn 1"
    assert len(headings) == 2
    as_json = codeiod("show", "out", "--samples", "2", "--json", cwd=finished)
    ids = [json.loads(line)["id"] for line in as_json.stdout.splitlines()]
    assert [f"sample {name} " in plain.stdout for name in ids] == [True, True]
    again = codeiod("run", "--out", "out", *BUILTIN, cwd=finished)
    assert re.search(r"unified +1 +100%", again.stdout)
    assert re.search(r"output prediction +\d+ +\d+ +100%", again.stdout)
    assert "\x1b" not in plain.stdout + again.stdout


def test_statistics(finished: Path) -> None:
    """stats tells a run for people, as JSON and as a page; compare sets two side by side."""
    told = codeiod("stats", "out", cwd=finished)
    assert told.returncode == 0, told.stderr
    assert "output prediction: right at turn 1" in told.stdout
    facts = json.loads(codeiod("stats", "out", "--json", cwd=finished).stdout)
    assert facts["total"]["programs"] == 1
    written = codeiod("stats", "out", "--html", "stats.html", cwd=finished)
    assert (written.returncode, written.stdout) == (0, "written: stats.html\n")
    assert (finished / "stats.html").read_text().startswith("<!doctype html>")
    refused = codeiod("stats", "out", "--html", "none/stats.html", cwd=finished)
    assert "none/stats.html" in error_of(refused, 2)
    both = codeiod("compare", "out", "out", cwd=finished).stdout
    assert re.search(r"programs +1 +1 +\+0.0%", both)
    two = json.loads(codeiod("compare", "out", "out", "--json", cwd=finished).stdout)
    assert two[0] == two[1]
    assert "none" in error_of(codeiod("stats", "none", cwd=finished), 4)


def test_check_as_json(finished: Path) -> None:
    """check --json holds the same facts."""
    facts = json.loads(codeiod("check", "out", "--json", cwd=finished).stdout)
    assert facts == {"ok": True, "findings": [], "more": 0, "cut_bytes": 0}


def test_config_says_where_each_value_comes_from(tmp_path: Path) -> None:
    """codeiod config names the layer of what was set, and no layer for defaults."""
    (tmp_path / "codeiod.toml").write_text("[sample]\npairs = 4\n")
    done = codeiod("config", "--json", "--set", "sample.seed=3", "--out", "there", cwd=tmp_path)
    facts = json.loads(done.stdout)
    assert facts["sample.pairs"] == {"value": 4, "from": "codeiod.toml"}
    assert facts["sample.seed"] == {"value": 3, "from": "--set"}
    assert facts["output.dir"] == {"value": "there", "from": "command line"}
    assert facts["sample.draws"] == {"value": 50, "from": ""}


def test_help_is_light(tmp_path: Path) -> None:
    """codeiod --help imports none of the heavy modules."""
    program = (
        "import sys; sys.argv = ['codeiod', '--help']\n"
        "from codeiod.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'aiohttp', 'pydantic', 'anyio', 'asyncio', 'orjson', 'codeiod_sandbox'}\n"
        "sys.stderr.write(' '.join(sorted(heavy & sys.modules.keys())))\n"
    )
    run = [sys.executable, "-c", program]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "run" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("run", "none.py", "--out", "o", *BUILTIN), 2, "source none.py: No such file"),
        (("run", "--out", "o", *BUILTIN), 2, "no source is given"),
        (("run", "a.py", "--out", "o"), 2, "no teacher"),
        (("run", "a.py", "--out", "o", "--teacher", "oracle"), 2, "setting teacher.kind"),
        (("run", "a.py", "--base-url", "http://127.0.0.1:1"), 2, "go together"),
        (("run", "a.py", "--config", "none.toml"), 2, "none.toml: No such file"),
        (
            ("run", "a.py", *ENDPOINT, "--set", "budget.money=5"),
            2,
            "endpoint.0 (main) has no price",
        ),
        (("run", "--retry", "bad_luck", "--out", "o", *BUILTIN), 2, "known: unparsable"),
        (("run", "--retry", "oversized", "--out", "o", *BUILTIN), 2, "is not read again"),
        (("run", "--redo", "verif", "--out", "o", *BUILTIN), 2, "known: unify, sample, predict"),
        (("run", "--redo", "unify", "--upgrade", "--out", "o", *BUILTIN), 2, "can't go together"),
        (("run", "--redo", "unify", "--out", "none", *BUILTIN), 2, "holds no run to make anew"),
        (("check", "none", "--repair"), 4, "none is not a codeiod directory"),
        (("estimate", "none.py", *BUILTIN), 2, "source none.py: No such file"),
        (("estimate", "a.py", *BUILTIN, "--like", "full"), 4, "not a codeiod directory"),
        (("run", "out/x", "--out", "out", *BUILTIN), 2, "lies in the output directory"),
        (("run", "a.py", "--out", "full", *BUILTIN), 4, "not a codeiod directory"),
        (("run", "a.py", "--out", "full/x", *BUILTIN), 4, "full/x"),
        (("status", "none"), 4, "none"),
        (("check", "full"), 4, "full"),
        (("config", "--set", "sample.pear=1"), 2, "did you mean pairs?"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, tuple) else None,
)
def test_wrong_usage(tmp_path: Path, arguments: tuple[str, ...], status: int, told: str) -> None:
    """Each is refused in one line, before anything is made."""
    (tmp_path / "a.py").write_text(GOOD)
    for name in ("full", "out"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("some file of yours")
    assert told in error_of(codeiod(*arguments, cwd=tmp_path), status)
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "arguments", [("run", "--nonsense"), ("nonsense",), ("run", "--limit", "x")]
)
def test_unknown_options(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Usage errors of the command line itself end in 2 as well."""
    done = codeiod(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_traceback_is_at_verbose(tmp_path: Path) -> None:
    """-v shows where an error came from, after its line."""
    done = codeiod("run", "none.py", "-v", *BUILTIN, cwd=tmp_path)
    assert "codeiod: source none.py" in done.stderr
    assert "Traceback" in done.stderr


def test_a_sandbox_below_its_minimum(tmp_path: Path) -> None:
    """A machine that can't isolate programs enough is refused, with where to look."""
    (tmp_path / "a.py").write_text(GOOD)
    facts = json.loads(codeiod("doctor", "--json", cwd=tmp_path).stdout)
    if facts["level"] >= 4:
        pytest.skip("this machine reaches the highest level")
    done = codeiod("run", "a.py", *BUILTIN, "--set", "sandbox.minimum_level=4", cwd=tmp_path)
    assert "codeiod doctor" in error_of(done, 2)


NO_OVERRIDE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


def test_bad_input_is_rejected_by_name(tmp_path: Path) -> None:
    """Unreadable, not UTF-8, empty, huge and malformed entries are rejects; the rest goes on."""
    src = tmp_path / "src"
    src.mkdir()
    (src / "good.py").write_text(GOOD)
    (src / "empty.py").write_text("")
    (src / "latin.py").write_bytes(b"# caf\xe9\n")
    (src / "huge.py").write_bytes(b"#" * (50 << 20))
    (src / "nul.py").write_bytes(b"\0\1\2")
    (src / "secret.py").write_text(GOOD)
    (src / "secret.py").chmod(0)
    rows = [json.dumps({"content": GOOD + "# x\n"}), '{"content": "x', "[1]", "", '{"code": "x"}']
    (src / "rows.jsonl").write_text("\n".join(rows) + "\n")
    wrapped = NO_OVERRIDE if shutil.which("setpriv") else ()
    done = codeiod("run", "src", "--out", "out", "--json", *BUILTIN, cwd=tmp_path, wrapped=wrapped)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    written = (tmp_path / "out/rejects/part-00000.jsonl").read_text()
    rejects = [json.loads(line) for line in written.splitlines()]
    found = {(Path(r["path"]).name, r["reason"]) for r in rejects}
    expected = {
        ("empty.py", "empty"),
        ("latin.py", "not_utf8"),
        ("huge.py", "oversized"),
        ("nul.py", "binary"),
        ("rows.jsonl", "malformed_line"),
    }
    if wrapped:
        expected.add(("secret.py", "unreadable"))
    assert found == expected
    assert {r["stage"] for r in rejects} == {"admit"}
    lines = [r["detail"] for r in rejects if r["reason"] == "malformed_line"]
    assert [next(n for n in "2345" if f"line {n}" in detail) for detail in lines] == ["2", "3", "5"]
    report = json.loads(done.stdout)
    assert report["entries"] == report["items"]["finished"] + len(rejects) + report["duplicates"]
    assert prove(tmp_path / "out").ok


def test_a_directory_in_use(copy: Path) -> None:
    """A second run on a directory is refused; looking at it is not."""
    with (copy / "out/journal/LOCK").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "in use" in error_of(codeiod("run", "src", "--out", "out", *BUILTIN, cwd=copy), 4)
        assert codeiod("status", "out", cwd=copy).returncode == 0


def test_a_damaged_directory(copy: Path) -> None:
    """Damage in the journal names file and offset, and nothing is changed by looking at it."""
    segment = copy / "out/journal/segment-00000001.jsonl"
    data = bytearray(segment.read_bytes())
    middle = data.index(b"\n", len(data) // 4) + 20
    data[middle] ^= 1
    segment.write_bytes(data)
    for arguments in (("run", "src", "--out", "out", *BUILTIN), ("status", "out")):
        line = error_of(codeiod(*arguments, cwd=copy), 4)
        assert "segment-00000001.jsonl" in line
        assert "byte" in line
    checked = codeiod("check", "out", cwd=copy)
    assert checked.returncode == 4
    assert "Traceback" not in checked.stderr
    assert segment.read_bytes() == data


def test_a_damaged_dataset(copy: Path) -> None:
    """So does damage in what was committed."""
    part = copy / "out/dataset/samples/part-00000.jsonl"
    part.write_bytes(part.read_bytes()[:-10])
    line = error_of(codeiod("run", "src", "--out", "out", *BUILTIN, cwd=copy), 4)
    assert "samples/part-00000.jsonl" in line
    checked = codeiod("check", "out", cwd=copy)
    assert (checked.returncode, "part-00000.jsonl" in checked.stdout) == (4, True)


def test_a_newer_directory(copy: Path) -> None:
    """A directory of a newer format is left alone."""
    segment = copy / "out/journal/segment-00000001.jsonl"
    first, rest = segment.read_bytes().split(b"\n", 1)
    opened = unframe(first)
    body = json.dumps({**opened.body, "format": 2}).encode()
    segment.write_bytes(frame(opened.seq, opened.synced, opened.kind, body) + rest)
    for arguments in (
        ("run", "src", "--out", "out", *BUILTIN),
        ("check", "out"),
        ("status", "out"),
    ):
        line = error_of(codeiod(*arguments, cwd=copy), 4)
        assert "newer" in line


def test_another_recipe_is_refused(copy: Path) -> None:
    """The keys are named, and the two ways on."""
    changed = ("run", "src", "--out", "out", *BUILTIN, "--set", "sample.pairs=4")
    line = error_of(codeiod(*changed, cwd=copy), 2)
    assert "sample.pairs: 4 here, 10 there" in line
    assert codeiod(*changed, "--new-recipe", cwd=copy).returncode == 0


Reply = Callable[[str], tuple[int, dict[str, Any]]]
REFUSALS: dict[str, tuple[Reply, str]] = {
    "wrong key": (
        lambda _: (401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}),
        "refuses the key",
    ),
    "unknown model": (
        lambda _: (404, {"error": {"message": "no model m", "code": "model_not_found"}}),
        "does not know the model",
    ),
    "no route": (lambda _: (404, {"detail": "Not Found"}), "does not know the model or the route"),
}


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Serve one refusal on loopback."""

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = request.param(self.path)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/v1"
        running.shutdown()
        thread.join()


def openai(url: str) -> tuple[str, ...]:
    return ("--base-url", url, "--model", "m", *BUILTIN[2:])


@pytest.mark.parametrize(
    ("server", "told"), REFUSALS.values(), ids=REFUSALS.keys(), indirect=["server"]
)
def test_an_endpoint_that_refuses(copy: Path, server: str, told: str) -> None:
    """Key, model, route: refused at once with what to look at; nothing is lost by it."""
    (copy / "src/more.py").write_text(GOOD.replace("3", "5"))
    done = codeiod("run", "src", "--out", "new", *openai(server), cwd=copy)
    line = error_of(done, 2)
    assert told in line
    assert "check " in line
    assert prove(copy / "new").ok
    report = json.loads((copy / "new/report.json").read_text())
    assert (report["items"]["pending"], report["calls"]["answered"]) == (2, 0)


def test_an_endpoint_that_is_not_there(tmp_path: Path) -> None:
    """A refused connection is given ten seconds, then told in one line."""
    (tmp_path / "a.py").write_text(GOOD)
    done = codeiod("run", "a.py", "--out", "o", *openai("http://127.0.0.1:1/v1"), cwd=tmp_path)
    line = error_of(done, 2)
    assert "can't be reached" in line
    assert "is the server running" in line


def test_a_full_disk(tmp_path: Path) -> None:
    """It stops with work left and one line; with room again the same command ends it, all there."""
    texts = (f'"""{number}\n' + "x = 1\n" * 4000 + '"""\n' for number in range(60))
    rows = (json.dumps({"content": text}) for text in texts)
    (tmp_path / "rows.jsonl").write_text("\n".join(rows) + "\n")
    reserve = ("--set", "journal.reserve_bytes=131072")
    run = ("run", "rows.jsonl", "--out", "disk/out", *BUILTIN, *reserve)
    with small_disk(tmp_path / "disk", 512 << 10) as disk:

        def inside(*arguments: str) -> Any:
            return WARM.run(arguments, tmp_path, BOUND_SECONDS, inside=disk.keeper)

        done = inside(*run)
        assert done.returncode == 3, done.stderr
        assert "Traceback" not in done.stderr
        lines = (done.stderr + done.stdout).splitlines()
        (why,) = [line for line in lines if line.startswith("stopped")]
        assert "no room left on the disk of disk/out: make room and run again" in why
        assert (disk.outside / "out/report.json").exists()
        disk.resize(64 << 20)
        again = inside(*run)
        assert again.returncode == 0, again.stderr
        checked = inside("check", "disk/out")
        assert checked.returncode == 0, checked.stderr
        assert "60 items = 0 finished + 60 rejected" in checked.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_starts(tmp_path: Path, number: signal.Signals) -> None:
    """From the moment that the directory is taken a signal leaves work for the next run: 3.

    So it does where SIGINT was ignored before, as by a shell that starts it in the background.
    """
    (tmp_path / "src").mkdir()
    for most in range(50, 300):  # more files than it gets through until the signal comes
        (tmp_path / f"src/{most}.py").write_text(GOOD.replace("50", str(most)))
    ignoring = ["env", "--ignore-signal=INT"]
    command = [*ignoring, str(CODEIOD), "run", "src", "--out", "out", *BUILTIN]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
        try:
            deadline = time.monotonic() + BOUND_SECONDS
            while not (tmp_path / "out/journal/LOCK").exists():
                assert run.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.002)
            run.send_signal(number)
            _, said = run.communicate(timeout=BOUND_SECONDS)
        finally:
            run.kill()
    assert run.returncode == 3, said
    assert "Traceback" not in said
    assert prove(tmp_path / "out").ok


def test_a_daemon_obeys_where_sigint_was_ignored(tmp_path: Path) -> None:
    """One that a shell has started in the background drains at SIGTERM while it starts, too."""
    nowhere = ("--set", 'service.listen=""')
    command = ["env", "--ignore-signal=INT", str(CODEIOD), "serve", "--out", "out", *BUILTIN]
    with subprocess.Popen([*command, *nowhere], cwd=tmp_path, stderr=subprocess.DEVNULL) as daemon:
        try:
            deadline = time.monotonic() + BOUND_SECONDS
            while not (tmp_path / "out/journal/LOCK").exists():
                assert daemon.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.002)
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(BOUND_SECONDS) == 0
        finally:
            daemon.kill()


@pytest.mark.parametrize("command", ["status", "check", "show"])
def test_a_file_where_a_directory_is_meant(tmp_path: Path, command: str) -> None:
    """Every command that looks at a run refuses it in one line."""
    (tmp_path / "file").touch()
    assert "file" in error_of(codeiod(command, "file", cwd=tmp_path), 4)
