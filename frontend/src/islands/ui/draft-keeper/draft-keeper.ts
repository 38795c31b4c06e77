/** Keeps the words typed into its form in this tab, until the server has them. */

import { define } from "../../../lib/dom";
import { parse, restorable, serialize, wasTaken } from "./draft";

const PREFIX = "draft:";
const SENT = ":sent";

class DraftKeeper extends HTMLElement {
  #form: HTMLFormElement | null = null;
  readonly #keep = (): void => this.#save();
  /** The server has these very words. */
  readonly #kept = (): void => sessionStorage.removeItem(this.#key);
  readonly #sent = (event: Event): void => {
    if (this.#isTaken(event)) sessionStorage.removeItem(this.#key);
  };
  // A morph keeps what a person typed, ticked and attached: without this it would be sent a second time.
  readonly #empty = (event: Event): void => {
    if (!this.#isTaken(event)) return;
    this.#form?.reset();
    // The single keys work again at once.
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && this.#form?.contains(focused)) focused.blur();
  };

  connectedCallback(): void {
    const form = this.closest("form");
    if (!form) return;
    this.#form = form;
    this.#restore();
    form.addEventListener("input", this.#keep);
    form.addEventListener("htmx:after:request", this.#sent);
    form.addEventListener("htmx:after:swap", this.#empty);
    form.addEventListener("draft-keeper:forget", this.#kept);
    // A plain submit leaves the page; the next page of ours knows whether it was taken.
    form.addEventListener("submit", () => sessionStorage.setItem(this.#key + SENT, "1"));
  }

  disconnectedCallback(): void {
    this.#form?.removeEventListener("input", this.#keep);
    this.#form?.removeEventListener("htmx:after:request", this.#sent);
    this.#form?.removeEventListener("htmx:after:swap", this.#empty);
    this.#form?.removeEventListener("draft-keeper:forget", this.#kept);
  }

  /** Whether the event says that the server took this very form. */
  #isTaken(event: Event): boolean {
    const detail = (event as CustomEvent<{ ctx?: { response?: { status?: number } } }>).detail;
    const status = detail?.ctx?.response?.status;
    return event.target === this.#form && status !== undefined && status < 400;
  }

  get #key(): string {
    return `${PREFIX}${this.getAttribute("key") ?? location.pathname}`;
  }

  #fields(): (HTMLTextAreaElement | HTMLInputElement)[] {
    const all = [...(this.#form?.elements ?? [])];
    const isText = (field: Element): field is HTMLTextAreaElement | HTMLInputElement =>
      field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && ["text", "search"].includes(field.type));
    return all.filter(isText).filter((field) => field.name !== "");
  }

  #save(): void {
    const text = serialize(this.#fields().map((field) => [field.name, field.value]));
    if (text) sessionStorage.setItem(this.#key, text);
    else sessionStorage.removeItem(this.#key);
  }

  #restore(): void {
    const kept = parse(sessionStorage.getItem(this.#key));
    for (const field of this.#fields()) {
      const value = restorable(field.value, kept.get(field.name));
      if (value !== null) field.value = value;
    }
  }
}

/** Forget the drafts whose form was sent and taken; runs before any form restores its own. */
function settle(): void {
  const arrival = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  const isFailure = document.querySelector(".errpage, [aria-invalid], form .err") !== null;
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX) && name.endsWith(SENT))) {
    sessionStorage.removeItem(key);
    if (wasTaken(arrival?.type ?? "navigate", isFailure)) sessionStorage.removeItem(key.slice(0, -SENT.length));
  }
}

settle();
define("draft-keeper", DraftKeeper);
