"""Depth and safety models of the real classes with random weights, small enough for a test."""

from pathlib import Path

import torch

SIDE = 28
_SMALL = {"hidden_size": 16, "num_attention_heads": 2, "image_size": SIDE, "patch_size": 14}
"""What both are cut from, a ViT."""


def save_depth_model(folder: Path) -> None:
    """Write a Depth Anything model as the hub's folder has it."""
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config, DPTImageProcessor

    torch.manual_seed(1)
    backbone = Dinov2Config(
        **_SMALL,
        num_hidden_layers=4,
        intermediate_size=32,
        out_features=["stage1", "stage2", "stage3", "stage4"],
        reshape_hidden_states=False,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        patch_size=14,
        reassemble_hidden_size=16,
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        head_hidden_size=4,
    )
    DepthAnythingForDepthEstimation(config).save_pretrained(folder)
    size = {"height": SIDE * 4, "width": SIDE * 4}
    DPTImageProcessor(size=size, keep_aspect_ratio=True, ensure_multiple_of=14).save_pretrained(folder)


def save_safety_model(folder: Path, *, unsafe: bool) -> None:
    """Write a classifier of the real labels that finds every image unsafe, or none."""
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    torch.manual_seed(1)
    config = ViTConfig(
        **_SMALL,
        num_hidden_layers=1,
        intermediate_size=16,
        id2label={0: "normal", 1: "nsfw"},
        label2id={"normal": 0, "nsfw": 1},
    )
    model = ViTForImageClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([0.0, 5.0 if unsafe else -5.0]))
    model.save_pretrained(folder)
    ViTImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
