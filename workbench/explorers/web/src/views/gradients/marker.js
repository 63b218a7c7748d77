/** The step that is compared: a line through all panels with a flag that a hand or keys move. */

import { make } from "../../frame/controls.js";

export class Marker {
  /** onInput(step of the frame), onMove(steps further back), onReset(). */
  constructor(frame, hands) {
    Object.assign(this, { frame, ...hands });
    this.flag = make("button", {
      type: "button", class: "wb-flag", role: "slider", "aria-label": "steps back", "aria-valuemin": 1,
      "data-lm-suppress-shortcuts": "true",
    });
    this.element = make("div", { class: "wb-compared" }, this.flag);
    frame.body.append(this.element);
    this.listen();
  }

  listen() {
    const { element, flag } = this;
    const step = (event) => this.frame.stepAt(event.clientX - this.frame.body.getBoundingClientRect().left - this.grip);
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      const { left, width } = element.getBoundingClientRect();
      this.grip = event.clientX - left - width / 2; // so that a press alone does not move it
      flag.focus();
      event.preventDefault();
    });
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) this.onInput(step(event));
    });
    element.addEventListener("dblclick", () => this.onReset());
    flag.addEventListener("keydown", (event) => {
      const far = event.shiftKey ? 10 : 1;
      const by = { ArrowLeft: far, ArrowRight: -far, Home: Infinity, End: -Infinity }[event.key];
      if (by === undefined) return;
      this.onMove(by);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** Put it at a step of the frame, `lag` back of `wanted`, called so; null where there is none. */
  draw(step, { lag, wanted }, name, row) {
    const { element, flag, frame } = this;
    element.hidden = step === null;
    if (step === null) return;
    element.style.left = `${frame.x(step)}px`;
    flag.style.top = `${row.element.offsetTop + 1}px`;
    flag.textContent = wanted > lag ? `${lag} of ${wanted} back` : `${lag} back`;
    flag.title = wanted > lag ? `${wanted} steps back do not fit: the first step is ${lag} back` : "drag to compare another step";
    flag.setAttribute("aria-valuenow", lag);
    flag.setAttribute("aria-valuetext", `${lag} steps back, ${name}`);
  }
}
