/**
 * How a view asks Python, where a network is too large for the page: one answer at a time; while
 * one is awaited only the newest wish is kept. Knows nothing of what is asked. The other side is
 * explorers/kernel/.
 */

import { make } from "./controls.js";

export class Kernel {
  /** ask: about -> promise of {about, arrays}; undefined in a page without Python. */
  constructor(ask, frame) {
    Object.assign(this, { ask, frame });
  }

  /** Ask for this; take({about, arrays}) when it is there, never for a wish that was replaced. */
  want(wish, take) {
    this.next = [wish, take];
    this.running ??= this.run();
    return this.running;
  }

  async run() {
    this.frame.busy(true);
    while (this.next) {
      const [wish, take] = this.next;
      this.next = null;
      const message = await this.ask(wish);
      if (!message.about.error) take(message);
      this.frame.redraw();
    }
    this.frame.busy(false);
    this.running = null;
  }
}

/**
 * One line under the controls that says who computes a large network, and when. rests: only when
 * the hand rests. without: what it says in a page that has no Python. Returns the line.
 */
export function tellTier(frame, { ask, rests, without }) {
  const large = "A large network: ";
  const words = ask ? `Python computes it${rests ? " when the hand rests" : ""}.` : without;
  const line = make("p", { class: "wb-hint wb-tier" }, large + words);
  frame.controls.after(line);
  return line;
}

/** For views that can do without Python, slowly. */
export const ALONE = "without Python this page computes it alone, when the hand rests. In a notebook Python does it.";
