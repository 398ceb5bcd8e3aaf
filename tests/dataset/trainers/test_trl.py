"""TRL's trainers take the exports as they are: load, prepare and train on them for a step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codeiod.dataset.exports import Format
from codeiod.rewards import Reward

pytest.importorskip("trl", reason="TRL is not installed: make trainers")

pytestmark = [
    pytest.mark.filterwarnings("default"),  # what these libraries warn of is not ours to mend
    pytest.mark.timeout(600),
]

TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}> {{ m['content'] }} <end> {% endfor %}"
    "{% if add_generation_prompt %}<assistant> {% endif %}"
)
ONE_STEP: dict[str, Any] = {
    "max_steps": 1,
    "report_to": [],
    "use_cpu": True,
    "bf16": False,
    "save_strategy": "no",
    "disable_tqdm": True,
    "per_device_train_batch_size": 2,
}

Load = Callable[..., Any]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory, exported: Callable[..., Path]) -> Load:
    """Return what loads a config of an export, offline."""
    cache = tmp_path_factory.mktemp("cache")

    def dataset(form: Format, config: str, **options: Any) -> Any:
        import datasets

        folder = str(exported(form, **options))
        return datasets.load_dataset(folder, config, split="train", cache_dir=str(cache))

    return dataset


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Make a tokenizer of bytes with a template for conversations."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    marks = ["<pad>", "<end>"]
    vocabulary = {token: number for number, token in enumerate([*marks, *alphabet])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    found = PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="<end>")
    found.chat_template = TEMPLATE
    return found


@pytest.fixture
def model(tmp_path: Path, tokenizer: Any) -> Any:
    """Make a tiny model of the real kind, which knows nothing; some trainers load it once more."""
    from transformers import LlamaConfig, LlamaForCausalLM

    size = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    LlamaForCausalLM(size).save_pretrained(tmp_path / "model")
    return LlamaForCausalLM.from_pretrained(tmp_path / "model")


@pytest.mark.parametrize(
    ("form", "config", "options"),
    [
        (Format.SFT, "messages", {}),
        (Format.SFT, "prompt_completion", {}),
        (Format.SFT, "messages", {"revised": True}),
        (Format.SFT, "prompt_completion", {"revised": True}),
        (Format.CHAT, "messages", {}),
    ],
)
def test_sft(
    tmp_path: Path,
    load: Load,
    tokenizer: Any,
    model: Any,
    form: Format,
    config: str,
    options: dict[str, Any],
) -> None:
    """``SFTTrainer`` reads every row, and finds what was said in what it prepares."""
    from trl import SFTConfig, SFTTrainer

    rows = load(form, config, **options)
    trainer = SFTTrainer(
        model,
        SFTConfig(str(tmp_path), max_length=None, **ONE_STEP),
        train_dataset=rows,
        processing_class=tokenizer,
    )
    assert len(trainer.train_dataset) == len(rows) == 24
    text = tokenizer.decode(trainer.train_dataset[1]["input_ids"])
    assert "first" in text
    assert ("second" in text) == (form is Format.CHAT or bool(options))
    assert trainer.train().training_loss > 0


def test_dpo(tmp_path: Path, load: Load, tokenizer: Any, model: Any) -> None:
    """``DPOTrainer`` reads prompt, chosen and rejected."""
    from trl import DPOConfig, DPOTrainer

    rows = load(Format.PREFERENCE, "preference")
    trainer = DPOTrainer(
        model,
        args=DPOConfig(str(tmp_path), max_length=None, **ONE_STEP),
        train_dataset=rows,
        processing_class=tokenizer,
    )
    assert len(trainer.train_dataset) == len(rows) == 6
    assert trainer.train().training_loss > 0


def test_grpo(
    tmp_path: Path, load: Load, tokenizer: Any, model: Any, exported: Callable[..., Path]
) -> None:
    """``GRPOTrainer`` calls our reward function with completions and the columns of the rows."""
    from trl import GRPOConfig, GRPOTrainer

    with Reward(exported(Format.RLVR), workers=1) as reward:
        trainer = GRPOTrainer(
            model,
            reward_funcs=reward,
            args=GRPOConfig(str(tmp_path), num_generations=2, max_completion_length=4, **ONE_STEP),
            train_dataset=load(Format.RLVR, "tasks"),
            processing_class=tokenizer,
        )
        trainer.train()
    logged = [one for one in trainer.state.log_history if "reward" in one]
    assert logged[0]["rewards/codeiod_right/mean"] == 0.0  # it knows nothing
