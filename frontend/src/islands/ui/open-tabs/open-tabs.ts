/** The strip of open tickets; kept in this browser tab only, so that nobody later sees what was open. */

import { define, element, icon } from "../../../lib/dom";
import { gettext } from "../../../lib/strings";
import { close, parse, type Tab, visit } from "./tabs";

class OpenTabs extends HTMLElement {
  connectedCallback(): void {
    const href = this.getAttribute("href");
    const part = (name: string): string => this.getAttribute(name) ?? "";
    if (href) {
      const current: Tab = { href, number: part("number"), label: part("label"), status: part("status") };
      this.#keep(visit(this.#tabs(), current));
    }
    this.#show();
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

  #show(): void {
    this.replaceChildren(...this.#tabs().map((tab) => this.#drawn(tab)));
  }

  #drawn(tab: Tab): HTMLElement {
    const isOn = tab.href === this.getAttribute("href");
    const made = element("span", { class: isOn ? "otab is-on" : "otab" });
    const link = element("a", { class: "olink", href: tab.href, ...(isOn ? { "aria-current": "page" } : {}) });
    link.append(icon(`s-${tab.status}`, `st st-${tab.status}`), element("span", { class: "n" }, tab.number));
    link.append(element("span", { class: "cut" }, tab.label));
    const label = gettext("Close %(name)s", { name: tab.number });
    const button = element("button", { class: "close", type: "button", "aria-label": label }, icon("x", "i i-s"));
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
