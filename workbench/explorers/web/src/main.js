/** The module that anywidget loads: reads what Python sent and hands it to the view it names. */

import { make } from "./controls.js";
import { Network, importCell } from "./network.js";
import { pack, unpack } from "./packing.js";
import { readSubject } from "./subject.js";
import { views } from "./views/index.js";
import * as words from "./words.js";

/** Tell Python what the reader has set: plain values and arrays in one message. */
const sender = (model) => (about, arrays) => {
  model.set("from_page", new DataView(pack(about, arrays).buffer));
  model.save_changes();
};

/** The still picture that Python put below for readers without a kernel is not needed now. */
function hideStill(el) {
  const next = el.closest(".jp-OutputArea-child")?.nextElementSibling;
  if (next?.querySelector("img")) next.style.display = "none";
}

async function render({ model, el }) {
  const { about, arrays } = unpack(model.get("to_page"));
  let close = () => {};
  try {
    const subject = await readSubject(about, arrays);
    const view = views[about.view](el, subject, sender(model));
    close = () => view.close();
    model.on?.("change:to_page", () => {
      const message = unpack(model.get("to_page"));
      if (message.about.error !== undefined) view.frame.error(message.about.error);
    });
    requestAnimationFrame(() => hideStill(el));
  } catch (error) {
    console.error(error);
    el.replaceChildren(make("p", { class: "wb-error" }, `This explorer could not start: ${error.message}`));
  }
  return () => close();
}

export { Network, importCell, pack, unpack, words };
export default { render };
