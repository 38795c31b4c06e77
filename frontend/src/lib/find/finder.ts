/** Asks the server while a person types into a box and hands over the answer to what stands there. */

import { type Asking, type Effect, QUIET, reduce, type Step } from "./asking";

const GIVE_UP_MS = 20_000;

export interface Host {
  /** Where `text` is asked. */
  address(text: string): URL;
  show(html: string, text: string): void;
  fail(): void;
  /** Enter was pressed and the answer to the text is on the page. */
  go(): void;
}

export class Finder {
  readonly #host: Host;
  #state: Asking = QUIET;
  #timer = 0;
  #request: AbortController | null = null;
  #html = "";

  constructor(host: Host) {
    this.#host = host;
  }

  typed(text: string): void {
    this.#step({ kind: "typed", text, at: performance.now() });
  }

  choose(): void {
    this.#step({ kind: "chosen" });
  }

  /** The box was left: answers under way are no longer wanted. */
  leave(): void {
    this.#step({ kind: "left" });
    window.clearTimeout(this.#timer);
    this.#request?.abort();
  }

  #step(step: Step): void {
    const [next, effects] = reduce(this.#state, step);
    this.#state = next;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: Effect): void {
    switch (effect.kind) {
      case "ask":
        void this.#ask(effect.text, effect.serial);
        return;
      case "wake":
        window.clearTimeout(this.#timer);
        this.#timer = window.setTimeout(() => this.#step({ kind: "woke", at: performance.now() }), effect.after);
        return;
      case "show":
        return this.#host.show(this.#html, this.#state.text);
      case "fail":
        return this.#host.fail();
      case "go":
        return this.#host.go();
    }
  }

  async #ask(text: string, serial: number): Promise<void> {
    window.clearTimeout(this.#timer);
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    const late = window.setTimeout(() => request.abort(), GIVE_UP_MS);
    let ok = false;
    try {
      const response = await fetch(this.#host.address(text), { headers: { "HX-Request": "true" }, signal: request.signal });
      const away = response.headers.get("HX-Redirect");
      if (away) location.assign(away); // the session has ended
      const html = await response.text();
      ok = response.ok;
      if (ok && serial === this.#state.serial) this.#html = html;
    } catch {
      ok = false;
    }
    window.clearTimeout(late);
    this.#step({ kind: "answered", serial, ok, at: performance.now() });
  }
}

/** `html` from our own server as nodes; nothing in it runs. */
export function parsed(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** The caret counted in characters as the server counts them. */
export function caretOf(input: HTMLInputElement): number {
  return [...input.value.slice(0, input.selectionStart ?? input.value.length)].length;
}

/** Put a completed text into the box with the caret where it goes on. */
export function complete(input: HTMLInputElement, option: HTMLElement): void {
  const text = option.dataset["text"];
  if (text === undefined) return;
  input.value = text;
  const caret = [...text].slice(0, Number(option.dataset["caret"] ?? [...text].length)).join("").length;
  input.setSelectionRange(caret, caret);
}
