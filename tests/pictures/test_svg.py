import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.pictures import gates, gradient_norms, to_svg, unfold, worked

from .standin import lstm, random_input

SVG = "{http://www.w3.org/2000/svg}"


def pictures(theme="light"):
    trace = lstm(random_input(12), hidden=3)
    curves = {"Elman": 0.5 ** np.arange(12), "my <cell>": np.zeros(12)}
    equations = SimpleNamespace(mathtext=[("h", ["h = o", "h = 0.5", "0.5"])])
    return {
        "gates": gates(trace, theme=theme),
        "unfold": unfold(trace, theme=theme),
        "norms": gradient_norms(curves, theme=theme),
        "worked": worked(equations, theme=theme),
    }


@pytest.fixture(params=["gates", "unfold", "norms", "worked"])
def picture(request):
    return pictures()[request.param]


def test_it_is_one_element_with_its_size_and_its_description(picture):
    root = ElementTree.fromstring(to_svg(picture))
    assert root.tag == SVG + "svg"
    assert (float(root.get("width")), float(root.get("height"))) == picture.size()
    assert root.get("aria-label") == picture.description
    assert root.get("role") == "img"


def test_text_stays_text():
    root = ElementTree.fromstring(to_svg(pictures()["norms"]))
    said = {"".join(text.itertext()).strip() for text in root.iter(SVG + "text")}
    assert {"Elman", "my <cell>", "exactly 0", "step t"} <= said


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["gates", "unfold", "norms", "worked"])
def test_every_colour_of_text_and_line_can_be_set_by_the_page(name, theme):
    svg = to_svg(pictures(theme)[name])
    styles = re.findall(r'style="([^"]*)"', svg)
    bare = [style for style in styles if re.search(r"(?<!, )#[0-9a-f]{6}", style)]
    assert bare == []
    assert "var(--soft, " in svg


def test_ink_falls_back_to_the_theme_it_was_drawn_in():
    light, dark = (to_svg(pictures(theme)["norms"]) for theme in ("light", "dark"))
    assert "var(--ink, #1b1b1b)" in light
    assert "var(--ink, #ececec)" in dark
    assert "var(--elman, #e69f00)" in light


def test_a_background_is_painted_only_when_asked_for(picture):
    whole = r'<path d="M 0 [^"]*" style="fill: var\(--bg'
    assert re.search(whole, to_svg(picture, transparent=False))
    assert not re.search(whole, to_svg(picture))


def test_nothing_in_it_reaches_the_rest_of_a_page(picture):
    svg = to_svg(picture)
    assert "<style" not in svg
    assert "<?xml" not in svg
    assert "<!DOCTYPE" not in svg


def test_every_reference_is_to_an_id_of_the_picture_itself(picture):
    svg = to_svg(picture)
    ids = re.findall(r'\bid="([^"]*)"', svg)
    references = re.findall(r'url\(#([^)]*)\)|href="#([^"]*)"', svg)
    assert len(ids) == len(set(ids))
    assert {one or other for one, other in references} <= set(ids)


def test_ids_of_two_pictures_in_one_page_do_not_clash():
    found = [set(re.findall(r'\bid="([^"]*)"', to_svg(each))) for each in pictures().values()]
    assert sum(map(len, found)) == len(set.union(*found))


def test_the_same_picture_is_the_same_string_in_this_process_and_in_another():
    code = (
        "import numpy as np; from workbench.pictures import gradient_norms, to_svg; "
        "print(to_svg(gradient_norms({'Elman': 0.5 ** np.arange(12)})), end='')"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    here = to_svg(gradient_norms({"Elman": 0.5 ** np.arange(12)}))
    assert runs[0] == runs[1]
    assert runs[0].decode("utf-8").replace("\r\n", "\n") == here
    assert not re.search(r"20\d\d-\d\d-\d\d", here)
