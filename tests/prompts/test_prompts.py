"""The texts: filled completely, in one pass, and named by a digest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod_prompts import ExtraField, MissingField, PromptError, Prompts, UnknownText

PROMPTS = Prompts.load()

FIELDS = {
    "unify": {"path", "language", "content"},
    "repair": {"reason"},
    "predict": {"problem", "requirements", "signature", "refcode"},
    "predict_output": {"known"},
    "predict_input": {"known"},
    "feedback_output_mismatch": {"answer"},
    "feedback_input_mismatch": {"answer", "returned", "wanted"},
    "feedback_input_not_json": {"why"},
    "feedback_input_nondeterministic": set(),
    "feedback_exception": {"type", "message"},
    "feedback_died": set(),
    "feedback_timeout": {"seconds"},
    "feedback_too_big": {"why"},
    "feedback_no_answer": {"form"},
    "feedback_invalid_answer": {"why"},
    "success": set(),
}


def test_the_texts_and_their_fields_are_these():
    """What stages fill is fixed: a new text or field shows here first."""
    assert {name: PROMPTS.fields(name) for name in PROMPTS.texts} == FIELDS


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_text_fills_and_ends_without_a_newline(name):
    """A text filled with all its fields holds each value and no tag that was not filled."""
    values = {field: f"<{field}-value>" for field in FIELDS[name]}
    filled = PROMPTS.fill(name, **values)
    assert all(value in filled for value in values.values())
    assert "{{" not in filled
    assert filled == filled.strip()
    assert filled.isascii()


def test_success_is_exactly_this_word():
    """The released dataset marks a right answer so."""
    assert PROMPTS.fill("success") == "Success"


@pytest.mark.parametrize("name", sorted(n for n in FIELDS if n.startswith("feedback_")))
def test_feedback_asks_for_a_new_final_answer(name):
    """A teacher that is told of a failure is told what to do next, last of all."""
    assert PROMPTS.texts[name].endswith("give a new final answer in the same form.")


def test_output_feedback_has_no_place_for_the_wanted_output():
    """The wanted side of an output prediction can't be revealed by filling."""
    assert not PROMPTS.fields("feedback_output_mismatch") & {"wanted", "returned"}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, MissingField),
        ({"path": "a", "language": "b"}, MissingField),
        ({"path": "a", "language": "b", "content": "c", "licence": "d"}, ExtraField),
    ],
)
def test_a_missing_or_extra_field_is_refused(fields, error):
    """No prompt leaves half filled, and no value is dropped in silence."""
    with pytest.raises(error) as caught:
        PROMPTS.fill("unify", **fields)
    assert isinstance(caught.value, PromptError)


def test_an_unknown_text_or_language_is_refused_by_name():
    """A name that is not there is an error that tells it."""
    with pytest.raises(UnknownText, match="sonnet"):
        PROMPTS.fill("sonnet")
    with pytest.raises(UnknownText, match="xx"):
        Prompts.load("xx")
    with pytest.raises(UnknownText):
        Prompts.load("../en")


values = st.text(st.sampled_from("{}abwhy_ \n\\g<0>")) | st.sampled_from(
    ["{{answer}}", "{{wanted}}", "{{{{answer}}}}", r"\1", r"\g<0>"]
)


@given(answer=values, returned=values, wanted=values)
def test_fill_never_replaces_inside_values(answer, returned, wanted):
    """A value that looks like a tag or like a regular expression's group stays as it is."""
    prompts = Prompts({"t": "{{answer}}|{x}|{{wanted}}|{{ no }}|{{returned}}"})
    filled = prompts.fill("t", answer=answer, returned=returned, wanted=wanted)
    assert filled == f"{answer}|{{x}}|{wanted}|{{{{ no }}}}|{returned}"


@given(st.data())
def test_the_digest_changes_with_any_text_and_with_nothing_else(data):
    """The digest names the texts: order does not matter, every character does."""
    texts = dict(PROMPTS.texts)
    shuffled = dict(data.draw(st.permutations(list(texts.items()))))
    assert Prompts(shuffled).digest() == PROMPTS.digest()
    name = data.draw(st.sampled_from(sorted(texts)))
    changed = data.draw(st.text(max_size=5).filter(lambda t: t != texts[name]))
    assert Prompts(texts | {name: changed}).digest() != PROMPTS.digest()


def test_the_digest_keeps_names_and_texts_apart():
    """Moving a character from a name to its text, or renaming a text, is another digest."""
    digests = {
        Prompts(t).digest() for t in ({"a": "bc"}, {"ab": "c"}, {"a": "b", "c": ""}, {"abc": ""})
    }
    assert len(digests) == 4
    assert all(len(d) == 32 and int(d, 16) >= 0 for d in digests)
