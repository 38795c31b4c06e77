/** The strip of open tickets; kept in this browser tab only, so that nobody later sees what was open. */

import { define, element, icon } from "../../../lib/dom";
import { listen } from "../../../lib/push/hub";
import { CALM, changed, delay, finished, hidden, type Refresh, started } from "../../../lib/push/refresh";
import { gettext } from "../../../lib/strings";
import { around, close, follow, type News, parse, type Tab, visit } from "./tabs";

class OpenTabs extends HTMLElement {
  #refresh: Refresh = CALM;
  #timer = 0;
  #stop: (() => void) | null = null;
  readonly #onVisibility = (): void => this.#step(hidden(this.#refresh, document.hidden));

  connectedCallback(): void {
    const { href } = this;
    const part = (name: string): string => this.getAttribute(name) ?? "";
    if (href) {
      const version = Number(part("version")) || 0;
      this.#keep(visit(this.#tabs(), { href, number: part("number"), label: part("label"), status: part("status"), version }));
    }
    this.#show();
    this.#stop = listen(part("topics").split(" ").filter(Boolean), () => this.#step(changed(this.#refresh)));
    document.addEventListener("visibilitychange", this.#onVisibility);
    // What changed while another page was open.
    this.#step(changed({ ...CALM, isHidden: document.hidden }));
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    window.clearTimeout(this.#timer);
    this.#stop?.();
  }

  get href(): string {
    return this.getAttribute("href") ?? "";
  }

  get #key(): string {
    return `open-tabs:${this.getAttribute("person") ?? ""}`;
  }

  #tabs(): Tab[] {
    return parse(sessionStorage.getItem(this.#key));
  }

  #keep(tabs: readonly Tab[]): void {
    sessionStorage.setItem(this.#key, JSON.stringify(tabs));
  }

  #step(next: Refresh): void {
    this.#refresh = next;
    window.clearTimeout(this.#timer);
    const wait = delay(next, Date.now(), Math.random());
    if (wait !== null && this.isConnected) this.#timer = window.setTimeout(() => void this.#ask(), wait);
  }

  async #ask(): Promise<void> {
    const source = this.getAttribute("src");
    const tabs = this.#tabs();
    this.#refresh = started(this.#refresh, Date.now());
    let ok = true;
    if (source && tabs.length > 0) {
      try {
        const asked = new URLSearchParams(tabs.map((tab) => ["number", tab.number]));
        const response = await fetch(`${source}?${asked}`, { signal: AbortSignal.timeout(20_000) });
        ok = response.status < 500;
        if (response.ok && !response.redirected) this.#take(((await response.json()) as { tickets: News[] }).tickets);
      } catch {
        ok = false;
      }
    }
    this.#step(finished(this.#refresh, ok));
  }

  #take(news: readonly News[]): void {
    const before = this.#tabs();
    const after = follow(before, news, this.href);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    this.#keep(after);
    // Not under a pointer or the keyboard: the next page shows it.
    if (!this.querySelector(":hover, :focus-within")) this.#show();
  }

  #show(): void {
    const tabs = this.#tabs();
    const { before, after } = around(tabs, this.href);
    const keys = new Map([[before, "h"], [after, "l"]]);
    this.replaceChildren(...tabs.map((tab) => this.#drawn(tab, keys.get(tab.href) ?? "")));
  }

  #drawn(tab: Tab, key: string): HTMLElement {
    const isOn = tab.href === this.href;
    const made = element("span", { class: `otab${isOn ? " is-on" : ""}${tab.isChanged ? " is-changed" : ""}` });
    const link = element("a", {
      class: "olink", href: tab.href, title: `${tab.number} ${tab.label}`,
      ...(isOn ? { "aria-current": "page" } : {}), ...(key ? { "data-key": key } : {}),
    });
    link.append(icon(`s-${tab.status}`, `st st-${tab.status}`), element("span", { class: "n" }, tab.number));
    link.append(element("span", { class: "cut" }, tab.label));
    if (tab.isChanged) link.append(element("i", { class: "dot dot-new", role: "img", "aria-label": gettext("changed") }));
    const label = gettext("Close %(name)s", { name: tab.number });
    const button = element(
      "button", { class: "close", type: "button", "aria-label": label, title: label, ...(isOn ? { "data-key": "x" } : {}) }, icon("x", "i i-s"),
    );
    button.addEventListener("click", () => this.#close(tab, isOn));
    made.append(link, button);
    return made;
  }

  #close(tab: Tab, isOn: boolean): void {
    const { tabs, next } = close(this.#tabs(), tab.href);
    this.#keep(tabs);
    if (isOn) location.assign(next ?? this.getAttribute("home") ?? "/");
    else this.#show();
  }
}

define("open-tabs", OpenTabs);
