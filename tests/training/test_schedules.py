"""Schedules: their corners by hand, their shape by the formula of the source, their description."""

import json
import math

import pytest

from workbench.training import (
    SCHEDULES,
    Constant,
    CosineDecay,
    ExponentialDecay,
    ExponentialRamp,
    OneCycle,
    StepDecay,
    schedule_from,
    schedule_of,
)

ALL = [
    Constant(0.1),
    StepDecay(0.1, 10),
    ExponentialDecay(0.1, 0.99),
    ExponentialRamp(1e-7, 10, 100),
    CosineDecay(0.1, 100, 10, 1e-4),
    CosineDecay(0.1, 100),
    OneCycle(0.1, 100),
    OneCycle(0.1, 100, low=0.03, last=0.002, cycle=1),
]


def test_every_schedule_is_tested():
    assert {type(schedule).__name__ for schedule in ALL} == set(SCHEDULES)


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_a_rate_is_a_finite_float_at_every_step_and_long_after(schedule):
    rates = [schedule.at(step) for step in (*range(130), 10**7)]
    assert all(isinstance(rate, float) and math.isfinite(rate) and rate >= 0 for rate in rates)
    assert [schedule.at(step) for step in range(130)] == rates[:-1]


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_a_description_outlives_json_and_so_does_the_repr(schedule):
    again = schedule_from(json.loads(json.dumps(schedule.describe())))
    assert again == schedule
    assert eval(repr(schedule), dict(SCHEDULES)) == schedule


def test_a_step_decay_falls_after_every_so_many_steps():
    assert [StepDecay(8, 2, 0.5).at(step) for step in range(6)] == [8, 8, 4, 4, 2, 2]


def test_exponential_decay_is_a_factor_a_step():
    assert [ExponentialDecay(8, 0.5).at(step) for step in range(4)] == [8, 4, 2, 1]


def test_a_ramp_gives_every_decade_the_same_number_of_steps_and_stays_at_its_end():
    rates = [ExponentialRamp(1e-6, 1, 7).at(step) for step in range(8)]
    assert rates == pytest.approx([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 1], rel=1e-14)
    assert rates[0] == 1e-6
    assert rates[-2:] == [1.0, 1.0]


def test_warm_up_is_linear_and_ends_at_the_rate():
    rates = [CosineDecay(0.4, 20, warmup=4).at(step) for step in range(5)]
    assert rates == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4], rel=1e-15)


def test_the_cosine_has_a_third_of_its_way_where_the_angle_has_sixty_degrees():
    schedule = CosineDecay(1.0, 70, warmup=10, last=0.2)
    assert schedule.at(10) == 1.0
    assert schedule.at(30) == pytest.approx(0.2 + 0.8 * (1 + 1 / 2) / 2, rel=1e-14)
    assert schedule.at(40) == pytest.approx(0.6, rel=1e-14)
    assert schedule.at(50) == pytest.approx(0.2 + 0.8 * (1 - 1 / 2) / 2, rel=1e-14)
    assert schedule.at(70) == schedule.at(500) == 0.2


def test_one_cycle_goes_up_and_down_alike_and_then_far_below():
    schedule = OneCycle(1.0, 100)
    for step, rate in {0: 0.1, 45: 1.0, 90: 0.1, 100: 0.001, 500: 0.001}.items():
        assert schedule.at(step) == pytest.approx(rate, rel=1e-14)
    for step in range(46):
        assert schedule.at(step) == pytest.approx(schedule.at(90 - step), rel=1e-13)
        assert schedule.at(step) == pytest.approx(0.1 + 0.9 * step / 45, rel=1e-13)


def test_a_number_is_a_constant_schedule_and_a_schedule_is_itself():
    assert schedule_of(0.3) == Constant(0.3)
    assert schedule_of(ALL[1]) is ALL[1]


WRONG = [
    (lambda: Constant(-1), "rate: expected a finite number of at least 0, got -1"),
    (lambda: Constant(True), "rate: expected a finite number of at least 0, got True"),
    (lambda: Constant(math.inf), "rate: expected a finite number of at least 0, got inf"),
    (lambda: StepDecay(1, 0), "every: expected a whole number of at least 1, got 0"),
    (lambda: StepDecay(1, 5, 2), "factor: expected .* above 0 and of at most 1, got 2"),
    (lambda: ExponentialDecay(1, 0), "factor: expected .* above 0 and of at most 1, got 0"),
    (lambda: ExponentialRamp(0, 1, 5), "first: expected a finite number above 0, got 0"),
    (lambda: ExponentialRamp(1, 2, 1), "steps: expected a whole number of at least 2, got 1"),
    (lambda: CosineDecay(1, 10, 10), "warmup: expected fewer than 10 steps, got 10"),
    (lambda: CosineDecay(1, 10.5), "steps: expected a whole number of at least 1, got 10.5"),
    (lambda: OneCycle(1, 10, low=2), "low: expected .* at most 1, got 2"),
    (lambda: OneCycle(1, 10, cycle=0), "cycle: expected .* above 0 and of at most 1, got 0"),
    (lambda: schedule_of("slow"), r"learning_rate: expected .*or a schedule with .at\(step\)"),
    (lambda: schedule_from({"schedule": "Cyclic"}), "schedule: expected a dict that names one"),
    (lambda: schedule_from({"schedule": ["Cyclic"]}), "schedule: expected a dict that names one"),
    (lambda: schedule_from(None), "schedule: expected a dict that names one of .*got None"),
    (
        lambda: schedule_from({"schedule": "Constant", "rate": 1, "speed": 2}),
        "schedule: Constant: expected rate, got rate, speed",
    ),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_mistake_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
