/** What a hand can hold: sliders, tabs, choices and buttons, all reachable by keyboard. */

/** Make an element: make("div", {class: "wb-row", onclick: f}, child, "text"). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/**
 * A labelled slider. onInput(value) at every move, onDone(value) when it is let go; a double click
 * gives back the first value. Returns {element, value, set(value), turnTo}; `set` tells nobody.
 */
export function slider({ label, min, max, step, value, format = String, onInput, onDone = () => {} }) {
  const input = make("input", {
    type: "range", min, max, step, value, "aria-label": label,
    "data-lm-suppress-shortcuts": "true", // or JupyterLab takes the arrow keys
  });
  const output = make("output", {}, format(value));
  const name = make("span", {}, label);
  const control = {
    element: make("label", { class: "wb-slider" }, name, input, output),
    input,
    first: value,
    /** Let the same slider speak of something else. */
    turnTo(next) {
      Object.assign(input, { min: next.min, max: next.max });
      name.textContent = next.label;
      input.setAttribute("aria-label", next.label);
      control.first = next.first;
      control.set(next.value);
    },
    get value() {
      return Number(input.value);
    },
    set(next) {
      input.value = next;
      output.textContent = format(Number(next));
      input.setAttribute("aria-valuetext", output.textContent);
    },
  };
  const moved = () => {
    control.set(input.value);
    onInput(control.value);
  };
  input.addEventListener("input", moved);
  input.addEventListener("change", () => onDone(control.value));
  input.addEventListener("dblclick", () => {
    control.set(control.first);
    onInput(control.first);
    onDone(control.first);
  });
  return control;
}

/** One of a few, side by side. options: [[value, label, colour variable or null]]. */
export function tabs({ label, options, value, onChange }) {
  const group = make("div", { class: "wb-tabs", role: "group", "aria-label": label });
  const buttons = options.map(([own, text, colour]) => {
    const button = make("button", { type: "button" }, text);
    if (colour) button.style.setProperty("--pressed", `var(${colour})`);
    button.addEventListener("click", () => {
      control.set(own);
      onChange(own);
    });
    group.append(button);
    return [own, button];
  });
  const control = {
    element: group,
    value,
    set(next) {
      control.value = next;
      for (const [own, button] of buttons) button.setAttribute("aria-pressed", own === next);
    },
  };
  control.set(value);
  return control;
}

/** One of many. options: [[value, label]], values are strings. */
export function choice({ label, options, value, onChange }) {
  const select = make("select", { "aria-label": label, "data-lm-suppress-shortcuts": "true" });
  const control = {
    element: make("label", { class: "wb-choice" }, make("span", {}, label), select),
    get value() {
      return select.value;
    },
    set(next) {
      select.value = next;
    },
    fill(next, chosen) {
      select.replaceChildren(...next.map(([own, text]) => make("option", { value: own }, text)));
      select.value = chosen;
    },
  };
  control.fill(options, value);
  select.addEventListener("change", () => onChange(select.value));
  return control;
}

export function button(label, onClick) {
  return make("button", { type: "button", class: "wb-button", onclick: onClick }, label);
}
