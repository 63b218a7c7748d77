/** What the panels over k share: choosing the earlier step, and where their read-outs stand. */

/** Press and move to choose the earlier step. */
export function pickEarlier(element, view) {
  const to = (event) =>
    view.chooseEarlier(view.frame.stepAt(event.clientX - element.getBoundingClientRect().left));
  element.classList.add("wb-scrub");
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    to(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) to(event);
  });
}

/** The read-out of a panel does not reach over the words in the column beside the time axis. */
export function keepWithin(element, frame) {
  const { readout } = frame;
  element.addEventListener("pointermove", () => {
    if (readout.hidden) return;
    const most = Math.max(0, frame.right - readout.offsetWidth);
    if (readout.offsetLeft > most) readout.style.left = `${most}px`;
  });
}
