"""Every layout that trainers write comes to the picture of the same change added by hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.loras.shelf import LoraFile, check
from backend.domain.errors import Unsupported
from tests.backend.adapters.local.loras.by_hand import (
    RANK,
    TARGETS,
    Tensors,
    base_weight,
    by_hand,
    drawn,
    low_rank,
    numbers,
)
from tests.backend.adapters.local.pictures import mean_distance

EXACTLY = 0.1
"""Of 255, as a mean: nothing is quantised."""
Kohya = {"down": "lora_down.weight", "up": "lora_up.weight", "between": "_"}
Save = Callable[..., LoraFile]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Return a function that writes tensors as a file, of which all may be looked for."""

    def saved(tensors: Tensors, name: str = "style", *, weight: float = 1.0, **metadata: str) -> LoraFile:
        path = tmp_path / f"{name}.safetensors"
        save_file(
            {key: tensor.contiguous().clone() for key, tensor in tensors.items()}, path, metadata=metadata or None
        )
        check(path)
        return LoraFile(path, weight)

    return saved


@pytest.mark.parametrize(
    ("prefix", "how"),
    [
        ("transformer.", {}),
        ("", {}),
        ("base_model.model.", {}),
        ("diffusion_model.", {"alpha": 2.0}),
        ("model.diffusion_model.", {}),
        ("diffusion_model.transformer.", {}),
        ("", {"down": "lora_A.default.weight", "up": "lora_B.default.weight"}),
        ("transformer.", {"down": "lora_down.weight", "up": "lora_up.weight", "alpha": 2.0}),
        ("diffusion_model.", {"down": "lora.down.weight", "up": "lora.up.weight", "alpha": 1.0}),
        ("lora_unet_", {**Kohya, "alpha": 1.0}),
        ("lora_unet__", {**Kohya, "alpha": 8.0}),
        ("lora_transformer_", {**Kohya, "alpha": 4.0}),
        ("lycoris_", {**Kohya, "alpha": 2.0}),
    ],
    ids=[
        "diffusers",
        "no prefix",
        "peft",
        "ai-toolkit",
        "comfyui",
        "both",
        "diffsynth",
        "onetrainer",
        "anime-z",
        "kohya",
        "videox-fun",
        "onetrainer kohya",
        "lycoris",
    ],
)
def test_a_trainers_names_and_alphas_are_read(engine: Engine, save: Save, prefix: str, how: dict[str, Any]) -> None:
    tensors, added = low_rank(engine, prefix, **how)
    expected = by_hand(engine, added)
    assert mean_distance(drawn(engine, save(tensors)), expected) <= EXACTLY
    assert mean_distance(drawn(engine), expected) > 0.5


def test_the_authors_own_names_and_queries_keys_and_values_in_one_are_read(engine: Engine, save: Save) -> None:
    tensors: Tensors = {}
    added: Tensors = {}
    own = {
        "layers.0.attention.out": "layers.0.attention.to_out.0",
        "x_embedder": "all_x_embedder.2-1",
        "final_layer.adaLN_modulation.1": "all_final_layer.2-1.adaLN_modulation.1",
    }
    for at, (name, path) in enumerate(own.items()):
        rows, columns = base_weight(engine, path).shape
        low, high = numbers(RANK, columns, seed=at), numbers(rows, RANK, seed=at + 50)
        tensors |= {f"diffusion_model.{name}.lora_A.weight": low, f"diffusion_model.{name}.lora_B.weight": high}
        added[f"{path}.weight"] = high @ low
    low, high = numbers(RANK, 128, seed=90), numbers(384, RANK, seed=91)
    fused = "diffusion_model.layers.1.attention.qkv"
    tensors |= {f"{fused}.lora_A.weight": low, f"{fused}.lora_B.weight": high, f"{fused}.alpha": torch.tensor(2.0)}
    for letter, part in zip("qkv", high.chunk(3), strict=True):
        added[f"layers.1.attention.to_{letter}.weight"] = part @ low / 2
    assert mean_distance(drawn(engine, save(tensors)), by_hand(engine, added)) <= EXACTLY


def test_the_same_change_under_two_names_counts_once_and_two_different_ones_are_refused(
    engine: Engine, save: Save
) -> None:
    """Anime-Z's files hold queries, keys and values once more as one."""
    low, high = numbers(RANK, 128, seed=1), numbers(384, RANK, seed=2)
    block = "lora_unet_layers_1_attention_"
    tensors = {f"{block}qkv.lora_down.weight": low, f"{block}qkv.lora_up.weight": high}
    added = {}
    for letter, part in zip("qkv", high.chunk(3), strict=True):
        tensors |= {f"{block}to_{letter}.lora_down.weight": low.clone(), f"{block}to_{letter}.lora_up.weight": part}
        added[f"layers.1.attention.to_{letter}.weight"] = part @ low
    assert mean_distance(drawn(engine, save(tensors)), by_hand(engine, added)) <= EXACTLY
    tensors[f"{block}to_k.lora_up.weight"] = numbers(128, RANK, seed=3)
    with pytest.raises(Unsupported, match=r"two different changes of one layer .*attention_qkv.*attention_to_k"):
        drawn(engine, save(tensors, "other"))


def test_alphas_that_are_missing_for_some_layers_are_no_alphas_there(engine: Engine, save: Save) -> None:
    tensors, added = low_rank(engine, "diffusion_model.", alpha=2.0)
    del tensors[f"diffusion_model.{TARGETS[0]}.alpha"]
    added[f"{TARGETS[0]}.weight"] *= RANK / 2
    assert mean_distance(drawn(engine, save(tensors)), by_hand(engine, added)) <= EXACTLY


@pytest.mark.parametrize(
    ("config", "scale"),
    [
        ({"lora_alpha": 2, "r": RANK}, 0.5),
        ({"lora_alpha": 2, "r": RANK, "use_rslora": True}, 1.0),
        ({"lora_alpha": 99, "r": RANK, "alpha_pattern": dict.fromkeys(TARGETS, 8)}, 2.0),
    ],
)
def test_the_alpha_that_diffusers_and_peft_note_beside_the_tensors_counts(
    engine: Engine, save: Save, config: dict[str, Any], scale: float
) -> None:
    tensors, added = low_rank(engine, "transformer.")
    expected = by_hand(engine, {path: scale * change for path, change in added.items()})
    noted = json.dumps({f"transformer.{name}": value for name, value in config.items()})
    assert mean_distance(drawn(engine, save(tensors, lora_adapter_metadata=noted)), expected) <= EXACTLY
    beside = save(low_rank(engine, "base_model.model.")[0], "adapter_model")
    (beside.path.parent / "adapter_config.json").write_text(json.dumps(config))
    assert mean_distance(drawn(engine, beside), expected) <= EXACTLY


def kronecker(engine: Engine, prefix: str, between: str = ".") -> tuple[Tensors, Tensors]:
    """Return a LoKr with each way to divide its factors, and what it adds."""
    tensors, added = {}, {}
    for at, path in enumerate(("layers.3.attention.to_q", "layers.4.attention.to_v", "layers.4.adaLN_modulation.0")):
        rows, columns = base_weight(engine, path).shape
        w1, w2 = numbers(4, 4, seed=at, spread=0.6), numbers(rows // 4, columns // 4, seed=at + 40)
        first = {"lokr_w1": w1}
        second = {"lokr_w2": w2, "alpha": torch.tensor(7.0)}  # whole ones have no rank, and so no alpha
        scale = 1.0
        if at:
            a, b = numbers(rows // 4, RANK, seed=at + 60, spread=0.6), numbers(RANK, columns // 4, seed=at + 80)
            second, w2, scale = {"lokr_w2_a": a, "lokr_w2_b": b, "alpha": torch.tensor(2.0)}, a @ b, 2 / RANK
        if at == 2:
            a, b = numbers(4, RANK, seed=at + 100, spread=0.6), numbers(RANK, 4, seed=at + 120, spread=0.6)
            first, w1 = {"lokr_w1_a": a, "lokr_w1_b": b}, a @ b
        tensors |= {f"{prefix}{path.replace('.', between)}.{key}": value for key, value in (first | second).items()}
        added[f"{path}.weight"] = scale * torch.kron(w1, w2)
    return tensors, added


@pytest.mark.parametrize(
    ("prefix", "between"), [("diffusion_model.", "."), ("transformer.", "."), ("lycoris_", "_"), ("lora_unet_", "_")]
)
def test_lokr_is_a_kronecker_product_whoever_names_it(engine: Engine, save: Save, prefix: str, between: str) -> None:
    tensors, added = kronecker(engine, prefix, between)
    for weight in (1.0, -0.5):
        expected = by_hand(engine, {path: weight * change for path, change in added.items()})
        assert mean_distance(drawn(engine, save(tensors, weight=weight)), expected) <= EXACTLY


def test_loha_is_the_product_of_two_products(engine: Engine, save: Save) -> None:
    tensors: Tensors = {}
    added: Tensors = {}
    for at, path in enumerate(TARGETS[:4]):
        rows, columns = base_weight(engine, path).shape
        a, c = (numbers(rows, RANK, seed=4 * at + n, spread=0.5) for n in (0, 1))
        b, d = (numbers(RANK, columns, seed=4 * at + n, spread=0.5) for n in (2, 3))
        parts = {"hada_w1_a": a, "hada_w1_b": b, "hada_w2_a": c, "hada_w2_b": d, "alpha": torch.tensor(2.0)}
        tensors |= {f"diffusion_model.{path}.{key}": value for key, value in parts.items()}
        added[f"{path}.weight"] = (a @ b) * (c @ d) * 2 / RANK
    assert mean_distance(drawn(engine, save(tensors)), by_hand(engine, added)) <= EXACTLY


@pytest.mark.parametrize("weight", [1.0, 0.5, -1.0, 0.0, 3.0])
def test_dora_goes_so_far_from_the_weights_to_its_own(engine: Engine, save: Save, weight: float) -> None:
    tensors: Tensors = {}
    added: Tensors = {}
    for at, path in enumerate(TARGETS[:3]):
        own = base_weight(engine, path).float()
        rows, columns = own.shape
        down, up = numbers(RANK, columns, seed=at), numbers(rows, RANK, seed=at + 9)
        magnitude = own.norm(dim=1, keepdim=True) * (1 + 0.6 * torch.rand(rows, 1))
        parts = {"lora_down.weight": down, "lora_up.weight": up, "alpha": torch.tensor(4.0), "dora_scale": magnitude}
        tensors |= {f"diffusion_model.{path}.{key}": value for key, value in parts.items()}
        there = own + up @ down
        added[f"{path}.weight"] = weight * (magnitude * there / there.norm(dim=1, keepdim=True) - own)
    assert mean_distance(drawn(engine, save(tensors, weight=weight)), by_hand(engine, added)) <= EXACTLY


def test_layers_of_several_kinds_and_full_differences_act_together(engine: Engine, save: Save) -> None:
    tensors, added = low_rank(engine, "diffusion_model.")
    more, too = kronecker(engine, "diffusion_model.")
    norm, bias, pad = numbers(128, seed=5), numbers(64, seed=6), numbers(1, 128, seed=7)
    matrix = numbers(128, 128, seed=8, spread=0.05)
    full = {
        "layers.0.attention_norm1.diff": norm,
        "layers.0.attention.q_norm.w_norm": norm[:32],
        "final_layer.linear.diff_b": bias,
        "x_pad_token.diff": pad,
        "layers.3.attention.to_k.diff": matrix,
    }
    added |= too | {
        "layers.0.attention_norm1.weight": norm,
        "layers.0.attention.norm_q.weight": norm[:32],
        "all_final_layer.2-1.linear.bias": bias,
        "x_pad_token": pad,
        "layers.3.attention.to_k.weight": matrix,
    }
    before = drawn(engine)
    lora = save(tensors | more | {f"diffusion_model.{name}": change for name, change in full.items()}, weight=0.5)
    expected = by_hand(engine, {path: 0.5 * change for path, change in added.items()})
    assert mean_distance(drawn(engine, lora), expected) <= EXACTLY
    assert mean_distance(drawn(engine), before) == 0


@pytest.mark.parametrize(
    "prefix", ["lora_te1_", "lora_te_model_", "text_encoder.", "text_encoders.qwen3_4b.transformer.model."]
)
def test_the_text_encoders_part_reads_the_words_otherwise(engine: Engine, save: Save, prefix: str) -> None:
    before = drawn(engine)
    low, high = numbers(RANK, 128, seed=1, spread=1.0), numbers(128, RANK, seed=2, spread=1.0)
    path = "layers.0.self_attn.q_proj"
    name = prefix + (path if prefix.endswith(".") else path.replace(".", "_"))
    lora = save({f"{name}.lora_down.weight": low, f"{name}.lora_up.weight": high}, weight=0.5)
    expected = by_hand(engine, {}, encoder={f"{path}.weight": high @ low / 2})
    assert mean_distance(before, expected) > 0.5
    assert mean_distance(drawn(engine, lora), expected) <= EXACTLY
    assert mean_distance(drawn(engine), before) == 0
    assert mean_distance(drawn(engine, lora), expected) <= EXACTLY


UNUSABLE = {
    "a layer that isn't there": {
        "diffusion_model.layers.99.attention.to_q.lora_A.weight": (4, 128),
        "diffusion_model.layers.99.attention.to_q.lora_B.weight": (128, 4),
    },
    "half a pair": {"diffusion_model.layers.3.attention.to_q.lora_A.weight": (4, 128)},
    "an alpha alone": {"diffusion_model.layers.3.attention.to_q.alpha": ()},
    "magnitudes of columns": {"diffusion_model.layers.0.attention.to_q.dora_scale": (1, 128)},
    "a bias that isn't there": {"diffusion_model.layers.0.attention.to_q.diff_b": (128,)},
    "a lora of a norm": {
        "diffusion_model.layers.0.attention_norm1.lora_A.weight": (4, 128),
        "diffusion_model.layers.0.attention_norm1.lora_B.weight": (1, 4),
    },
    "a layer of convolutions": {"diffusion_model.layers.0.attention.to_q.lora_mid.weight": (4, 4)},
    "factors of two kinds": {"diffusion_model.layers.0.attention.to_q.lokr_w1": (4, 4)},
    "another kind": {"diffusion_model.layers.3.attention.to_q.oft_blocks": (4, 32, 32)},
    "a word's embedding": {"bundle_emb.style.qwen": (2, 128)},
    "whole weights": {"diffusion_model.layers.0.attention_norm1.set_weight": (128,)},
}


@pytest.mark.parametrize("more", UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_cannot_be_used_whole_is_refused_with_the_names_and_nothing_is_left_of_it(
    engine: Engine, save: Save, more: dict[str, tuple[int, ...]]
) -> None:
    before = drawn(engine)
    tensors, _ = low_rank(engine, "diffusion_model.")
    with pytest.raises(Unsupported, match=r"style\.safetensors can't be used whole") as refused:
        drawn(engine, save(tensors | {name: torch.ones(shape) for name, shape in more.items()}))
    assert all(name in str(refused.value) for name in more)
    assert mean_distance(drawn(engine), before) == 0


def test_a_kronecker_product_over_queries_keys_and_values_is_shared_out_or_refused(engine: Engine, save: Save) -> None:
    fused = "diffusion_model.layers.0.attention.qkv"
    w1, w2 = numbers(12, 4, seed=1), numbers(32, 32, seed=2)
    added = {
        f"layers.0.attention.to_{letter}.weight": part
        for letter, part in zip("qkv", torch.kron(w1, w2).chunk(3), strict=True)
    }
    fits = save({f"{fused}.lokr_w1": w1, f"{fused}.lokr_w2": w2})
    assert mean_distance(drawn(engine, fits), by_hand(engine, added)) <= EXACTLY
    w1, w2 = numbers(16, 4, seed=1), numbers(24, 32, seed=2)
    with pytest.raises(Unsupported, match=r"can't be used whole: .*qkv\.lokr_w1, .*qkv\.lokr_w2"):
        drawn(engine, save({f"{fused}.lokr_w1": w1, f"{fused}.lokr_w2": w2}, "other"))
