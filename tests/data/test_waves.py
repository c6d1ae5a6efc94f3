"""A waveform has the variance and the periods it promises; averages are averages."""

import math

import pytest
import torch

from course_lib.data.waves import SINES, moving_averages, waveform
from course_lib.device import make_generator


def test_the_waveform_holds_its_four_sines_and_nothing_else():
    time = 40800  # a whole number of each period
    wave = waveform(time).double()
    assert wave.square().mean().item() == pytest.approx(1, abs=1e-3)
    power = torch.fft.rfft(wave).abs().square()
    largest = power.topk(len(SINES)).indices.sort().values.tolist()
    assert largest == sorted(time // int(period) for period, _ in SINES)


def test_moving_averages_forget_by_their_share():
    x = torch.zeros(1, 5, 1)
    x[0, 0, 0] = 1
    for place, tau in enumerate((1.0, 4.0)):
        found = moving_averages(x, [1.0, 4.0])[0, :, place]
        expected = [(1 / tau) * (1 - 1 / tau) ** k for k in range(5)]
        scaled = [value * math.sqrt(2 * tau - 1) for value in expected]
        assert found.tolist() == pytest.approx(scaled)


def test_moving_averages_of_noise_have_variance_one():
    noise = torch.randn(200, 400, 1, generator=make_generator(0))
    found = moving_averages(noise, [3.0, 30.0])[:, 200:]
    assert found.square().mean((0, 1)).tolist() == pytest.approx([1, 1], abs=0.05)
