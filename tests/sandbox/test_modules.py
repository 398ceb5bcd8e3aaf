"""Which modules programs may import, and what is there before they ask."""

import sys
import venv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_sandbox import Call, LoadFailed, Modules, Outcome, Program, Raised, Returned, Sandbox
from codeiod_sandbox.flavours import flavour_of
from codeiod_sandbox.guest import imports


async def load(sandbox: Sandbox, source: str) -> Outcome:
    (outcome,) = await sandbox.run(Program(f"{source}\ndef f(): return 1"), [Call("f", {})])
    return outcome


def distribution(folder: Path, name: str, files: dict[str, str], *needs: str) -> None:
    """Lay out an installed distribution, as installers do."""
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{requires}"
    )
    (about / "RECORD").write_text("".join(f"{path},,\n" for path in files))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an interpreter with distributions that depend on each other."""
    place = tmp_path_factory.mktemp("modules") / "env"
    venv.create(place)
    (modules,) = (place / "lib").glob("python*/site-packages")
    files = {"whole/__init__.py": "import part_one", "whole_extra.py": ""}
    needs = ('Part_One[fast]>=1; python_version > "3"', 'other; extra == "all"')
    distribution(modules, "Whole.Thing", files, *needs)
    distribution(modules, "part-one", {"part_one.py": "import part_two"}, "part-two (>=1)")
    distribution(modules, "part-two", {"part_two.py": ""}, "whole-thing", "not-installed")
    distribution(modules, "other", {"other.py": ""})
    (modules / "loose.py").write_text("")
    distribution(modules, "codeiod", {"codeiod/__init__.py": "", "codeiod_sandbox/__init__.py": ""})
    return place / "bin/python"


@pytest.mark.parametrize("allowed", ["whole", "whole-thing", "whole_extra"])
async def test_what_is_allowed_brings_what_it_needs(python: Path, allowed: str) -> None:
    """By the name of a module or of its distribution; what an extra would need is not brought."""
    async with Sandbox(1, python=python, modules=Modules(allowed=(allowed,))) as sandbox:
        for name in ("whole", "whole_extra", "part_one", "part_two", "json", "tkinter.constants"):
            assert isinstance(await load(sandbox, f"import {name}"), Returned), name
        for name in ("other", "loose", "other.inner"):
            outcome = await load(sandbox, f"\nimport {name}")
            top = name.partition(".")[0]
            text = f"No module named {top!r} (not among sandbox.modules)"
            assert outcome == LoadFailed("ModuleNotFoundError", text, 2)
        missing = await load(sandbox, "import not_installed")
        assert missing == LoadFailed("ModuleNotFoundError", "No module named 'not_installed'", 1)


async def test_a_loose_file_can_be_allowed(python: Path) -> None:
    """A module needs no distribution."""
    async with Sandbox(1, python=python, modules=Modules(allowed=("loose",))) as sandbox:
        assert isinstance(await load(sandbox, "import loose"), Returned)
        assert isinstance(await load(sandbox, "import whole"), LoadFailed)


async def test_nothing_but_the_standard_library(python: Path) -> None:
    """An empty list allows no third-party module; a program may still look for one."""
    async with Sandbox(1, python=python, modules=Modules(allowed=())) as sandbox:
        optional = "try:\n    import whole\nexcept ImportError:\n    whole = None"
        assert isinstance(await load(sandbox, optional), Returned)
        source = "import sysconfig, decimal, sqlite3\nsysconfig.get_config_vars()"
        assert isinstance(await load(sandbox, source), Returned)


@pytest.mark.parametrize("name", ["codeiod", "codeiod_sandbox", "codeiod.anything"])
async def test_our_own_modules_are_hidden(python: Path, name: str) -> None:
    """Always: also where no setting says what is allowed."""
    async with Sandbox(1, python=python) as sandbox:
        outcome = await load(sandbox, f"import {name}")
        top = name.partition(".")[0]
        assert outcome == LoadFailed("ModuleNotFoundError", f"No module named {top!r}", 1)
        assert isinstance(await load(sandbox, "import other"), Returned)


async def test_what_is_not_allowed_is_not_preloaded() -> None:
    """Pandas brings numpy; scipy is refused by its own name, and in a call too."""
    pytest.importorskip("pandas")
    async with Sandbox(1, modules=Modules(allowed=("pandas",))) as sandbox:
        source = "import pandas, numpy, dateutil\nprint(pandas.DataFrame({'a': [1]}))"
        assert isinstance(await load(sandbox, source), Returned)
        assert isinstance(await load(sandbox, "import scipy.stats"), LoadFailed)
        program = Program("def f():\n    import sklearn")
        (outcome,) = await sandbox.run(program, [Call("f", {})])
        assert isinstance(outcome, Raised)
        assert outcome.line == 2


async def test_what_is_preloaded_is_there() -> None:
    """A module of the list is imported before the program; one that is missing does no harm."""
    source = "import sys\ndef f(): return sorted({'wave', 'abc', 'bisect'} & set(sys.modules))"
    preload = ("wave", "bisect", "no_such_module_anywhere")
    async with Sandbox(1, python=Path(sys.executable), modules=Modules(preload=preload)) as sandbox:
        (outcome,) = await sandbox.run(Program(source), [Call("f", {})])
    assert isinstance(outcome, Returned)
    assert "wave" in outcome.value


def test_no_zygote_is_made_for_what_is_refused() -> None:
    """A heavy module that is not in the list is no reason for a zygote of another kind."""
    plain = flavour_of("", twin=False, modules=Modules(allowed=("numpy",)))
    refused = flavour_of("import sympy", twin=False, modules=Modules(allowed=("numpy",)))
    taken = flavour_of("import numpy", twin=False, modules=Modules(allowed=("numpy",)))
    assert refused == plain != taken
    assert flavour_of("import sympy", twin=False) != flavour_of("", twin=False)
    by_its_other_name = Modules(allowed=("scikit-learn",))
    flavour = flavour_of("import sklearn", twin=False, modules=by_its_other_name)
    assert "sklearn" in flavour.preload


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}[A-Za-z0-9]", fullmatch=True)


@given(
    NAMES, st.sampled_from(["", ">=1.0", " (>=1,<2)", "[a,b]", "; python_version < '4'", " @ x"])
)
def test_requirements_are_read_by_name(name: str, rest: str) -> None:
    """Whatever stands behind a name in a requirement; spellings of one name are the same."""
    other_spelling = name.replace("-", "_").upper()
    assert imports._needed([name + rest]) == imports._needed([other_spelling + rest])
    assert imports._needed([f"{name}{rest}", f'{name}; extra == "x"']) == [imports._plain(name)]
