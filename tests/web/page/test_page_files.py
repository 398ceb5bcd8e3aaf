"""What is shipped: the page's files stand in the wheel, and name nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
WEB = REPOSITORY / "daemon" / "codeiod" / "web"


def test_the_wheel_holds_the_page(tmp_path: Path) -> None:
    """An installed package serves the same page as the source tree, licences included."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [path for folder in ("static", "vendor") for path in (WEB / folder).rglob("*.*")]
    assert len(files) > 20
    missing = {f"codeiod/web/{path.relative_to(WEB).as_posix()}" for path in files} - names
    assert missing == set()
    assert "codeiod/web/vendor/uplot/LICENSE" in names


def test_our_files_ask_nobody_else_and_read_no_markup() -> None:
    """No other origin, no markup made of data, nothing that the policy would refuse."""
    for path in (WEB / "static").rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://", text), path
        refused = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
        assert not re.search(refused, text), path
        if path.suffix == ".html":
            assert not re.search(r"\sstyle=|\son\w+=|<script>", text), path


def test_all_modules_are_named_at_once() -> None:
    """The page names every module up front: none waits for another one to be read first."""
    page = (WEB / "static" / "index.html").read_text(encoding="utf-8")
    modules = {path.relative_to(WEB).as_posix() for path in (WEB / "static" / "js").rglob("*.js")}
    assert {name for name in modules if f'"/{name}"' not in page} == set()
