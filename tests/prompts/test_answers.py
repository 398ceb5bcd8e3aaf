"""The final answer: the table of hard cases, and properties over any JSON value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_prompts import find_answer

NONE = object()

CASES = {
    # where the object stands
    "fenced": ('So:\n```json\n{"output": 3}\n```', 3),
    "fenced without a language": ('```\n{"output": 3}\n```\n', 3),
    "fence left open": ('```json\n{"output": 3}', 3),
    "bare": ('{"output": 3}', 3),
    "in a sentence": ('The answer is {"output": 3}, I think.', 3),
    "in backticks": ('It is `{"output": 3}`.', 3),
    "over several lines": ('{\n  "output": [\n    1,\n    2\n  ]\n}', [1, 2]),
    "windows line ends": ('{\r\n"output":\r\n3\r\n}', 3),
    "boxed": (r'\boxed{"output": 3}', 3),
    "boxed with its own braces": (r'$\boxed{{"output": 3}}$', 3),
    "boxed text": (r'\boxed{\text{{"output": "a b"}}}', "a b"),
    "escaped braces": (r'\[\boxed{\{"output": \{"a": 1\}\}}\]', {"a": 1}),
    "escaped braces in a string stay": (r'\{"output": "\\{"\}', "\\{"),
    "after a tag": ('<answer>{"output": 3}</answer>', 3),
    "printed by Python": ("print('{\"output\": 3}')", 3),
    # which object it is
    "the last of two": ('{"output": 1} no, {"output": 2}', 2),
    "the last that is complete": ('{"output": 1} then {"output": [2', 1),
    "the last that holds the key": ('{"output": 1} with {"n": 2}', 1),
    "a form shown after it": ('{"output": 1}, as {"output": ...} asks', 1),
    "a form with braces shown after it": ('{"output": 1} as {"output": {...}}', 1),
    "inside one without the key": ('{"answer": {"output": 3}}', 3),
    "inside a list": ('[{"output": 1}, {"output": 2}]', 2),
    "the outer wins": ('{"output": {"output": 3}}', {"output": 3}),
    "the outer wins in the middle": ('{"output": [1, {"output": 3}], "x": {}}', [1, {"output": 3}]),
    "the outer wins if its key comes last": ('{"x": {"output": 1}, "output": 2}', 2),
    "beside other keys": ('{"steps": ["a"], "output": null, "sure": true}', None),
    "the other key": ('{"input": {"n": 1}}', NONE),
    "the key as a value": ('{"key": "output"}', NONE),
    "the key in a list": ('{["output": 3]}', NONE),
    "the key without quotes": ("{output: 3}", NONE),
    "the key in other case": ('{"Output": 3}', NONE),
    "no object": ("The output is 3.", NONE),
    "nothing": ("", NONE),
    "only a value": ('"output": 3', NONE),
    "cut off": ('{"output": {"a": 1', NONE),
    # braces that mislead
    "a brace in prose": ('{Not JSON: a brace.} So {"output": 3}', 3),
    "a brace left open in prose": ('the set {1, 2 and so on. {"output": 3}', 3),
    "an apostrophe in a brace": ("{it's open\n{\"output\": 3} and {it's closed}", 3),
    "an apostrophe before it on the line": ("{it's} the {\"output\": 3} that's}", 3),
    "a brace closed in prose": ('} and {"output": 3} }', 3),
    "a formula": (r'$\{x_i\}_{i=1}^{n}$ gives {"output": [1]}', [1]),
    "code before it": ('def f():\n    return {k: v for k, v in d}\n\n{"output": {}}', {}),
    "prose around it in braces": ('{the answer is {"output": 3} here}', 3),
    "braces in a string": ('{"output": "a } b { c"}', "a } b { c"),
    "quotes in a string": (r'{"output": "a \"} b"}', 'a "} b'),
    "JSON in a string of the answer": (r'{"output": "{\"output\": 3}"}', '{"output": 3}'),
    "JSON in a string of another": (r'{"note": "{\"output\": 3}"}', NONE),
    "a literal in a string of another": ('{"note": "print({\'output\': 3})"}', NONE),
    "quoted braces hide no earlier answer": (
        '{"output": 1}\n{"note": "not {\'output\': 2}"}',
        1,
    ),
    # Python's spelling
    "single quotes": ("{'output': 'a'}", "a"),
    "Python's constants": ("{'output': [True, False, None]}", [True, False, None]),
    "Python's constants in double quotes": ('{"output": True}', True),
    "a mixture": ("{'output': [true, None]}", [True, None]),
    "a tuple": ("{'output': (1, (2,), ())}", [1, [2], []]),
    "a comma too many": ('{"output": [1, 2,],}', [1, 2]),
    "an apostrophe in a string": ("{'output': \"it's\"}", "it's"),
    "a negative number": ("{'output': -1.5}", -1.5),
    "a set": ("{'output': {1, 2}}", NONE),
    "an empty set": ("{'output': set()}", NONE),
    "bytes": ("{'output': b'a'}", NONE),
    "a complex number": ("{'output': 2j}", NONE),
    "an ellipsis": ("{'output': ...}", NONE),
    "an ellipsis in a list": ('{"output": [1, 2, ...]}', NONE),
    "a key that is a number": ("{'output': {1: 2}}", NONE),
    "a call": ("{'output': int('3')}", NONE),
    "a product": ("{'output': 3 * 4}", NONE),
    "a power": ("{'output': 10**9}", NONE),
    "a sum": ("{'output': 3 + 4}", NONE),
    "unpacking": ("{'output': 1, **{'a': 2}}", NONE),
    "a name": ("{'output': x}", NONE),
    "a formatted string": ("{'output': f'{3}'}", NONE),
    # strictness
    "not a number": ('{"output": NaN}', NONE),
    "infinite": ('{"output": -Infinity}', NONE),
    "too large a float": ('{"output": 1e400}', NONE),
    "too large a float for Python": ("{'output': -1e400}", NONE),
    "not a number in another key": ('{"output": 1, "x": NaN}', NONE),
    "a key given twice": ('{"output": 1, "output": 2}', NONE),
    "a key given twice inside": ('{"output": {"a": 1, "a": 2}}', NONE),
    "a key given twice in Python": ("{'output': {'a': 1, 'a': 2}}", NONE),
    "a lone surrogate": (r'{"output": "\ud800"}', NONE),
    "a lone surrogate as a key": (r'{"output": {"\udfff": 1}}', NONE),
    "a lone surrogate in Python": (r"{'output': '\ud800'}", NONE),
    "a pair of surrogates": (r'{"output": "\ud83d\ude00"}', "\U0001f600"),
    "a comment": ('{"output": 3 // three\n}', NONE),
    "a comment of Python": ('{"output": 3 # three\n}', NONE),
    "a comment in a list": ('{"output": [1, /* 2 */ 3]}', NONE),
    "a refused object hides what is in it": ('{"output": [{"output": 1}, NaN]}', NONE),
    "a refused object does not hide what is before it": ('{"output": 1} {"output": NaN}', 1),
    "the wrong bracket": ('{"output": [1, 2)}', NONE),
    "no comma": ('{"output": [1 2]}', NONE),
    "a raw line break in a string": ('{"output": "a\nb"}', NONE),
    "too many digits": ('{"output": ' + "9" * 5000 + "}", NONE),
    "too many digits in Python": ("{'output': " + "9" * 5000 + "}", NONE),
    "too many hexadecimal digits": ("{'output': 0x" + "f" * 5000 + "}", NONE),
    "too deep": ('{"output": ' + "[" * 101 + "]" * 101 + "}", NONE),
    "far too deep": ('{"output": ' + "[" * 50_000 + "]" * 50_000 + "}", NONE),
    "numbers keep their kind": ('{"output": [1, 1.0, -0.0, 1e2]}', [1, 1.0, -0.0, 100.0]),
    "a big int": ('{"output": 123456789012345678901234567890}', 123456789012345678901234567890),
}


@pytest.mark.parametrize(("text", "wanted"), CASES.values(), ids=CASES.keys())
def test_hard_case(text, wanted):
    """What a person would take for the final answer is found; what is no JSON value is not."""
    found = find_answer(text, "output")
    if wanted is NONE:
        assert found is None
    else:
        assert found is not None
        assert repr(found.value) == repr(wanted)
        assert found.json == json.dumps(wanted)


HOSTILE = {
    "braces": '"output"' + "{" * 100_000,
    "objects left open": '"output"' + '{"a":' * 20_000,
    "objects and lists left open": '"output"' + "{'a':[" * 17_000,
    "objects left open with the key": '{"output":' * 10_000,
    "malformed objects in objects": '{"output": x ' * 8_000 + "}" * 8_000,
    "refused objects in a row": "{'output': {1}} " * 7_000,
    "Python's spelling, malformed": "{'output': 1 2}" * 7_000,
    "strings that open and close": '"output"' + "{'" * 50_000,
    "strings of both kinds": '"output"' + "\"{' " * 25_000,
    "brackets": '{"output": ' + "[" * 100_000,
    "brackets closed wrongly": '{"output": [1,' * 7_000 + "]}" * 7_000,
    "spaces": '{"output"' + " " * 100_000,
    "escapes": '{"output": "' + "\\" * 100_000,
    "quoted objects": '{"a": "' + "{'output': 1} " * 7_000 + '"}',
    "escaped braces": r"\{'output': " * 8_000 + r"\}" * 8_000,
}


@pytest.mark.timeout(10)  # quadratic work would take minutes
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_searched_to_its_end(text):
    """A hundred kilobytes made to mislead hold no answer, and do not hide the one after them."""
    assert find_answer(text, "output") is None
    assert find_answer(text + '\n"\n{"output": 3}\n', "output").value == 3


def test_objects_nested_deep_are_looked_into():
    """However deep an object lies in others without the key, it is found."""
    text = '{"a":' * 9_000 + '{"output": 3}' + "}" * 9_000
    assert find_answer(text, "output").value == 3


def test_of_a_text_beyond_all_measure_the_end_counts():
    """The search is bounded, and the bound keeps the end."""
    assert find_answer(" " * 5_000_000 + '{"output": 3}', "output").value == 3


text_values = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text_values
    | st.sampled_from(["{", "}", '{"output": 1}', "'", '"', "\\", "```", "\\{"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text_values, inner, max_size=4),
    max_leaves=12,
)


@given(
    value=json_values,
    before=st.text(st.sampled_from("ab {}[]()'\"\\:,\n#`"), max_size=30),
    indent=st.sampled_from([None, 2]),
    ascii_only=st.booleans(),
)
def test_any_json_value_is_found_after_any_prose(value, before, indent, ascii_only):
    """A fenced object at the end is found and is equal, whatever stands before it."""
    answer = json.dumps({"output": value}, indent=indent, ensure_ascii=ascii_only)
    found = find_answer(f"{before}\n```json\n{answer}\n```\nDone.", "output")
    assert found is not None
    assert repr(found.value) == repr(value)
    assert found.json == json.dumps(value)


@given(value=json_values)
def test_any_json_value_is_found_in_python_spelling(value):
    """The same object as Python prints it is the same answer."""
    found = find_answer(f"I get { ({'input': value, 'sure': True})!r}.", "input")
    assert found is not None
    assert repr(found.value) == repr(value)


@given(
    st.lists(st.sampled_from([*"{}[]()'\"\\,: \n", '"output"', "'output'", "1", "x", "..."]))
    .map("".join)
    .map(lambda t: t[:2000])
)
def test_whatever_is_found_is_a_json_value(text):
    """No text makes the search fail, and what it finds goes through JSON unchanged."""
    found = find_answer(text, "output")
    if found is not None:
        assert json.loads(found.json) == found.value
        assert json.dumps(found.value) == found.json
