import numpy as np
import pytest

from workbench.data import csv_column


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "mine.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_column_is_found_by_name_and_by_position(file, delimiter):
    path = file("a,b\n1,2.5\n3,-4e2\n".replace(",", delimiter))
    for column in ("b", 1):
        series = csv_column(path, column)
        np.testing.assert_array_equal(series.values, [2.5, -400])
        assert series.name == "b"
    np.testing.assert_array_equal(series.times, [0, 1])


def test_a_header_is_optional(file):
    series = csv_column(file("1,2\n3,4\n"), 0)
    np.testing.assert_array_equal(series.values, [1, 3])
    assert series.name == "column 0"


def test_a_byte_order_mark_quotes_blank_lines_and_spaces_do_no_harm(file):
    path = file('"tide, m", other\r\n\r\n 1.5 ,2\r\n"2.5",3\r\n\r\n', "utf-8-sig")
    np.testing.assert_array_equal(csv_column(path, "tide, m").values, [1.5, 2.5])


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2001-12-29", "2001-12-30"], "datetime64[D]"),
        (["2001-11", "2001-12"], "datetime64[M]"),
        (["2001-12-29T10:30", "2001-12-29T10:31"], "datetime64[m]"),
        (["2001-12-29 10:30:05Z", "2001-12-29 10:30:06Z"], "datetime64[s]"),
    ],
)
def test_iso_dates_in_the_first_column_become_the_times(file, cells, kind):
    series = csv_column(file(f"when,v\n{cells[0]},1\n{cells[1]},2\n"), "v")
    assert series.times.dtype == kind
    assert [str(t) for t in series.times] == [c.rstrip("Z").replace(" ", "T") for c in cells]


def test_dates_are_found_without_a_header(file):
    series = csv_column(file("2001-01-01,5\n2001-01-02,6\n"), 1)
    assert series.times.dtype == "datetime64[D]"
    np.testing.assert_array_equal(series.values, [5, 6])


def test_years_become_the_times_but_a_measured_first_column_does_not(file):
    np.testing.assert_array_equal(
        csv_column(file("Year,v\n1700,1\n1702,2\n"), "v").times, [1700, 1702]
    )
    np.testing.assert_array_equal(csv_column(file("mass,v\n1700,1\n1702,2\n"), "v").times, [0, 1])


def message(path, column, kind=ValueError):
    with pytest.raises(kind) as caught:
        csv_column(path, column)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    text = message(tmp_path / "none.csv", 0, FileNotFoundError)
    assert text.startswith("path: expected a CSV file, got")
    assert "none.csv" in text


@pytest.mark.parametrize("text", ["", "\n \n", ",\n,\n"])
def test_an_empty_file_is_refused(file, text):
    assert "got an empty file" in message(file(text), 0)


def test_an_unknown_column_lists_those_that_are_there(file):
    path = file("a,b\n1,2\n3,4\n")
    assert message(path, "c") == "column: expected one of a, b, got 'c'"
    assert message(path, 2) == "column: expected 0..1, got 2"
    assert message(path, -1) == "column: expected 0..1, got -1"
    assert message(path, 0.5, TypeError) == "column: expected a name or a position, got 0.5"


def test_a_name_without_a_header_is_refused(file):
    assert message(file("1,2\n3,4\n"), "a") == (
        "column: expected a position 0..1, as the file has no header, got 'a'"
    )


@pytest.mark.parametrize(
    ("cell", "got"),
    [
        ("warm", "'warm'"),
        ("", "an empty cell"),
        ("nan", "'nan'"),
        ("inf", "'inf'"),
        ("1_0", "'1_0'"),
    ],
)
def test_a_cell_that_is_no_number_is_named_with_its_row(file, cell, got):
    text = message(file(f"a,b\n1,2\n\n3,{cell}\n5,6\n"), "b")
    assert text == f"column 'b': expected a number in row 4, got {got}"


def test_a_row_that_is_too_short_is_an_empty_cell(file):
    assert "row 3, got an empty cell" in message(file("a,b\n1,2\n3\n"), "b")


@pytest.mark.parametrize(("text", "got"), [("a\n1\n", "got 1"), ("a,b\n", "got a header only")])
def test_too_few_rows_are_refused(file, text, got):
    assert message(file(text), 0) == f"path: expected at least 2 rows of numbers, {got}"


def test_times_out_of_order_are_refused(file):
    text = message(file("d,v\n2001-01-02,1\n2001-01-01,2\n"), "v")
    assert text == "path: expected times that increase, got 2001-01-01 after 2001-01-02 in row 3"


def test_a_date_that_does_not_exist_is_named_with_its_row(file):
    assert message(file("d,v\n2001-01-02,1\n2001-13-01,2\n"), "v") == (
        "path: expected a date in row 3, got '2001-13-01'"
    )


def test_a_file_that_is_not_text_is_refused(file):
    assert "expected UTF-8 text" in message(file("a\n1\n\xff\n", "latin-1"), 0)
