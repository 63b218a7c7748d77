/** The module that anywidget loads: reads what Python sent and hands it to the view it names. */

import { make } from "./frame/controls.js";
import * as words from "./frame/words.js";
import { Network, importCell } from "./network.js";
import { pack, unpack } from "./packing.js";
import { readSubject } from "./subject.js";
import { views } from "./views/index.js";

const GONE = "Python does not know this explorer any more: run its cell again.";

/**
 * The way to Python: `send(about, arrays)` tells what the reader has set; `send.ask(about)` gives
 * a promise of Python's {about, arrays}, and is missing where there is no kernel.
 */
function wayTo(model) {
  if (!model.send) return () => {};
  const send = (about, arrays) => {
    try {
      model.send({}, undefined, [pack(about, arrays).buffer]);
      return true;
    } catch {
      send.failed(GONE); // the kernel was restarted; what the page computes lives on
      return false;
    }
  };
  let answered = () => {};
  let last = Promise.resolve();
  let count = 0;
  const asking = (about) =>
    new Promise((resolve) => {
      const ask = ++count;
      answered = (message) => message.about.ask === ask && resolve(message);
      if (!send({ ...about, ask })) resolve({ about: { error: GONE }, arrays: {} });
    });
  // One at a time: what is asked while Python is busy would be out of date when its turn comes.
  send.ask = (about) => (last = last.then(() => asking(about)));
  model.on("msg:custom", (_, [answer]) => {
    const message = unpack(answer);
    send.failed(message.about.error ?? null);
    answered(message);
  });
  send.failed = () => {};
  return send;
}

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
    const send = wayTo(model);
    const view = views[about.view](el, subject, send);
    send.failed = (error) => view.frame.error(error, "kernel");
    let show = () => {};
    requestAnimationFrame(() => (show = hideStill(el)));
    close = () => {
      view.close();
      show();
    };
  } catch (error) {
    console.error(error);
    el.replaceChildren(make("p", { class: "wb-error" }, `This explorer could not start: ${error.message}`));
  }
  return () => close();
}

export { Network, importCell, pack, unpack, words };
export default { render };
