"""How fast the explorers follow a hand, in a real JupyterLab in a real Chromium.

    python -m workbench.bench.explorers            all of them
    python -m workbench.bench.explorers gates      one

Needs Chromium and the extra "test" (Playwright). Each explorer is opened in a notebook; its main
slider is moved with the arrow keys, then dragged with the pointer. A step is the time from the
event that the browser gave the slider to the first animation frame after the new picture was
drawn. Updates are the pictures drawn in a second while the slider moves in every animation frame,
faster than a test can move the pointer. Numbers vary with the machine and with what else runs.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from workbench.lab import PROMPT

CASES = {
    "gates": "wb.explore.gates('lstm')",
    "kernel": "wb.explore.gates('lstm', hidden_size=256)",
    "unfold": "wb.explore.unfold('lstm')",
    "gradients": "wb.explore.gradients()",
    "jacobian": "wb.explore.jacobian()",
    "carousel": "wb.explore.carousel()",
    "padding": "wb.explore.padding()",
    "phases": "wb.explore.phases()",
}
"""Name -> the code that shows an explorer; its first slider is moved. "kernel" is the gates of a
network that is too large for the page: each of its updates is computed by Numba."""
KEYS, SECONDS = 120, 3.0  # key presses, seconds of dragging
OPTIONS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")

# Watches one slider: when it changed, and when the frame that shows the change was there.
WATCH = """
(slider) => {
  const root = slider.closest('.wb');
  const seen = window.seen = { steps: [], drawn: 0, bytes: 0, since: performance.now() };
  let waiting = null;
  slider.addEventListener('input', (event) => { waiting ??= event.timeStamp; }, true);
  new MutationObserver(() => {
    seen.drawn++;
    const began = waiting;
    waiting = null;
    if (began !== null) requestAnimationFrame(() => seen.steps.push(performance.now() - began));
  }).observe(root, { attributeFilter: ['data-drawn'] });
}
"""
# Counts the bytes that go to the kernel and come from it.
COUNT_BYTES = """
const size = (data) => data.byteLength ?? data.size ?? data.length;
const count = (data) => { if (window.seen) window.seen.bytes += size(data); };
window.WebSocket = new Proxy(WebSocket, {
  construct(target, given) {
    const socket = new target(...given);
    socket.addEventListener("message", (event) => count(event.data));
    const send = socket.send.bind(socket);
    socket.send = (data) => { count(data); return send(data); };
    return socket;
  },
});
"""
# Moves the slider in every animation frame for some seconds: a hand that is as fast as the screen.
SWEEP = """
async ([slider, seconds]) => {
  const [low, high] = [Number(slider.min), Number(slider.max)];
  Object.assign(seen, { drawn: 0, bytes: 0, frames: 0, since: performance.now() });
  await new Promise((done) => {
    const move = (now) => {
      if (now - seen.since > 1000 * seconds) return done();
      const share = 0.5 + 0.4 * Math.sin(++seen.frames / 20);
      slider.value = low + share * (high - low);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      requestAnimationFrame(move);
    };
    requestAnimationFrame(move);
  });
  return { ...seen, spent: performance.now() - seen.since };
}
"""
# Runs the cell; the milliseconds until its picture is there. The cell itself ends later, with its
# still picture.
FIRST = """
() => new Promise((shown) => {
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (!document.querySelector(".wb[data-drawn]")) return;
    watch.disconnect();
    requestAnimationFrame(() => shown(performance.now() - began));
  });
  watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-drawn"] });
  jupyterapp.commands.execute("notebook:run-cell-and-select-next");
})
"""
IDLE = """
() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext?.session;
  return session?.kernel?.status === 'idle' && session.kernel.connectionStatus === 'connected';
}
"""


@contextlib.contextmanager
def notebook_server(folder):
    """A JupyterLab as `workbench lab` starts it, on this computer alone; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
        PROMPT, "--ServerApp.port_retries=0", "--allow-root", f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    with open(Path(folder) / "server.log", "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", server)
        yield f"http://127.0.0.1:{port}", token
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(address, server):
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("JupyterLab ended before it answered")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            answer.read()
            return
        time.sleep(0.1)
    raise RuntimeError("JupyterLab did not answer within a minute")


def notebook(code):
    """A notebook of two cells: the import, and one explorer."""
    cells = [
        {"cell_type": "code", "id": name, "metadata": {}, "outputs": [], "execution_count": None,
         "source": source}
        for name, source in (("a", "import workbench as wb; wb.explore"), ("b", code))
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def measure(browser, address, token, folder, name):
    """One row of the table: what was seen with one explorer."""
    code = CASES[name]
    (Path(folder) / f"{name}.ipynb").write_text(json.dumps(notebook(code)))
    context = browser.new_context(viewport={"width": 1400, "height": 1400})
    page = context.new_page()
    page.add_init_script(COUNT_BYTES)
    page.goto(f"{address}/lab/tree/{name}.ipynb?reset&token={token}")
    page.wait_for_function(IDLE, timeout=90000)
    run = "jupyterapp.commands.execute('notebook:run-cell-and-select-next')"
    page.evaluate(run)
    page.wait_for_function(IDLE, timeout=90000)
    page.wait_for_timeout(1500)
    first = page.evaluate(FIRST) / 1000
    page.wait_for_function(IDLE, timeout=90000)
    page.wait_for_timeout(2000)
    slider = page.locator(".wb input[type=range]").first
    slider.scroll_into_view_if_needed()
    slider.evaluate(WATCH)
    row = {"first": first, "step": press(page, slider), "drag": drag(page, slider)}
    row["rate"], row["bytes"] = sweep(page, slider)
    context.close()
    return row


def press(page, slider):
    """Seconds that each of many key presses took to show."""
    slider.focus()
    page.wait_for_timeout(200)
    page.evaluate("seen.steps = []")
    for k in range(KEYS):
        page.keyboard.press("ArrowRight" if k % 40 < 20 else "ArrowLeft")
        page.wait_for_timeout(20)
    page.wait_for_timeout(300)
    return page.evaluate("seen.steps")


def drag(page, slider):
    """Drag to and fro with the pointer: what each step took."""
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.evaluate("seen.steps = []")
    began, k = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        k += 1
        share = 0.1 + 0.8 * abs((k % 120) / 60 - 1)
        page.mouse.move(box["x"] + box["width"] * share, middle)
    page.mouse.up()
    return page.evaluate("seen.steps")


def sweep(page, slider):
    """(pictures a second, bytes between page and kernel for each)."""
    seen = page.evaluate(SWEEP, [slider.element_handle(), SECONDS])
    return 1000 * seen["drawn"] / seen["spent"], seen["bytes"] / max(1, seen["drawn"])


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def main(names):
    unknown = [name for name in names if name not in CASES]
    if unknown:
        sys.exit(f"explorer: expected one of {', '.join(CASES)}, got {unknown[0]}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit('Playwright: expected, got none; pip install ".[test]" brings it')
    named = os.environ.get("WORKBENCH_CHROMIUM")
    programs = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    path = next(filter(None, map(shutil.which, programs)), None)
    if path is None:
        sys.exit("Chromium: expected on PATH or in WORKBENCH_CHROMIUM, got none")
    print("explorer   first picture   step p50 / p95   drag p50 / p95   updates   bytes an update")
    with (
        tempfile.TemporaryDirectory() as folder,
        notebook_server(folder) as (address, token),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        for name in names or CASES:
            row = measure(browser, address, token, folder, name)
            step, dragged = (
                f"{quantile(row[k], 0.5):5.1f} / {quantile(row[k], 0.95):5.1f} ms"
                for k in ("step", "drag")
            )
            print(
                f"{name:<11}{row['first']:9.2f} s    {step}  {dragged}   {row['rate']:5.1f}/s"
                f"{row['bytes']:12.0f}",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
