/** A panel over k: press and move to choose the earlier step. */

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
