"""Opens an explorer as a page of its own, as a reader would: saved, from disk, with no network.

Or live, as in a notebook: with a Python that answers.
"""

import base64
import json

from workbench.explorers import packing, page


def show(open_page, explorer, folder, **window):
    """Return the page once it has drawn. window: as `open_page` takes it."""
    path = folder / "explorer.html"
    explorer.save_html(path)
    page = open_page(**window)
    page.goto(path.as_uri())
    page.wait_for_selector(".wb[data-drawn]")
    return page


def settled(page):
    """Wait until what was done last is drawn."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def sentence(page):
    """The sentence under the picture, after what was done last is drawn."""
    settled(page)
    return page.locator(".wb-say").inner_text()


def comes_to_say(page, words, texts):
    """Wait until elements, found by a selector, have these texts, whenever Python answers."""
    seen = "([words, wanted]) => JSON.stringify([...document.querySelectorAll(words)]"
    seen += ".map((element) => element.textContent)) === wanted"
    wanted = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
    page.wait_for_function(seen, arg=[words, wanted], timeout=60000)


def texts_of(page, words):
    """The texts of elements, found by a selector, after what was done last is drawn."""
    settled(page)
    return page.locator(words).all_text_contents()


def drag(page, slider, keys):
    """Move a slider, found by its name, with the keyboard: drag(page, "U.r[0, 0]", 10)."""
    control = page.get_by_role("slider", name=slider, exact=True)
    control.focus()
    for _ in range(abs(keys)):
        page.keyboard.press("ArrowRight" if keys > 0 else "ArrowLeft")
    settled(page)
    return float(control.input_value())


def arrive(explorer, message):
    """Let bytes come to Python as a browser's do: as a memoryview in a message of the widget."""
    data = {"method": "custom", "content": {}}
    explorer._handle_msg({"content": {"data": data}, "buffers": [memoryview(message)]})


def answered(explorer, **wish):
    """What Python answers to a wish of the page: (about, arrays)."""
    arrive(explorer, packing.pack({"ask": 1, **wish}))
    return packing.unpack(explorer.answer)


HOST = """
async ([module, message]) => {
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const { default: view } = await import(url);
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (l) => l.charCodeAt(0)).buffer);
  let hear = () => {};
  const model = {
    get: () => bytes(message),
    on: (event, listener) => { hear = listener; },
    async send(content, callbacks, [asked]) {
      const text = btoa(String.fromCharCode(...new Uint8Array(asked)));
      hear({}, [bytes(await window.kernel(text))]);
    },
  };
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  await view.render({ model, el });
}
"""


def live(open_page, explorer, **window):
    """A page whose explorer asks this Python, once it has drawn."""

    def answer(text):
        arrive(explorer, base64.b64decode(text))
        return base64.b64encode(explorer.answer).decode()

    opened = open_page(**({"height": 1400} | window))
    opened.expose_function("kernel", answer)
    opened.add_style_tag(content=page.stylesheet())
    module = (page.WEB / "bundle.js").read_text(encoding="utf-8")
    opened.evaluate(HOST, [module, base64.b64encode(explorer.message).decode()])
    opened.wait_for_selector(".wb[data-drawn]")
    return opened


WORDS = ".wb text, .wb button, .wb label, .wb p, .wb output, .wb math, .wb-code div"
PLACES = """words => [...document.querySelectorAll(words)].map(e => {
  const { left, right } = e.getBoundingClientRect();
  return [e.textContent, parseFloat(getComputedStyle(e).fontSize), left, right];
})"""


BOXES = "all => all.map(one => [one.textContent, one.getBoundingClientRect().toJSON()])"


def overlapping(page, words):
    """The pairs of words, found by a selector, of which one lies over the other."""
    found = page.locator(words).evaluate_all(BOXES)
    assert found
    return [(a, b) for k, (a, one) in enumerate(found) for b, two in found[:k] if _meet(one, two)]


def _meet(one, two):
    across = min(one["right"], two["right"]) - max(one["left"], two["left"])
    down = min(one["bottom"], two["bottom"]) - max(one["top"], two["top"])
    return across > 0 and down > 4  # boxes have a little air above and below their letters


def misfits(page, width):
    """The words that are smaller than 12 px or reach out of a page of that width."""
    found = page.evaluate(PLACES, WORDS)
    assert found
    return [each for each in found if each[1] < 12 or each[2] < 0 or each[3] > width]
