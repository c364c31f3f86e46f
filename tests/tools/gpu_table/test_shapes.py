import torch

from tools.gpu_table.shapes import full_size_pipe


def test_the_random_model_has_the_real_ones_size() -> None:
    pipe = full_size_pipe("meta", torch.bfloat16)
    sizes = {name: sum(p.numel() for p in getattr(pipe, name).parameters()) for name in ("transformer", "vae")}
    assert round(sizes["transformer"] / 1e9, 3) == 6.155
    assert round(sizes["vae"] / 1e6, 1) == 83.8
    assert sum(p.numel() for p in pipe.text_encoder.parameters()) == 4_022_468_096
