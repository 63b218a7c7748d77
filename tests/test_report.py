"""The page of `workbench report`: whole, self-contained, escaped, the same for the same command."""

import re
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from workbench import cli, report
from workbench.report import source as sources
from workbench.report import words
from workbench.report.source import read
from workbench.report.study import COMPARED, study

VOID = {"meta", "link", "img", "br", "hr", "input", "base"}
EVIL = "<script>alert('x')</script> & \"co\""


class Page(HTMLParser):
    """Elements in order with attributes, the text outside of style, and what is unbalanced."""

    def __init__(self, text: str):
        super().__init__()
        self.elements, self.open, self.unbalanced, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def write_csv(path, header="v", count=40):
    wave = np.round(np.sin(np.arange(count) / 3), 4)
    quoted = header.replace('"', '""')
    path.write_text(f'"{quoted}"\n' + "".join(f"{value}\n" for value in wave))
    return path


@pytest.fixture(scope="module")
def sunspots(tmp_path_factory):
    """The page of `workbench report sunspots --untrained`."""
    path = report.write(
        "sunspots", untrained=True, out=tmp_path_factory.mktemp("page") / "report.html"
    )
    return path.read_text(encoding="utf-8")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_section_is_there(sunspots):
    page = Page(sunspots)
    titles = re.findall(r"<h2>(.*?)</h2>", sunspots)
    assert titles == [
        "The equations",
        "Unfolded in time",
        "Every line of the equations, every step",
        "Gradients back through time",
        "One step worked out",
    ]
    assert "<h1>LSTM reads sunspots</h1>" in sunspots
    for said in (
        "16 hidden units, 1,152 parameters, seed 0. The weights are untrained",
        "National Geophysical Data Center",
        "309, 1700 to 2008",
        "After 24 steps back,",
        "workbench report sunspots --cell lstm --hidden-size 16 --seed 0 --untrained --out ",
        "Not here: training (--untrained).",
    ):
        assert said in page.text
    # Each of the three pictures in both widths.
    assert sunspots.count("<svg ") == 6


def test_the_page_needs_nothing_but_itself(sunspots):
    page = Page(sunspots)
    names = {tag for tag, _ in page.elements}
    # One script, which is in the page; what it draws is tested with the explorers.
    assert [attributes for tag, attributes in page.elements if tag == "script"] == [
        {"type": "module"}
    ]
    assert not names & {"link", "iframe", "img", "object", "embed", "base", "form"}
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "href", "xlink:href", "action", "srcset", "poster"):
                assert value.startswith(("#", "data:image/png;base64,")), (tag, name, value[:60])
    style = sunspots[sunspots.index("<style>") : sunspots.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_is_well_formed_and_its_ids_are_unique(sunspots):
    page = Page(sunspots)
    assert page.unbalanced == []
    assert page.open == []
    for kind in ("svg", "math"):
        found = re.findall(rf"<{kind}[ >].*?</{kind}>", sunspots, re.DOTALL)
        assert found
        for element in found:
            ElementTree.fromstring(element.replace("&nbsp;", " "))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_equations_stand_twice_with_their_lines_in_the_colours_of_the_picture(sunspots):
    for k, name in enumerate("ifgoch", start=1):
        assert f".line-{name}{{color:var(--line-{k})}}" in sunspots
        assert sunspots.count(f'<mi class="line-{name}">') >= 3
    for scheme in ("--line-1:#6f4bb8", "--line-1:#b49cf0"):
        assert scheme in sunspots


def test_the_worked_step_gives_the_numbers_of_the_trace(sunspots):
    found = read("sunspots", None)
    done = study(found, "lstm", 16, 0)
    values = re.findall(r'<mrow class="value">(.*?)</mrow></mtd>', sunspots)
    shown = [float(re.sub(r"<.*?>", "", v).replace("\N{MINUS SIGN}", "-").replace("&#8722;", "-"))
             for v in values]  # fmt: skip
    expected = [done.trace[name][done.place, 0] for name in "ifgoch"]
    np.testing.assert_allclose(shown, expected, rtol=1e-3)
    moved = np.linalg.norm(np.diff(done.trace.h, axis=0), axis=1)
    assert moved[done.place - 1] == moved[48:].max()


def test_gradients_begin_with_norm_1_at_the_same_step_in_every_network():
    done = study(read("sunspots", None), "gru", 8, 1)
    assert [path.cell for path in done.paths] == list(COMPARED)
    for path in done.paths:
        assert len(path.norms) == 309
        assert path.norms[-1] == pytest.approx(1, rel=1e-12)
    assert list(done.paths[1].others) == ["c"]


def test_a_share_in_the_table_is_the_ratio_of_two_norms():
    curves = {"Elman": np.geomspace(1e-9, 1, 10), "GRU": np.geomspace(100, 1, 10)}
    lags, rows = words.shares(curves)
    assert lags == [1, 2, 5]
    assert rows["Elman"] == ["10 %", "1 %", "1 × 10⁻⁵"]  # noqa: RUF001
    assert rows["GRU"] == ["167 %", "278 %", "13 times"]


@pytest.mark.parametrize("cell", ["elman", "jordan", "slstm"])
def test_cells_with_other_states_have_their_page(cell, here):
    write_csv(here / "a.csv")
    page = Page(
        report.write("a.csv", cell=cell, hidden_size=3, untrained=True, out="a.html").read_text(
            "utf-8"
        )
    )
    assert page.unbalanced == []
    assert "Elman, LSTM" in page.text


def test_what_a_user_named_is_escaped(here):
    write_csv(here / "<b>.csv", EVIL)
    text = report.write("<b>.csv", column=EVIL, hidden_size=2, out="<i>.html").read_text(
        encoding="utf-8"
    )
    page = Page(text)
    assert [own for tag, own in page.elements if tag == "script"] == [{"type": "module"}]
    assert not {"b", "i"} & {tag for tag, _ in page.elements}
    assert page.unbalanced == []
    assert f"LSTM reads {EVIL}" in page.text


def test_the_same_command_writes_the_same_bytes_over_an_older_page(here):
    write_csv(here / "a.csv")
    pages = []
    for _ in range(2):
        path = report.write("a.csv", hidden_size=2, seed=5, out="a.html")
        pages.append(path.read_bytes())
    assert pages[0] == pages[1]
    report.write("a.csv", hidden_size=2, seed=6, out="a.html")
    assert path.read_bytes() != pages[0]
    assert sorted(p.name for p in here.iterdir()) == ["a.csv", "a.html"]


def test_a_failed_write_leaves_the_old_page_and_nothing_else(here, monkeypatch):
    out = here / "a.html"
    out.write_text("old")

    def refuse(*_):
        raise OSError(28, "No space left on device", "elsewhere")

    monkeypatch.setattr(report.os, "replace", refuse)
    with pytest.raises(OSError, match="No space left") as caught:
        report.put(out, "new")
    assert caught.value.filename == str(out)
    assert out.read_text() == "old"
    assert list(here.iterdir()) == [out]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_a_page_can_be_read_by_those_who_could_read_any_new_file(here):
    report.put(here / "page", "a")
    (here / "plain").touch()
    assert (here / "page").stat().st_mode == (here / "plain").stat().st_mode


def test_the_shortest_series_and_a_constant_one_have_their_page(here):
    (here / "three.csv").write_text("1\n2\n4\n")
    (here / "constant.csv").write_text("v\n" + "0.1\n" * 12)
    three = Page(report.write("three.csv", out="three.html").read_text(encoding="utf-8"))
    assert "After 2 steps back," in three.text
    constant = Page(report.write("constant.csv", out="constant.html").read_text(encoding="utf-8"))
    assert "0 at every step: the series never changes from 0.1" in constant.text
    assert "changes most" not in constant.text


def test_a_long_series_is_cut_to_its_end_and_the_page_says_so(here, monkeypatch):
    monkeypatch.setattr(sources, "LONGEST", 50)
    write_csv(here / "long.csv", count=300)
    text = report.write("long.csv", hidden_size=2, untrained=True, out="long.html").read_text(
        encoding="utf-8"
    )
    assert "the last 50 of 300 are shown, 250 to 299" in Page(text).text
    values = read("long.csv", None).series.values
    assert len(values) == 50
    part, past = read("long.csv", None), values[:35]  # 70 % of what is shown
    np.testing.assert_allclose(part.x[:, 0], (values - past.mean()) / past.std(), rtol=1e-12)


def test_a_nearly_sixty_times_longer_series_is_still_one_small_page(here):
    write_csv(here / "long.csv", count=20_000)
    path = report.write("long.csv", hidden_size=4, untrained=True, out="long.html")
    assert path.stat().st_size < 2e6


@pytest.mark.parametrize(
    ("text", "line", "answer"),
    [
        (None, "sunspot", "SOURCE: expected sunspots, co2 or a CSV file, got sunspot; did you mean "
         "sunspots?"),
        (None, "sunspots --column a", "--column: expected none for the data set sunspots, got a"),
        ("v\n1\n2\n", "a.csv", "SOURCE: expected a series of 3 steps or more, got 2"),
        ("v\n1\n", "a.csv", "SOURCE: expected at least 2 rows of numbers, got 1"),
        ("v,w\n1,2\n3,4\n5,nan\n", "a.csv --column w",
         "--column: expected a number in row 4 of column 'w', got 'nan'"),
        ("v,w\n1,a\n3,b\n5,c\n", "a.csv --column w",
         "--column: expected a number in row 2 of column 'w', got 'a'"),
        ("v,w\n1,2\n3,4\n5,6\n", "a.csv", "--column: expected one of v, w, got nothing"),
        ("v,w\n1,2\n3,4\n5,6\n", "a.csv --column u", "--column: expected one of v, w, got 'u'"),
        ("1,2\n3,4\n5,6\n", "a.csv --column 2", "--column: expected 0..1, got 2"),
        ("v\na\nb\n", "a.csv", "SOURCE: expected a column of numbers, got none"),
        ("", "a.csv", "SOURCE: expected rows of numbers, got an empty file 'a.csv'"),
        ("v\n1e308\n-1e308\n2\n", "a.csv",
         "SOURCE: expected numbers whose square fits into float64, got 1e+308"),
        ("v\n" + "1" * 200_000 + "\n2\n3\n", "a.csv",
         "SOURCE: expected a CSV file, got one that cannot be read at row 2 "),
        ("v\n1\n2\n3\n", "a.csv --out a.csv",
         "--out: expected another file than SOURCE, got a.csv"),
        (None, "sunspots --hidden-size 5000", "--hidden-size: expected 1..512, got 5000"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_leaves_no_page(text, line, answer, here, capsys):
    if text is not None:
        (here / "a.csv").write_text(text)
    assert cli.main(["report", *line.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(answer)
    assert err.count("\n") == 1
    assert not (here / "report.html").exists()


def test_a_column_is_found_by_itself_where_only_one_has_numbers(here):
    (here / "a.csv").write_text("date,place,v\n2001-01,a,1\n2001-02,b,2\n2001-03,c,4\n")
    found = read("a.csv", None)
    assert found.name == "v"
    assert found.series.times.dtype == "datetime64[M]"
    (here / "b.csv").write_text("7,1\n8,2\n9,3\n")
    assert read("b.csv", "1").series.values.tolist() == [1, 2, 3]
