/** Text modules, articles and colleagues, offered while one types a slash or an at sign in the reply box. */

import { define } from "../../../lib/dom";
import { move, put, type Trigger, trigger } from "./trigger";

const ASK_MS = 120;

class InsertList extends HTMLElement {
  #at: Trigger | null = null;
  #row = -1;
  #timer = 0;
  #dismissed = -1;
  #stop = new AbortController();

  connectedCallback(): void {
    const field = this.#field;
    if (!field) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.setAttribute("role", "listbox");
    field.addEventListener("input", () => this.#look(), { signal });
    field.addEventListener("keydown", (event) => this.#press(event), { signal });
    field.addEventListener("blur", () => window.setTimeout(() => document.activeElement !== field && this.#close(), 200), { signal });
    // The field keeps the focus: the pointer only chooses.
    this.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
    this.addEventListener("click", (event) => this.#click(event), { signal });
    const button = field.form?.querySelector<HTMLElement>("[data-insert]");
    if (button) button.hidden = false;
    button?.addEventListener("click", () => this.#ask(), { signal });
    field.form?.addEventListener("htmx:after:swap", (event) => event.target === field.form && this.#close(), { signal });
  }

  disconnectedCallback(): void {
    this.#stop.abort();
    window.clearTimeout(this.#timer);
  }

  get #field(): HTMLTextAreaElement | null {
    return this.closest("form")?.querySelector<HTMLTextAreaElement>("textarea[name=body]") ?? null;
  }

  get #rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-text]")];
  }

  /** The button writes the slash that a hand would. */
  #ask(): void {
    const field = this.#field;
    if (!field) return;
    field.focus();
    const before = field.value.slice(0, field.selectionStart);
    field.setRangeText(!before || /\s$/.test(before) ? "/" : " /", field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #look(): void {
    const field = this.#field;
    if (!field) return;
    const isNote = field.form?.querySelector<HTMLInputElement>("#mode-note")?.checked ?? false;
    const at = field.selectionStart === field.selectionEnd ? trigger(field.value.slice(0, field.selectionStart), isNote) : null;
    window.clearTimeout(this.#timer);
    if (!at || at.start === this.#dismissed) {
      if (!at) this.#dismissed = -1;
      return this.#close();
    }
    this.#at = at;
    this.#timer = window.setTimeout(() => void this.#fetch(at), ASK_MS);
  }

  async #fetch(at: Trigger): Promise<void> {
    const query = new URLSearchParams({ q: at.query, kind: at.kind });
    const response = await fetch(`${this.getAttribute("src") ?? ""}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!response?.ok || response.redirected || this.#at !== at) return;
    const html = await response.text();
    if (this.#at !== at) return;
    this.innerHTML = html; // escaped by the server's templates
    this.classList.add("is-open");
    this.#mark(this.#rows.length ? 0 : -1);
  }

  #press(event: KeyboardEvent): void {
    if (!this.classList.contains("is-open") || event.isComposing) return;
    const rows = this.#rows;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#mark(move(this.#row, event.key === "ArrowDown" ? 1 : -1, rows.length));
    else if (event.key === "Escape") this.#dismiss();
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey && rows[this.#row]) this.#choose(rows[this.#row], event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #click(event: Event): void {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-text]") : null;
    if (row) this.#choose(row, event instanceof MouseEvent && event.shiftKey);
  }

  #choose(row: HTMLElement | undefined, isWhole: boolean): void {
    const field = this.#field;
    const at = this.#at;
    if (!field || !at || !row) return;
    const chosen = (isWhole ? row.dataset["more"] : undefined) ?? row.dataset["text"] ?? "";
    const done = put(field.value, field.selectionStart, at, chosen);
    field.value = done.text;
    field.focus();
    field.setSelectionRange(done.caret, done.caret);
    this.#close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #mark(row: number): void {
    this.#row = row;
    this.#rows.forEach((each, at) => each.setAttribute("aria-selected", String(at === row)));
    const marked = this.#rows[row];
    marked?.scrollIntoView({ block: "nearest" });
    if (marked) this.#field?.setAttribute("aria-activedescendant", marked.id);
    else this.#field?.removeAttribute("aria-activedescendant");
  }

  #dismiss(): void {
    this.#dismissed = this.#at?.start ?? -1;
    this.#close();
  }

  #close(): void {
    window.clearTimeout(this.#timer);
    this.#at = null;
    this.#row = -1;
    this.classList.remove("is-open");
    this.replaceChildren();
    this.#field?.removeAttribute("aria-activedescendant");
  }
}

define("insert-list", InsertList);
