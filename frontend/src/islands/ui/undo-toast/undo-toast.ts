/** Counts its seconds down and leaves; stays while the pointer or the keyboard is on it, unless it is `firm`. */

import { define } from "../../../lib/dom";
import { gettext } from "../../../lib/strings";

class UndoToast extends HTMLElement {
  #left = 0;
  #timer = 0;

  connectedCallback(): void {
    this.#left = Number(this.getAttribute("seconds") ?? "10");
    this.#show();
    this.#timer = window.setInterval(() => this.#tick(), 1000);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.#timer);
  }

  #tick(): void {
    if (!this.hasAttribute("firm") && this.matches(":hover, :focus-within")) return;
    this.#left -= 1;
    if (this.#left > 0) return this.#show();
    window.clearInterval(this.#timer);
    this.classList.add("is-leaving");
    window.setTimeout(() => this.remove(), 150);
  }

  #show(): void {
    const clock = this.querySelector("[data-countdown]");
    if (!clock) return;
    const total = Number(this.getAttribute("seconds") ?? "10");
    clock.querySelector("circle:last-child")?.setAttribute("stroke-dasharray", `${(100 * this.#left) / total} 100`);
    const words = clock.querySelector(".num");
    if (words) words.textContent = gettext("%(n)s s", { n: this.#left });
  }
}

define("undo-toast", UndoToast);
