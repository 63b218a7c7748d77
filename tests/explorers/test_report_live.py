"""The explorers of `workbench report` in a browser: alive on screen, still on paper."""

import pytest

from workbench import report
from workbench.report.live import MOST_UNITS

pytestmark = pytest.mark.browser
EVIL = "<script>document.title='x'</script><img src=x onerror=document.title='x'>"


def shown(open_page, path, **window):
    page = open_page(**window)
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("width", [640, 960])
def test_three_explorers_take_the_place_of_their_pictures(width, open_page, tmp_path):
    path = report.write("sunspots", hidden_size=4, untrained=True, out=tmp_path / "report.html")
    page = shown(open_page, path, width=width)
    page.wait_for_function("document.querySelectorAll('.wb[data-drawn]').length === 3")
    visible = page.locator("svg:visible").evaluate_all(
        "all => all.filter(one => !one.closest('.wb')).length"
    )
    assert visible == 0
    sentence = page.locator("#gates .wb-say")
    before = sentence.inner_text()
    page.locator("#gates .wb-body").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("text => document.querySelector('#gates .wb-say').innerText !== text",
                           arg=before)  # fmt: skip
    page.emulate_media(media="print")
    assert page.locator(".wb:visible").count() == 0
    assert page.locator(".live svg:visible").count() == 3


def test_a_name_of_the_user_stays_words_in_the_explorers(open_page, tmp_path):
    table = tmp_path / "evil.csv"
    rows = "".join(f"{k % 7}\n" for k in range(40))
    table.write_text(f'"{EVIL}"\n{rows}')
    path = report.write(str(table), column=EVIL, hidden_size=3, out=tmp_path / "report.html")
    page = shown(open_page, path)
    page.wait_for_function("document.querySelectorAll('.wb[data-drawn]').length === 3")
    assert page.title() != "x"
    assert page.locator("img").count() == 0


def test_many_units_stay_still(open_page, tmp_path):
    path = report.write(
        "sunspots", hidden_size=MOST_UNITS + 1, untrained=True, out=tmp_path / "report.html"
    )
    page = shown(open_page, path)
    assert page.locator(".wb").count() == 0
    assert page.locator(".live svg:visible").count() == 3


@pytest.mark.parametrize("source", ["short", "constant", "long"])
def test_short_constant_and_long_series_come_alive(source, open_page, tmp_path):
    values = {"short": [1, 2, 4], "constant": [3] * 30, "long": [k % 11 for k in range(1000)]}
    table = tmp_path / "a.csv"
    table.write_text("v\n" + "".join(f"{value}\n" for value in values[source]))
    path = report.write(str(table), hidden_size=3, out=tmp_path / "report.html")
    page = shown(open_page, path)
    page.wait_for_function("document.querySelectorAll('.wb[data-drawn]').length === 3")
    assert page.locator(".wb-error:visible").count() == 0
