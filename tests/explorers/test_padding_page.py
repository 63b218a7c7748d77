"""What a newcomer sees on the page of the padding explorer: where it begins, and its colours."""

import pytest
from pages import drag, sentence, settled, show

import workbench as wb

PIXEL = """([x, y]) => {
    const canvas = document.querySelector('.wb-panel canvas');
    const d = canvas.width / canvas.clientWidth;
    return [...canvas.getContext('2d').getImageData(x * d, y * d, 1, 1).data];
}"""


@pytest.mark.browser
def test_padding_changes_no_colour_of_a_true_state_and_masked_cells_are_those_of_0(
    open_page, tmp_path
):
    page = show(open_page, wb.explore.padding(), tmp_path)
    strip = 44 + 22
    first = [page.evaluate(PIXEL, [150, strip + 6 * unit + 3]) for unit in range(6)]
    assert len({tuple(each) for each in first}) > 1
    drag(page, "padding value", 15)
    assert [page.evaluate(PIXEL, [150, strip + 6 * unit + 3]) for unit in range(6)] == first
    texts = page.locator(".wb-panel text").all_text_contents()
    assert any(text.startswith("≥ ") for text in texts)
    page.get_by_role("button", name="mask", exact=True).click()
    settled(page)
    masked = {tuple(page.evaluate(PIXEL, [315, strip + 6 * unit + 3])) for unit in range(6)}
    ((red, green, blue, alpha),) = masked
    assert max(red, green, blue) - min(red, green, blue) <= 3
    assert (red > 235, alpha) == (True, 255)


@pytest.mark.browser
def test_the_page_begins_at_what_the_first_wrong_row_reads(open_page, tmp_path):
    page = show(open_page, wb.explore.padding(), tmp_path, width=640)
    assert "h[-1] reads step 7 of “to”" in sentence(page)
    assert page.locator(".wb-hint").inner_text().startswith("“to”, step 7")
    options = page.get_by_role("combobox", name="unit").locator("option").all_text_contents()
    assert options == [f"{unit} of 6" for unit in range(6)]
    ticks = page.locator(".wb-axis .tick").all_text_contents()
    assert ticks == [str(step) for step in range(8)]
