/** The search box of a page: completes and suggests in a list below it, and fetches the results as one types.
 *
 * Around a plain GET form, which does the same without scripts. `src` answers with HX-Request; in the answer,
 * what `<template data-suggest>` holds goes into the list and the rest into the element named by `results`.
 */

import { define, element } from "../../../lib/dom";
import { caretOf, complete, Finder, type Host, parsed } from "../../../lib/find/finder";
import { isComposing } from "../../../lib/find/moves";
import { Options } from "../../../lib/find/options";
import { gettext } from "../../../lib/strings";

class SearchBox extends HTMLElement implements Host {
  readonly #list = element("div", { class: "boxlist scroll", role: "listbox", hidden: "" });
  readonly #finder = new Finder(this);
  #options: Options | null = null;
  #input: HTMLInputElement | null = null;

  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>("input[type=search]");
    if (!input || this.#input) return;
    this.#input = input;
    this.#list.id = `${input.id}-list`;
    this.#list.setAttribute("aria-label", gettext("Suggestions"));
    this.append(this.#list);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "false", "aria-controls": this.#list.id, "aria-autocomplete": "list",
    })) input.setAttribute(name, value);
    this.#options = new Options(input, this.#list, -1);
    input.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) this.#typed();
    });
    input.addEventListener("compositionend", () => this.#typed());
    input.addEventListener("keydown", (event) => this.#onKey(event));
    input.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("click", (event) => this.#onPick(event));
    this.#results?.addEventListener("click", (event) => this.#onFound(event));
    this.#results?.addEventListener("keydown", (event) => this.#onFoundKey(event));
    window.addEventListener("popstate", this.#onBack);
  }

  disconnectedCallback(): void {
    window.removeEventListener("popstate", this.#onBack);
    this.#finder.leave();
  }

  address(text: string): URL {
    const address = this.#page(text);
    if (this.#input) address.searchParams.set("at", String(caretOf(this.#input)));
    return address;
  }

  show(html: string, text: string): void {
    const answer = parsed(html);
    const suggest = answer.querySelector<HTMLTemplateElement>("template[data-suggest]");
    this.#list.replaceChildren(suggest?.content ?? "");
    suggest?.remove();
    this.#options?.refresh();
    const isOpen = this.#list.childElementCount > 0 && document.activeElement === this.#input;
    this.#list.hidden = !isOpen;
    if (isOpen) this.#options?.refresh();
    this.#input?.setAttribute("aria-expanded", String(isOpen));
    if (!this.#results) return;
    this.#replaceResults(answer);
    this.#results.removeAttribute("aria-busy");
    history.replaceState(null, "", this.#page(text));
  }

  fail(): void {
    const words = gettext("The server cannot be reached. Your text is kept; type on to try again.");
    (this.#results ?? this.#list).replaceChildren(element("p", { class: "pnone", role: "alert" }, words));
    if (!this.#results) this.#list.hidden = false;
  }

  /** Enter with the answer on the page: to the first result, or to the page of results. */
  go(): void {
    const first = this.#results?.querySelector<HTMLElement>("a[data-hit]");
    if (first) first.focus();
    else if (!this.#results) this.querySelector("form")?.requestSubmit();
  }

  get #results(): HTMLElement | null {
    const id = this.getAttribute("results");
    return id ? document.getElementById(id) : null;
  }

  /** Who already walks through the results when others come stays at the same one, or begins at the first. */
  #replaceResults(answer: DocumentFragment): void {
    const focused = document.activeElement;
    const from = focused && this.#results?.contains(focused) ? focused.getAttribute("href") : null;
    this.#results?.replaceChildren(answer);
    if (from === null) return;
    const hits = [...(this.#results?.querySelectorAll<HTMLElement>("a[data-hit]") ?? [])];
    (hits.find((hit) => hit.getAttribute("href") === from) ?? hits[0] ?? this.#input)?.focus();
  }

  /** The address of the page for `text`, with the hidden fields of the form. */
  #page(text: string): URL {
    const address = new URL(this.getAttribute("src") ?? "", location.href);
    const form = this.querySelector("form");
    if (form) {
      for (const [name, value] of new FormData(form)) {
        if (typeof value === "string" && value !== "") address.searchParams.set(name, value);
      }
    }
    address.searchParams.set("q", text);
    return address;
  }

  #typed(): void {
    this.#options?.reset();
    if (this.#input) this.#finder.typed(this.#input.value);
  }

  #close(): void {
    this.#list.hidden = true;
    this.#input?.setAttribute("aria-expanded", "false");
    this.#input?.removeAttribute("aria-activedescendant");
  }

  #onKey(event: KeyboardEvent): void {
    if (isComposing(event) || !this.#options) return;
    const isOpen = !this.#list.hidden;
    const active = isOpen ? this.#options.active : null;
    if (event.key === "Escape" && isOpen) {
      event.preventDefault(); // the words stay
      this.#close();
    } else if (event.key === "ArrowDown" && !isOpen) {
      const first = this.#results?.querySelector<HTMLElement>("a[data-hit]");
      if (first) event.preventDefault();
      first?.focus();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && isOpen) {
      event.preventDefault();
      this.#options.move(event.key);
    } else if (event.key === "Tab" && !event.shiftKey && isOpen) {
      const option = active?.dataset["text"] !== undefined ? active : this.#list.querySelector<HTMLElement>("[data-text]");
      if (!option) return;
      event.preventDefault();
      this.#take(option);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      const href = active.getAttribute("href");
      if (href && (event.ctrlKey || event.metaKey)) window.open(href, "_blank", "noopener");
      else if (href) location.assign(href);
      else this.#take(active);
    } else if (event.key === "Enter" && this.#results) {
      event.preventDefault();
      this.#close();
      this.#finder.typed(this.#input?.value ?? "");
      this.#finder.choose();
    }
  }

  #onPick(event: MouseEvent): void {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-text]") : null;
    if (!option) return;
    event.preventDefault();
    this.#take(option);
  }

  #take(option: HTMLElement): void {
    if (!this.#input) return;
    complete(this.#input, option);
    this.#list.replaceChildren(); // what it offered has been answered
    this.#close();
    this.#input.focus();
    this.#typed();
  }

  /** Filters, kinds and pages among the results change them in place; the address follows. */
  #onFound(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-refine]") : null;
    if (!link) return;
    event.preventDefault();
    void this.#visit(new URL(link.href), true);
  }

  readonly #onBack = (): void => {
    if (location.pathname === new URL(this.getAttribute("src") ?? "", location.href).pathname) void this.#visit(new URL(location.href), false);
  };

  async #visit(address: URL, isNew: boolean): Promise<void> {
    const form = this.querySelector("form");
    try {
      const response = await fetch(address, { headers: { "HX-Request": "true" } });
      if (!response.ok || !this.#input || !form) return location.assign(address);
      const answer = parsed(await response.text());
      answer.querySelector("template[data-suggest]")?.remove();
      this.#finder.leave();
      this.#input.value = address.searchParams.get("q") ?? "";
      for (const field of form.querySelectorAll<HTMLInputElement>("input[type=hidden]")) field.value = address.searchParams.get(field.name) ?? "";
      this.#replaceResults(answer);
      if (isNew) history.pushState(null, "", address);
      this.#close();
    } catch {
      location.assign(address);
    }
  }

  /** Arrows go through the results, and from the first one back to the box. */
  #onFoundKey(event: KeyboardEvent): void {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    const hits = [...(this.#results?.querySelectorAll<HTMLElement>("a[data-hit]") ?? [])];
    const at = hits.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    event.preventDefault();
    if (event.key === "ArrowUp" && at === 0) this.#input?.focus();
    else hits[event.key === "ArrowDown" ? Math.min(at + 1, hits.length - 1) : at - 1]?.focus();
  }
}

define("search-box", SearchBox);
