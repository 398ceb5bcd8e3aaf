"""Settings: layers in their order, where each value comes from, and refusals of one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeiod.config import EndpointSettings, Settings, load, read_api_key
from codeiod.errors import ExitStatus, SettingsError

ENDPOINT = """\
[[endpoint]]
base_url = "http://127.0.0.1:1/v1"
model = "m"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder without a settings file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = "codeiod.toml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def refusal(
    file: Path | None = None,
    assignments: tuple[str, ...] = (),
    environ: dict[str, str] | None = None,
    **endpoint: str,
) -> str:
    """Return the one line of a refusal."""
    with pytest.raises(SettingsError) as caught:
        load(file, assignments, environ=environ or {}, **endpoint)
    line = str(caught.value)
    assert "\n" not in line
    assert caught.value.exit_status == ExitStatus.SETTINGS
    return line


def test_defaults_are_those_of_the_contract(folder: Path) -> None:
    """Without any layer the settings are the documented ones, and come from nowhere."""
    loaded = load(environ={})
    settings = loaded.settings
    assert settings == Settings()
    assert not loaded.origins
    assert (settings.sample.pairs, settings.sample.draws, settings.sample.seed) == (10, 50, 0)
    assert (settings.predict.output_pairs, settings.predict.input_pairs) == (3, 3)
    assert (settings.unify.attempts, settings.revise.turns) == (2, 1)
    assert (settings.sandbox.call_seconds, settings.sandbox.minimum_level) == (5, 2)
    assert (settings.service.grace_seconds, settings.items.max_bytes) == (120, 1048576)
    assert settings.unify.temperature is None


def test_each_layer_wins_over_those_before(folder: Path) -> None:
    """File, environment, --set and flags: the later wins, and each value names its layer."""
    file = write(folder, "[sample]\npairs = 4\ndraws = 20\nseed = 1\n[output]\ndir = 'a'\n")
    environ = {
        "CODEIOD_SAMPLE__DRAWS": "30",
        "CODEIOD_SAMPLE__SEED": "2",
        "CODEIOD_OUTPUT__DIR": "b",
        "CODEIOD_RECORDED": "no setting: it names no section",
        "HOME": "/nowhere",
    }
    loaded = load(file, ["sample.seed=3", "output.dir=c"], {"output.dir": "d"}, environ)
    sample = loaded.settings.sample
    assert (sample.pairs, sample.draws, sample.seed) == (4, 30, 3)
    assert loaded.settings.output.dir == "d"
    assert loaded.origins == {
        "sample.pairs": str(file),
        "sample.draws": "environment",
        "sample.seed": "--set",
        "output.dir": "command line",
    }


def test_the_file_of_this_folder_is_read(folder: Path) -> None:
    """codeiod.toml in the working folder is read unless another file is named."""
    write(folder, "[sample]\npairs = 4\n")
    other = write(folder, "[sample]\npairs = 5\n", "other.toml")
    assert load(environ={}).settings.sample.pairs == 4
    assert load(other, environ={}).settings.sample.pairs == 5


def test_one_setting_of_an_endpoint_is_laid_over_the_file(folder: Path) -> None:
    """--set endpoint.0.max_in_flight changes one value of the first endpoint, no more."""
    write(folder, ENDPOINT + 'headers = { a = "1" }\n' + ENDPOINT + 'name = "second"\n')
    loaded = load(None, ["endpoint.0.max_in_flight=256"], environ={})
    first, second = loaded.settings.endpoint
    assert (first.max_in_flight, first.model, first.headers) == (256, "m", {"a": "1"})
    assert (second.name, second.max_in_flight) == ("second", 64)
    assert loaded.origins["endpoint.0.max_in_flight"] == "--set"
    assert loaded.origins["endpoint.1.name"] == "codeiod.toml"


def test_base_url_and_model_replace_all_endpoints(folder: Path) -> None:
    """No key, price or header goes to another address than the one it was written for."""
    write(folder, ENDPOINT + 'api_key_env = "KEY"\n' + ENDPOINT + 'name = "second"\n')
    url = "http://127.0.0.1:2/v1"
    loaded = load(None, ["endpoint.0.max_in_flight=7"], environ={}, base_url=url, model="n")
    (endpoint,) = loaded.settings.endpoint
    assert endpoint == EndpointSettings(base_url=url, model="n", max_in_flight=7)
    assert loaded.settings.teacher_kind == "openai"


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("1.10", "1.10"),
        ("7", "7"),
        ("2024-05-13", "2024-05-13"),
        ("true", "true"),
        ("1_000", "1_000"),
        ('"quoted"', "quoted"),
        ("org/model-7b:free", "org/model-7b:free"),
    ],
)
def test_a_text_setting_keeps_its_text(folder: Path, text: str, model: str) -> None:
    """What stands after = for a setting that is a text is that text, whatever it looks like."""
    header = f"endpoint.0.headers.version={text}"
    write(folder, ENDPOINT)
    by_set = load(None, [f"endpoint.0.model={text}", header], environ={}).settings
    assert by_set.endpoint[0].headers == {"version": model}
    by_environment = load(None, environ={"CODEIOD_ENDPOINT__0__MODEL": text}).settings
    assert by_set.endpoint[0].model == by_environment.endpoint[0].model == model


def test_a_value_may_be_written_as_toml(folder: Path) -> None:
    """--set takes lists, tables, numbers and bools as the file does."""
    write(folder, ENDPOINT)
    assignments = [
        'items.meta_fields=["path", "url"]',
        "endpoint.0.extra_body={top_k = 5, stop = ['a']}",
        "endpoint.0.extra_body.seed=7",
        "endpoint.0.stream=true",
        "unify.temperature=0.5",
    ]
    settings = load(None, assignments, environ={}).settings
    assert settings.items.meta_fields == ("path", "url")
    assert settings.endpoint[0].extra_body == {"top_k": 5, "stop": ["a"], "seed": 7}
    assert settings.endpoint[0].stream is True
    assert settings.unify.temperature == 0.5


def test_a_list_may_be_given_its_only_value(folder: Path) -> None:
    """--set and the environment take one value for a list, in whatever form a text has."""
    assignments = ["service.watch=/srv/drop", "sandbox.modules=numpy"]
    environ = {"CODEIOD_ITEMS__META_FIELDS": '"path"'}
    settings = load(None, assignments, environ=environ).settings
    assert settings.service.watch == ("/srv/drop",)
    assert settings.sandbox.modules == ("numpy",)
    assert settings.items.meta_fields == ("path",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sampel]\npairs = 3\n", ["unknown setting sampel", "did you mean sample?", "sandbox"]),
        ("[sample]\npair = 3\n", ["unknown setting sample.pair", "did you mean pairs?", "draws"]),
        ("zzz = 1\n", ["unknown setting zzz", "known here: budget, endpoint"]),
        (ENDPOINT + "tokens = 1\n", ["unknown setting endpoint.0.tokens", "tokens_per_minute"]),
        (
            ENDPOINT + "price = { currency = 'USD', inputs = 1 }\n",
            ["unknown setting endpoint.0.price.inputs", "did you mean input?"],
        ),
        ("[sample]\npairs = 1\n", ["setting sample.pairs", "greater than or equal to 2", "is 1"]),
        ("[sample]\npairs = 'many'\n", ["setting sample.pairs", "'many'"]),
        (
            "[sample]\ntrivial = 'keep'\n",
            ["setting sample.trivial", "'reject' or 'mark'"],
        ),
        ("sample = 5\n", ["setting sample"]),
        ("[items]\nmax_bytes = 9223372036854775807\n", ["items.max_bytes", "that large"]),
        ("[sandbox]\ncall_seconds = inf\n", ["setting sandbox.call_seconds", "finite"]),
        ("[sandbox]\nminimum_level = 9\n", ["setting sandbox.minimum_level", "is 9"]),
        ("[[endpoint]]\nmodel = 'm'\n", ["setting endpoint.0.base_url is missing"]),
        ("[[endpoint]]\nbase_url = 'x'\nmodel = 'm'\n", ["setting endpoint.0.base_url", "'x'"]),
        (ENDPOINT + ENDPOINT, ["two endpoints are named 'main'"]),
        (ENDPOINT + "[unify]\nendpoint = 'big'\n", ["unify.endpoint names 'big'"]),
        (ENDPOINT + "price = { input = 1.0 }\n", ["endpoint.0.price", "needs a currency"]),
        (
            ENDPOINT + "min_in_flight = 9\nmax_in_flight = 8\n",
            ["setting endpoint.0", "min_in_flight is 9, above max_in_flight 8"],
        ),
        ("[service]\nwatch = 'drop'\n", ["setting service.watch", "a list is wanted", "'drop'"]),
        ("[sample\n", ["codeiod.toml is not TOML", "line 1"]),
    ],
)
def test_a_wrong_file_is_refused(folder: Path, text: str, told: list[str]) -> None:
    """The line names the setting, what is wrong, what it is, and the nearest known name."""
    write(folder, text)
    line = refusal()
    for part in told:
        assert part in line


def test_the_refusal_names_the_layer(folder: Path) -> None:
    """Where a wrong value comes from is told: there may be several places that set it."""
    assert "(environment)" in refusal(environ={"CODEIOD_SAMPLE__PAIRS": "no"})
    assert "(--set)" in refusal(assignments=("sample.pairs=no",))
    assert "(--set)" in refusal(assignments=("sample.pear=1",))
    file = write(folder, "[sample]\npairs = 0\n", "mine.toml")
    assert f"({file})" in refusal(file)


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ("sample.pairs", "write it as section.key=value"),
        ("pairs=3", "write it as section.key=value"),
        ("=", "write it as section.key=value"),
        ("sample.pairs.x=3", "sample.pairs"),
        ("sample.=3", "unknown setting sample."),
        ("endpoint.1.model=m", "numbered from 0"),
        ("endpoint.x.model=m", "numbered from 0"),
        ("endpoint.00.model=m", "numbered from 0"),
    ],
)
def test_a_wrong_assignment_is_refused(folder: Path, assignment: str, told: str) -> None:
    """--set that can't be read, or leads nowhere, says how it is written."""
    assert told in refusal(assignments=(assignment,))


def test_values_under_a_value_are_refused(folder: Path) -> None:
    """Two assignments that contradict each other in form are not merged in silence."""
    assert "is a value, not a section" in refusal(
        assignments=("sample.pairs=3", "sample.pairs.x=3")
    )


def test_a_missing_file_is_refused(folder: Path) -> None:
    """A settings file that can't be read is named with the reason."""
    assert refusal(folder / "none.toml").endswith("none.toml: No such file or directory")
    assert refusal(folder).endswith(": Is a directory")
    binary = folder / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    assert "is not TOML" in refusal(binary)


def test_base_url_and_model_go_together(folder: Path) -> None:
    """One of the two flags alone is refused."""
    assert "go together" in refusal(base_url="http://127.0.0.1:1/v1")
    assert "go together" in refusal(model="m")


def test_no_teacher_is_refused_with_what_to_do(folder: Path) -> None:
    """A teacher that can't be found says which three ways there are."""
    with pytest.raises(SettingsError, match="--teacher builtin"):
        _ = load(environ={}).settings.teacher_kind
    builtin = load(None, ["teacher.kind=builtin"], environ={}).settings
    assert builtin.teacher_kind == "builtin"


def test_a_stage_uses_its_endpoint_or_all(folder: Path) -> None:
    """A stage that names an endpoint uses that alone, any other uses all."""
    write(folder, ENDPOINT + ENDPOINT + "name = 'big'\n[unify]\nendpoint = 'big'\n")
    settings = load(environ={}).settings
    assert [e.name for e in settings.endpoints_of("unify")] == ["big"]
    assert [e.name for e in settings.endpoints_of("predict")] == ["main", "big"]


def endpoint(**values: str) -> EndpointSettings:
    return EndpointSettings(base_url="http://127.0.0.1:1/v1", model="m", **values)


def test_no_key_is_no_key() -> None:
    """An endpoint without a key has the empty one, whatever is in the environment."""
    assert read_api_key(endpoint(), {"OPENAI_API_KEY": "secret"}) == ""


def test_the_key_of_a_variable() -> None:
    """A key from the environment is stripped; a missing or empty one names the variable alone."""
    assert read_api_key(endpoint(api_key_env="K"), {"K": " secret\n"}) == "secret"
    for environ in ({}, {"K": "  "}):
        with pytest.raises(SettingsError, match="endpoint 'main': the variable K is not set"):
            read_api_key(endpoint(api_key_env="K"), environ)


def test_the_key_of_a_file(folder: Path) -> None:
    """Relative names are looked up in $CREDENTIALS_DIRECTORY first, then here."""
    credentials = folder / "credentials"
    credentials.mkdir()
    write(folder, "here\n", "key")
    write(folder, "only here\n", "other")
    write(credentials, "there\n", "key")
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    assert read_api_key(endpoint(api_key_file="key"), environ) == "there"
    assert read_api_key(endpoint(api_key_file="key"), {}) == "here"
    assert read_api_key(endpoint(api_key_file="other"), environ) == "only here"
    assert read_api_key(endpoint(api_key_file=str(folder / "key")), environ) == "here"


@pytest.mark.parametrize(
    ("name", "told"),
    [("none", "can't be read"), ("empty", "is empty"), ("binary", "can't be read")],
)
def test_a_key_file_of_no_use(folder: Path, name: str, told: str) -> None:
    """A key file that is missing, empty or no text is refused by name, in one line."""
    write(folder, " \n", "empty")
    (folder / "binary").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SettingsError, match=told) as caught:
        read_api_key(endpoint(api_key_file=name), {})
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
