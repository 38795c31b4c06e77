/** Fills itself with answers while a person types into the field named by `for`. */

import htmx from "htmx.org";
import { define } from "../../../lib/dom";
import { isEnough } from "./enough";

const PAUSE_MS = 300;

class SuggestBox extends HTMLElement {
  #timer = 0;
  #asked = "";
  #request: AbortController | null = null;
  readonly #onInput = (event: Event): void => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
    if (!this.#fields.includes(field.id)) return;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), PAUSE_MS);
  };

  connectedCallback(): void {
    document.addEventListener("input", this.#onInput);
  }

  disconnectedCallback(): void {
    document.removeEventListener("input", this.#onInput);
    window.clearTimeout(this.#timer);
    this.#request?.abort();
  }

  get #fields(): string[] {
    return (this.getAttribute("for") ?? "").split(/\s+/).filter(Boolean);
  }

  #text(): string {
    const values = this.#fields.map((id) => document.getElementById(id) as HTMLInputElement | null);
    return values.map((field) => field?.value.trim() ?? "").join(" ").trim();
  }

  async #ask(): Promise<void> {
    const text = this.#text();
    if (text === this.#asked) return;
    this.#asked = text;
    this.#request?.abort();
    if (!isEnough(text)) {
      this.replaceChildren();
      return;
    }
    const request = new AbortController();
    this.#request = request;
    const address = new URL(this.getAttribute("src") ?? "", location.href);
    address.searchParams.set("q", text.slice(0, 400));
    try {
      const response = await fetch(address, { headers: { "HX-Request": "true" }, signal: request.signal });
      if (response.ok) await htmx.swap({ text: await response.text(), sourceElement: this, target: this, swap: "innerMorph" });
    } catch {
      // Typing went on, or the network is away: suggestions are a help, not a need.
    }
  }
}

define("suggest-box", SuggestBox);
