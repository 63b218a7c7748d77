"""The widget without a browser: messages, errors, the saved page, the still picture."""

import re

import numpy as np
import pytest
from matplotlib import pyplot
from own_cell import mine
from pages import arrive

import workbench as wb
from workbench import explorers
from workbench.explorers import packing
from workbench.explorers.explorer import copied


@pytest.fixture
def explorer():
    return wb.explore.gates("gru", np.sin(np.arange(12.0)), hidden_size=3)


def said(explorer):
    """What the page was told last that is wrong, or None."""
    return packing.unpack(explorer.answer)[0].get("error")


def test_what_the_hand_changes_arrives_in_the_networks(explorer):
    value = np.arange(9.0)
    arrive(explorer, packing.pack({"network": "GRU"}, {"U.z": value}))
    np.testing.assert_array_equal(explorer.networks["GRU"].parameters["U.z"], value.reshape(3, 3))
    assert said(explorer) is None


def test_the_networks_that_were_given_stay_as_they_were():
    net = wb.Recurrent("leaky", 1, 3, seed=1, leak_rate=0.25)
    before = {name: array.copy() for name, array in net.parameters.items()}
    explorer = wb.explore.gates(net, np.zeros(5))
    mine = explorer.networks["leaky"]
    about = {"network": "leaky", "numbers": {"leak_rate": 0.5}}
    arrive(explorer, packing.pack(about, {"b": np.ones(3)}))
    assert (mine.numbers["leak_rate"], net.numbers["leak_rate"]) == (0.5, 0.25)
    for name, array in before.items():
        np.testing.assert_array_equal(net.parameters[name], array)


def test_a_copy_runs_like_the_network():
    net = wb.Recurrent("jordan", 2, 4, sizes={"y": 3}, seed=5, dtype="float32")
    x = np.ones((6, 2))
    np.testing.assert_array_equal(copied(net).run(x).h, net.run(x).h)


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (b"nonsense", "message: expected safetensors bytes"),
        (
            packing.pack({"network": "none"}),
            "network: expected one of GRU, Elman, LSTM, got",
        ),
        (packing.pack({}), "network: expected one of"),
        (packing.pack({"network": "GRU"}, {"V": np.zeros(3)}), "parameter: expected one of W.r"),
        (packing.pack({"network": "GRU"}, {"b.r": np.zeros(4)}), r"b.r: expected (3,), got (4,)"),
        (packing.pack({"network": "GRU", "numbers": {"a": 1}}), "a: expected a numeric hyper-par"),
        (packing.pack({"network": "GRU", "numbers": 3}), "numbers: expected an object, got 3"),
        (packing.pack({"network": ["GRU"]}), "network: expected one of"),
        (packing.pack({"network": "GRU"}, {"b.r": np.full(3, np.nan)}), "b.r: expected finite"),
    ],
)
def test_a_wrong_message_is_answered_in_the_page_and_a_right_one_clears_it(
    explorer, message, error
):
    before = explorer.networks["GRU"].parameters.copy()
    arrive(explorer, message)
    assert said(explorer).startswith(error)
    assert "\n" not in said(explorer)
    for name, array in before.items():
        np.testing.assert_array_equal(explorer.networks["GRU"].parameters[name], array)
    arrive(explorer, packing.pack({"network": "GRU"}, {"b.r": np.ones(3)}))
    assert said(explorer) is None


@pytest.mark.parametrize("name", [n for n in explorers.__all__ if n != "Explorer"])
def test_500_events_leave_no_figure_and_no_observer_behind(name):
    g = np.random.default_rng(0)
    explorer = getattr(wb.explore, name)()
    observers = len(explorer._msg_callbacks.callbacks)
    figures = len(pyplot.get_fignums())
    labels = list(explorer.networks)
    for k in range(500):
        label = labels[g.integers(len(labels))]
        parameters = list(explorer.networks[label].parameters)
        parameter = parameters[g.integers(len(parameters))]
        values = g.standard_normal(explorer.networks[label].parameters[parameter].shape)
        good = bool(g.random() < 0.8)
        message = packing.pack({"network": label}, {parameter: values})
        arrive(explorer, message if good else message[: g.integers(0, len(message))])
        if good:
            np.testing.assert_array_equal(explorer.networks[label].parameters[parameter], values)
        assert (said(explorer) is None) == good
        if k % 250 == 0:
            explorer.picture()
    assert len(explorer._msg_callbacks.callbacks) == observers
    assert len(pyplot.get_fignums()) == figures


@pytest.mark.parametrize("asked", [{"unit": 0, "clamps": {"z": [[[[1]]]]}}, {"unit": 0, "set": 5}])
def test_what_fails_unforeseen_is_shown_in_the_page_too(explorer, asked):
    arrive(explorer, packing.pack({"network": "GRU", "ask": 1, **asked}))
    assert said(explorer)
    assert "\n" not in said(explorer)


def test_networks_follow_what_the_page_sends():
    explorer = wb.explore.gradients(wb.Recurrent(mine, 1, 3), np.sin(np.arange(40.0)))
    values = np.arange(9.0).reshape(3, 3)
    about = {"networks": {"mine": {"numbers": {"keep": 0.5}, "functions": {"squash": "relu"}}}}
    arrive(explorer, packing.pack(about, {"mine/U.m": values, "Elman/U": np.ones((3, 3))}))
    net = explorer.networks["mine"]
    assert net.cell.hyper["squash"].name == "relu"
    assert net.numbers["keep"] == 0.5
    np.testing.assert_array_equal(net.parameters["U.m"], values)
    elman = explorer.networks["Elman"].parameters["U"]
    assert (elman != np.ones((3, 3))).all(), "the message does not name that network"
    for wrong, said in [
        ({"networks": {"nobody": {}}}, "network: expected one of mine, Elman"),
        ({"networks": 3}, "networks: expected an object, got 3"),
        ({"networks": {"mine": 3}}, "mine: expected an object, got 3"),
        ({"networks": {"mine": {"functions": {"squash": "sine"}}}}, "squash: expected a function"),
        ({"networks": {"mine": {"functions": 3}}}, "functions: expected an object, got 3"),
        ({"networks": {"mine": {"numbers": {"squash": 1}}}}, "squash: expected a numeric hyper"),
    ]:
        arrive(explorer, packing.pack(wrong))
        assert explorer.error.startswith(said)
        assert "\n" not in explorer.error
        assert explorer.networks["mine"] is net


def test_a_saved_page_needs_no_other_file(explorer, tmp_path):
    path = tmp_path / "page.html"
    explorer.save_html(path)
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)\s*=|@import|url\(""", text.split("<body>")[0]) == []
    assert "<title>Gates over time</title>" in text
    assert text.count("</script>") == 1


@pytest.mark.parametrize("path", ["missing/page.html", "."])
def test_a_page_that_cannot_be_written_gets_one_line(explorer, tmp_path, path):
    with pytest.raises(ValueError, match=r"^path: expected a file that can be written, got") as e:
        explorer.save_html(tmp_path / path)
    assert "\n" not in str(e.value)


def test_a_notebook_gets_the_view_and_a_still_picture_with_a_line(explorer, capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: shown.append((a, k)))
    explorer._ipython_display_()
    (view, _), (image, _) = shown
    assert "application/vnd.jupyter.widget-view+json" in view[0]
    assert image[0].data.startswith(b"\x89PNG")
    assert "Run the cell again" in image[0].alt
