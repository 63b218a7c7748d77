/** The way back to a scale that fits: a button under the numbers of one that reaches further. */

import { button } from "../../frame/controls.js";

export class FitScale {
  constructor(frame, onFit) {
    this.frame = frame;
    this.element = button("fit the scale", onFit);
    this.element.classList.add("wb-fit");
    this.element.title = "the scale only widens, so that curves can be compared by eye";
    this.element.hidden = true;
    frame.body.append(this.element);
  }

  /** Show it where the window of decades is another than what is drawn needs. */
  offer(window, needed) {
    this.element.hidden = window.low === needed.low && window.high === needed.high;
  }

  /** Put it into the margin beside the time axis, below its numbers. */
  place(axis) {
    this.element.style.top = `${axis.element.offsetTop + 16}px`;
  }
}
