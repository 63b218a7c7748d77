"""Controls of the fixture that opens pages: it sees every error, and no page reaches a network."""

import http.server
import threading

import pytest
from browser import find_chromium, find_program, watched_pages

pytestmark = pytest.mark.browser


@pytest.fixture
def server():
    """The address of a server on this computer that answers everything with an empty page."""

    class Quiet(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("setTimeout(() => { throw Error('late') })", "uncaught: .*late"),
        ("void Promise.reject(Error('unheard'))", "uncaught: .*unheard"),
        ("console.error('logged')", "console: logged"),
    ],
)
def test_control_an_error_in_a_page_fails_the_test(browser, script, said):
    with (
        pytest.raises(pytest.fail.Exception, match=f"errors in the page:\n{said}"),
        watched_pages(browser) as open_page,
    ):
        open_page().evaluate(script)


def test_control_a_page_that_logs_no_error_passes(open_page):
    open_page().evaluate("console.log('plain'); console.warn('a warning')")


FETCH = "url => fetch(url, { mode: 'no-cors' }).then(() => 'answered', () => 'refused')"


def test_offline_page_reaches_nothing_not_even_this_computer(open_page, server):
    assert open_page().evaluate(FETCH, server) == "refused"
    assert [error for error in open_page.errors if "ERR_INTERNET_DISCONNECTED" in error]
    open_page.errors.clear()


def test_online_page_reaches_this_computer_alone(open_page, server):
    page = open_page(offline=False)
    page.goto(server)
    assert page.evaluate(FETCH, server) == "answered"
    assert page.evaluate(FETCH, "http://name.example/") == "refused"
    assert [error for error in open_page.errors if "ERR_NAME_NOT_RESOLVED" in error]
    open_page.errors.clear()


def test_offline_page_opens_a_file(open_page, tmp_path):
    (tmp_path / "page.html").write_text("<p>from a file</p>")
    page = open_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.inner_text("p") == "from a file"


def test_page_has_the_width_and_the_preferences_asked_for(open_page):
    page = open_page(width=640, color_scheme="dark", reduced_motion="reduce")
    assert page.evaluate("innerWidth") == 640
    for query in ("(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"):
        assert page.evaluate("query => matchMedia(query).matches", query)


@pytest.mark.parametrize(
    ("find", "said"),
    [
        (lambda: find_program("node"), "node: expected on PATH, got none"),
        (find_chromium, "Chromium: expected a browser, got none at chromium, chromium-browser"),
    ],
)
@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_what_is_missing_skips_here_and_fails_in_ci(monkeypatch, tmp_path, find, said, ci, outcome):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("WORKBENCH_CHROMIUM", raising=False)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=f"^{said}"):
        find()
