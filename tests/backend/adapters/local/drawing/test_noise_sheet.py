import torch

from backend.adapters.local.drawing.noise_sheet import NoiseCut, NoiseSheet

LIKE = (1, 16, 16, 16)


def plain(noise: torch.Tensor) -> torch.Tensor:
    return noise


def test_neighbours_have_the_same_noise_where_they_overlap() -> None:
    sheet = NoiseSheet((256, 160), seed=7)
    left, right = (NoiseCut(sheet, corner).first(LIKE, plain) for corner in ((0, 32), (96, 32)))
    assert torch.equal(left[..., 12:], right[..., :4])
    assert not torch.equal(left, right)
    assert abs(float(left.std()) - 1) < 0.05


def test_the_noise_is_that_of_the_whole_picture_and_its_seed() -> None:
    corner = (64, 16)
    first = NoiseSheet((256, 160), 7).at(corner, LIKE, plain)
    assert torch.equal(first, NoiseSheet((256, 160), 7).at(corner, LIKE, plain))
    assert not torch.equal(first, NoiseSheet((256, 160), 8).at(corner, LIKE, plain))
    whole = torch.randn((1, 16, 20, 32), generator=torch.Generator().manual_seed(7))
    assert torch.equal(first, whole[:, :, 2:18, 8:24])


def test_what_a_sampler_adds_is_shared_too_and_other_in_each_step() -> None:
    sheet = NoiseSheet((256, 160), 7)
    left, right = (sheet.added(corner, LIKE, 1) for corner in ((0, 32), (96, 32)))
    assert torch.equal(left[..., 12:], right[..., :4])
    assert not torch.equal(left, sheet.added((0, 32), LIKE, 2))
    assert not torch.equal(left, sheet.at((0, 32), LIKE, plain))


def test_a_variation_moves_the_whole_noise_once() -> None:
    seen: list[tuple[int, ...]] = []

    def vary(noise: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(noise.shape))
        return noise + 1

    sheet = NoiseSheet((256, 160), 7)
    first, again = (sheet.at((0, 0), LIKE, vary) for _ in range(2))
    assert torch.equal(first, again)
    assert seen == [(1, 16, 20, 32)]


def test_the_highest_seed_has_noise() -> None:
    assert NoiseSheet((128, 128), 2**63 - 1).added((0, 0), LIKE, 3).shape == LIKE
