"""What `workbench report` learns: from the past alone, and what the page says of it."""

import re

import numpy as np
import pytest

from workbench import data, report
from workbench.pictures import number
from workbench.report import learn as learning
from workbench.report import source as sources
from workbench.report import words
from workbench.report.learn import learn
from workbench.report.source import has_trend, read


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A few updates instead of six hundred."""
    monkeypatch.setattr(learning, "UPDATES", 60)


def write(folder, values, name="a.csv"):
    (folder / name).write_text("v\n" + "".join(f"{value}\n" for value in values))
    return str(folder / name)


def wave(count=120):
    return np.round(50 + 20 * np.sin(np.arange(count) / 3), 3)


def test_the_page_tells_the_errors_of_the_network_and_of_persistence(tmp_path):
    values, path = wave(), write(tmp_path, wave())
    text = report.write(path, cell="elman", hidden_size=4, out=tmp_path / "a.html").read_text()
    assert "<h2>What it learnt</h2>" in text
    found = learn(read(path, None), "elman", 4, 0)
    cut = 84  # 70 % of 120
    np.testing.assert_array_equal(found.truth, values[cut:])
    np.testing.assert_array_equal(found.persistence, values[cut - 1 : -1])
    past = values[:cut]
    x = (values - past.mean()) / past.std()
    spread = np.diff(past).std()
    said = found.model.run(x[:-1, None]).output[:, 0] * spread + values[:-1]
    np.testing.assert_allclose(found.forecast, said[cut - 1 :], rtol=1e-9)
    errors = [np.sqrt(np.mean((f - values[cut:]) ** 2)) for f in (said[cut - 1 :], values[83:-1])]
    np.testing.assert_allclose(found.rms, errors, rtol=1e-9)
    sentence = re.search(r'<p class="say">(One step ahead.*?)</p>', text)[1]
    for error in errors:
        assert number(error, 3) in sentence


def test_what_is_learnt_depends_on_the_past_alone(tmp_path):
    values = wave()
    other = values.copy()
    other[84:] = np.random.default_rng(0).normal(50, 20, 36).round(3)
    one, two = (
        learn(read(write(tmp_path, v, name), None), "elman", 3, 0)
        for v, name in ((values, "a.csv"), (other, "b.csv"))
    )
    for name, array in one.model.parameters.items():
        assert np.array_equal(array, two.model.parameters[name]), name
    # A forecast is made before its value is seen, and not changed by those after it.
    assert one.forecast[0] == two.forecast[0]


def test_gradients_before_and_after_training_stand_side_by_side(tmp_path):
    path = write(tmp_path, wave())
    text = report.write(path, cell="gru", hidden_size=3, out=tmp_path / "a.html").read_text()
    assert "GRU, trained" in text
    assert "untrained unless it is said" in text
    assert "the trained" in text


@pytest.mark.parametrize(
    ("own", "other", "end"),
    [
        (1.0, 2.0, "its error is 50 % of that."),
        (2.0, 1.0, "persistence wins. What is to come does not show in this past."),
        (1.0, 1.01, "no difference worth the name."),
    ],
)
def test_the_sentence_says_who_wins(own, other, end, tmp_path):
    class Learnt:
        rms = own, other

    class Study:
        learnt = Learnt
        network = learn(read(write(tmp_path, wave()), None), "elman", 2, 0).net

    said = words.compared(read("sunspots", None), Study).replace("\N{NO-BREAK SPACE}", " ")
    assert said.endswith(end)
    assert f"off by {number(own, 3)} (mean number a year)" in said


def test_a_series_with_a_trend_is_read_by_its_changes(tmp_path):
    assert has_trend(data.co2().values[:1500])
    assert not has_trend(data.sunspots().values[:216])
    assert not has_trend(np.ones(50))
    values = np.round(np.arange(120) + np.sin(np.arange(120)), 3)
    found = read(write(tmp_path, values), None)
    assert found.changes
    assert found.name == "change of v"
    changes = np.diff(values, prepend=values[0])
    past = changes[:84]
    np.testing.assert_allclose(found.x[:, 0], (changes - past.mean()) / past.std(), rtol=1e-9)
    text = report.write(str(tmp_path / "a.csv"), hidden_size=2, out=tmp_path / "a.html").read_text()
    assert "the change since the step before, standardised" in text


def test_too_short_a_series_is_not_trained_on_and_the_page_says_why(tmp_path):
    path = write(tmp_path, wave(learning.SHORTEST - 1))
    assert learn(read(path, None), "elman", 2, 0) is None
    text = report.write(path, hidden_size=2, out=tmp_path / "a.html").read_text()
    assert "too short to learn from a part" in text
    assert learn(read(write(tmp_path, wave(learning.SHORTEST)), None), "elman", 2, 0) is not None


def test_a_constant_past_is_learnt_without_a_division_by_zero(tmp_path):
    values = np.r_[np.full(84, 3.0), np.arange(36)]
    found = learn(read(write(tmp_path, values), None), "elman", 2, 0)
    assert np.isfinite(found.forecast).all()


def test_the_work_of_a_training_is_bounded_by_the_size_of_the_network(monkeypatch):
    monkeypatch.undo()
    assert learning._updates(learn_net(16), np.empty((1, 60, 1))) == learning.UPDATES
    assert learning._updates(learn_net(512), np.empty((1, 60, 1))) == learning.LEAST
    assert sources.PAST == 0.7


def learn_net(units):
    from workbench import Recurrent

    return Recurrent("lstm", 1, units)
