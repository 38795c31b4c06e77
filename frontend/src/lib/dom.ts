/** Building the few elements that scripts add. */

import sprite from "../sprite.svg?url";

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: string, cls = "i"): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", cls);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Define a custom element once, also when the script is loaded twice. */
export function define(name: string, constructor: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, constructor);
}

/** Add a toast made here rather than by the server. */
export function toast(text: string, kind: "done" | "failed" = "done"): void {
  const made = element("undo-toast", { class: `toast toast-${kind}`, seconds: "10" }, element("span", {}, text));
  document.getElementById("toasts")?.append(made);
}

declare global {
  interface HTMLElementTagNameMap {
    "undo-toast": HTMLElement;
  }
}
