"""controlnet-aux's detectors without weights: ZoeDepth's head over a small network, OpenPose over made-up maps."""

from typing import Any

import torch
from torch import Tensor, nn

JOINTS = {
    0: (0.50, 0.15), 1: (0.50, 0.28), 2: (0.38, 0.28), 3: (0.30, 0.42), 4: (0.26, 0.56), 5: (0.62, 0.28),
    6: (0.70, 0.42), 7: (0.74, 0.56), 8: (0.43, 0.58), 9: (0.42, 0.75), 10: (0.42, 0.92), 11: (0.57, 0.58),
    12: (0.58, 0.75), 13: (0.58, 0.92), 14: (0.47, 0.12), 15: (0.53, 0.12), 16: (0.43, 0.14), 17: (0.57, 0.14),
}  # fmt: skip
"""OpenPose's 18 points of a person who stands, as fractions of the picture."""
_LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11),
    (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17), (2, 16), (5, 17),
)  # fmt: skip
_PAF = (12, 20, 14, 16, 22, 24, 0, 2, 4, 6, 8, 10, 28, 30, 34, 32, 36, 18, 26)
"""The first of each limb's two channels."""


class Core(nn.Module):
    """Stands in for MiDaS with its 340 million weights: random features of the same kinds, by one convolution each."""

    output_channels = (8, 8, 8, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(3, channels, 3, padding=1) for channels in (32, 8, 8, 8, 8, 8))

    def forward(self, image: Tensor, **_: Any) -> tuple[Tensor, list[Tensor]]:
        scales = (2, 32, 16, 8, 4, 2)
        small = [nn.functional.avg_pool2d(image, scale) for scale in scales]
        found = [layer(part) for layer, part in zip(self.layers, small, strict=True)]
        return image.mean(dim=1), found


def zoe_detector() -> Any:
    """Return controlnet-aux's detector with random weights."""
    from controlnet_aux import ZoeDetector
    from controlnet_aux.zoe import ZoeDepth

    torch.manual_seed(1)
    return ZoeDetector(ZoeDepth(Core(), n_bins=8, bin_embedding_dim=16, n_attractors=[4, 2, 2, 1]).eval())


class Maps(nn.Module):
    """Answers every picture with the same heat maps, at an eighth of its size."""

    def __init__(self) -> None:
        super().__init__()
        self.device = nn.Parameter(torch.zeros(1))  # where controlnet-aux looks for the device

    @staticmethod
    def heat(points: list[tuple[float, float]], height: int, width: int) -> Tensor:
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        where = [((columns - x * width) ** 2 + (rows - y * height) ** 2) / 2 for x, y in points]
        return torch.stack([torch.exp(-distance) for distance in where])


class BodyMaps(Maps):
    """Sees one person, or nobody."""

    def __init__(self, *, anybody: bool) -> None:
        super().__init__()
        self.anybody = anybody

    def forward(self, data: Tensor) -> tuple[Tensor, Tensor]:
        height, width = data.shape[2] // 8, data.shape[3] // 8
        heat, fields = torch.zeros(19, height, width), torch.zeros(38, height, width)
        if self.anybody:
            heat[:18] = self.heat([JOINTS[joint] for joint in range(18)], height, width)
            for (begin, end), channel in zip(_LIMBS, _PAF, strict=True):
                way = (torch.tensor(JOINTS[end]) - torch.tensor(JOINTS[begin])) * torch.tensor([width, height])
                fields[channel : channel + 2] += (way / way.norm())[:, None, None]
        return fields[None], heat[None]


class SpotMaps(Maps):
    """Sees every point of a hand or a face, in a row."""

    def __init__(self, count: int, *, stages: bool) -> None:
        super().__init__()
        self.count, self.stages = count, stages

    def forward(self, data: Tensor) -> Any:
        height, width = data.shape[2] // 8, data.shape[3] // 8
        points = [((index + 1) / (self.count + 1), 0.3 + 0.4 * (index % 2)) for index in range(self.count)]
        heat = self.heat(points, height, width)[None]
        return [heat] if self.stages else heat


def openpose_detector(*, anybody: bool = True) -> Any:
    """Return controlnet-aux's detector, whose networks are made up; all that groups and draws is its own."""
    from controlnet_aux import OpenposeDetector
    from controlnet_aux.open_pose import Body, Face, Hand

    body, hand, face = Body.__new__(Body), Hand.__new__(Hand), Face.__new__(Face)
    body.model, hand.model = BodyMaps(anybody=anybody), SpotMaps(22, stages=False)
    face.model = SpotMaps(71, stages=True)
    return OpenposeDetector(body, hand, face)
