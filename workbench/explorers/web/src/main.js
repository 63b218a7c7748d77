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

/**
 * Hide the still picture that Python puts below for a notebook that is opened without its kernel:
 * the next output of the same cell, now or when it comes. Returns the way to stop waiting for it.
 */
function hideStill(el) {
  const mine = el.closest(".jp-OutputArea-child");
  if (!mine) return () => {};
  const hide = () => {
    const next = mine.nextElementSibling;
    if (next?.querySelector(".jp-RenderedImage")) next.style.display = "none";
  };
  const observer = new MutationObserver(hide);
  observer.observe(mine.parentElement, { childList: true, subtree: true });
  hide();
  return () => observer.disconnect();
}

async function render({ model, el }) {
  const { about, arrays } = unpack(model.get("to_page"));
  let close = () => {};
  try {
    const subject = await readSubject(about, arrays);
    const view = views[about.view](el, subject, sender(model));
    let show = () => {};
    requestAnimationFrame(() => (show = hideStill(el)));
    close = () => {
      view.close();
      show();
    };
    model.on?.("change:to_page", () => {
      view.frame.error(unpack(model.get("to_page")).about.error ?? null, "kernel");
    });
  } catch (error) {
    console.error(error);
    el.replaceChildren(make("p", { class: "wb-error" }, `This explorer could not start: ${error.message}`));
  }
  return () => close();
}

export { Network, importCell, pack, unpack, words };
export default { render };
