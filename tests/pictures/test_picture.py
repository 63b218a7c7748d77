import base64
import io
import struct

import matplotlib._pylab_helpers
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from workbench.pictures import gates
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import LIGHT

from .standin import elman, random_input


@pytest.fixture
def picture():
    return gates(elman(random_input(6), hidden=2))


def pixels(png):
    return struct.unpack(">II", png[16:24])


def test_a_png_has_the_asked_number_of_pixels(picture):
    width, height = picture.size()
    assert pixels(picture.png(1)) == (width, height)
    assert pixels(picture.png()) == (2 * width, 2 * height)


@pytest.mark.parametrize("inline", [False, True])
def test_a_notebook_shows_it_whole_with_or_without_inline(picture, inline, monkeypatch):
    shell = InteractiveShell.instance()
    shown = []
    monkeypatch.setattr(
        shell.display_pub, "publish", lambda data, metadata, **_: shown.append((data, metadata))
    )
    formatter = shell.display_formatter.formatters["image/png"]
    if inline:  # what the inline backend does: a formatter for every Figure
        formatter.for_type(Figure, lambda figure: b"cropped")
    try:
        shell.display_formatter.format(picture)
    finally:
        if inline:
            formatter.pop(Figure)
    ((data, metadata),) = shown
    width, height = picture.size()
    assert pixels(base64.b64decode(data["image/png"])) == (2 * width, 2 * height)
    assert metadata["image/png"] == {"width": width, "height": height}
    assert data["text/plain"] == picture.description


def test_pictures_do_not_pile_up(picture):
    assert matplotlib._pylab_helpers.Gcf.get_num_fig_managers() == 0


def test_a_picture_can_be_saved_as_any_figure(picture):
    buffer = io.BytesIO()
    picture.savefig(buffer, format="pdf")
    assert buffer.getvalue().startswith(b"%PDF")


def test_a_panel_is_where_its_pixels_say():
    picture = Picture(800, 400, LIGHT)
    axes = picture.panel(100, 40, 300, 120)
    box = axes.get_window_extent()
    assert (box.x0, box.width, box.height) == pytest.approx((100, 300, 120))
    assert box.y1 == pytest.approx(400 - 40)
    sheet = picture.sheet()
    assert sheet.transData.transform((10, 30)) == pytest.approx((10, 370))


@pytest.mark.parametrize("text", ["sunspots", "not a number", "$h_{t-1}$", "10⁻⁸"])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_a_text_is_as_wide_as_it_is_drawn(text, weight):
    picture = Picture(800, 400, LIGHT)
    drawn = picture.text(0.1, 0.5, text, size=9, weight=weight, family="DejaVu Sans")
    box = drawn.get_window_extent(FigureCanvasAgg(picture).get_renderer())
    assert text_width(text, 9, weight) == pytest.approx(box.width, abs=3)


def test_a_text_that_does_not_fit_ends_in_an_ellipsis():
    assert fit("short", 200) == "short"
    cut = fit("a long name that does not fit", 80)
    assert cut.endswith("…")
    assert "a long name".startswith(cut[:-1])
    assert text_width(cut) <= 80
