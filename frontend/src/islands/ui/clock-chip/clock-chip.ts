/** Counts a promise down in the words of the page. */

import { define } from "../../../lib/dom";
import { nextTick, timeLeft } from "../../../lib/words";

class ClockChip extends HTMLElement {
  static readonly observedAttributes = ["due"];
  #timer = 0;

  connectedCallback(): void {
    this.#tick();
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.#timer);
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#tick();
  }

  #tick(): void {
    window.clearTimeout(this.#timer);
    const due = new Date(this.getAttribute("due") ?? "");
    if (Number.isNaN(due.getTime())) return;
    const now = new Date();
    const words = timeLeft(due, now);
    if (words !== null && this.textContent !== words) this.textContent = words;
    const chip = this.closest(".clock");
    if (chip && due <= now) {
      chip.classList.remove("is-warn");
      chip.classList.add("is-late");
    }
    this.#timer = window.setTimeout(() => this.#tick(), nextTick(due, now));
  }
}

define("clock-chip", ClockChip);
