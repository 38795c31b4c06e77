/** Search or do: opens over any page, finds as one types, and runs what the page can do. */

import { define, element, icon } from "../../../lib/dom";
import { caretOf, complete, Finder, type Host, parsed } from "../../../lib/find/finder";
import { fits, isComposing } from "../../../lib/find/moves";
import { Options } from "../../../lib/find/options";
import { load } from "../../../lib/find/recent";
import { caps } from "../../../lib/keys";
import { act, isMac, named, shortcuts } from "../../../lib/shortcuts";
import { gettext } from "../../../lib/strings";
import { failure, group, row } from "./rows";

const LIST = "palette-list";
const COMMANDS = ">";

class CommandPalette extends HTMLElement implements Host {
  readonly #input = element("input", {
    type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": LIST, "aria-autocomplete": "list",
    autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false", enterkeyhint: "go", maxlength: "400",
  });
  readonly #page = element("div", { role: "presentation" });
  readonly #found = element("div", { role: "presentation" });
  readonly #list = element("div", { class: "scroll plist", id: LIST, role: "listbox" }, this.#page, this.#found);
  readonly #summary = element("span", { class: "num", role: "status" });
  readonly #chip = element("span", { class: "chip chip-tint", hidden: "" });
  readonly #dialog = element("dialog", { class: "palette" });
  readonly #options = new Options(this.#input, this.#list, 0);
  readonly #finder = new Finder(this);
  readonly #targets = new Map<HTMLElement, HTMLElement>();

  connectedCallback(): void {
    if (!this.#dialog.hasChildNodes()) this.#build();
    this.append(this.#dialog);
    this.querySelectorAll<HTMLElement>("a.find, button.find-key").forEach((opener) => opener.addEventListener("click", this.#onOpener));
    const key = this.querySelector(".find kbd");
    if (key) key.textContent = caps("mod+k", isMac()).join(isMac() ? "" : " ").replace("k", "K");
  }

  disconnectedCallback(): void {
    this.#finder.leave();
    if (this.#dialog.open) this.#dialog.close();
  }

  address(text: string): URL {
    const address = new URL(this.getAttribute("src") ?? "", location.href);
    address.searchParams.set("q", text);
    address.searchParams.set("at", String(caretOf(this.#input)));
    return address;
  }

  show(html: string, text: string): void {
    this.#found.replaceChildren(parsed(html));
    const summary = this.#found.querySelector("[data-summary]");
    summary?.remove();
    this.#summary.textContent = summary?.textContent?.trim() ?? "";
    this.#showPage(text);
    this.#options.refresh();
  }

  fail(): void {
    this.#found.replaceChildren(failure());
    this.#options.refresh();
  }

  go(): void {
    this.#pick(this.#options.active, false);
  }

  readonly #onOpener = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return; // a link as any other
    event.preventDefault();
    const isSlash = event.currentTarget instanceof HTMLButtonElement;
    const box = document.querySelector<HTMLInputElement>("main search-box input[type=search]");
    if (isSlash && box) {
      box.focus();
      box.select();
    } else if (this.#dialog.open) this.#dialog.close();
    else this.#open();
  };

  #build(): void {
    const label = gettext("Search or do");
    this.#dialog.setAttribute("aria-label", label);
    this.#input.setAttribute("aria-label", label);
    this.#input.setAttribute("placeholder", gettext("Words, a number, a name, a device, or something to do"));
    this.#list.setAttribute("aria-label", gettext("Results"));
    const close = element("button", { type: "button", class: "esc", "aria-label": gettext("Close") }, element("kbd", {}, "esc"), icon("x", "i i-s"));
    close.addEventListener("click", () => this.#dialog.close());
    this.#dialog.append(
      element("div", { class: "typed" }, icon("search"), this.#chip, this.#input, close),
      this.#list,
      element("div", { class: "foot" }, ...hints(), element("span", { class: "grow" }), this.#summary),
    );
    this.#input.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) this.#typed();
    });
    this.#input.addEventListener("compositionend", () => this.#typed());
    this.#dialog.addEventListener("keydown", (event) => this.#onKey(event));
    this.#dialog.addEventListener("click", (event) => this.#onClick(event));
    this.#dialog.addEventListener("close", () => this.#finder.leave());
  }

  /** All at once: the box has the focus before the next key arrives. */
  #open(): void {
    const seen = document.querySelector("main seen-thing");
    const thing = seen?.getAttribute(seen.getAttribute("icon") === "inbox" ? "hint" : "label") ?? "";
    this.#chip.textContent = thing;
    this.#chip.hidden = thing === "";
    this.#input.value = "";
    this.#summary.textContent = "";
    this.#found.replaceChildren();
    this.#options.reset();
    this.#showPage("");
    this.#options.refresh();
    this.#dialog.showModal();
    this.#input.focus();
    this.#finder.typed("");
  }

  #typed(): void {
    this.#options.reset();
    const text = this.#input.value;
    if (text.startsWith(COMMANDS)) this.#showPage(text);
    this.#finder.typed(text);
  }

  /** What this page can do and what was looked at last: known here, so never waited for. */
  #showPage(text: string): void {
    const typed = (text.startsWith(COMMANDS) ? text.slice(1) : text).trim();
    this.#targets.clear();
    const doable = typed.length === 1 ? [] : this.#doable(typed);
    const parts = doable.length ? [group("palette-do", this.#chip.textContent ? gettext("Do, on %(name)s", { name: this.#chip.textContent }) : gettext("Do, on this page"), doable)] : [];
    const recent = text === "" ? load(this.getAttribute("person") ?? "").filter((each) => each.href !== location.pathname) : [];
    const rows = recent.slice(0, 6).map((each) => row({ href: each.href, icon: each.icon, label: each.label, hint: each.hint }));
    if (rows.length) parts.push(group("palette-recent", gettext("Recent"), rows));
    this.#page.replaceChildren(...parts);
    // Words that are found come before things to do that merely fit them.
    const isFirst = text === "" || text.startsWith(COMMANDS) || doable.length === 1;
    this.#list.append(...(isFirst ? [this.#page, this.#found] : [this.#found, this.#page]));
  }

  #doable(typed: string): HTMLElement[] {
    const rows: HTMLElement[] = [];
    for (const [key, target] of shortcuts()) {
      const label = named(target);
      // What every page offers (the bell, a new ticket) comes with the places.
      if (!target.closest("main") || target.offsetParent === null || !label || !fits(label, typed)) continue;
      const made = row({ icon: "bolt", label, keys: caps(key, isMac()) });
      this.#targets.set(made, target);
      rows.push(made);
    }
    return rows;
  }

  #onKey(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const isChord = event.ctrlKey || event.metaKey;
    if (["ArrowDown", "ArrowUp", "PageDown", "PageUp"].includes(event.key) && !isChord && !event.altKey) {
      event.preventDefault();
      this.#options.move(event.key);
    } else if (event.key === "Enter") {
      // Also where there is nothing to open: the chord must not reach the page below.
      event.preventDefault();
      if (isChord) this.#pick(this.#options.active, true);
      else this.#finder.choose();
    } else if (event.key === "Tab" && !event.shiftKey && !isChord) {
      const option = this.#completion();
      if (!option) return;
      event.preventDefault();
      complete(this.#input, option);
      this.#typed();
    }
  }

  /** What Tab completes: the chosen option where it completes, else the first that does. */
  #completion(): HTMLElement | null {
    const active = this.#options.active;
    return active?.dataset["text"] !== undefined ? active : this.#list.querySelector<HTMLElement>('[role="option"][data-text]');
  }

  #onClick(event: MouseEvent): void {
    if (event.target === this.#dialog) return this.#dialog.close(); // beside the palette
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="option"]') : null;
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#pick(option, false);
  }

  #pick(option: HTMLElement | null, isNewTab: boolean): void {
    if (!option) return;
    const href = option.getAttribute("href");
    const target = this.#targets.get(option);
    if (option.dataset["text"] !== undefined) {
      complete(this.#input, option);
      this.#input.focus();
      this.#typed();
    } else if (href && isNewTab) window.open(href, "_blank", "noopener");
    else if (href) {
      this.#dialog.close();
      location.assign(href);
    } else if (target) {
      this.#dialog.close();
      act(target);
    }
  }
}

function hints(): HTMLElement[] {
  const hint = (keys: readonly string[], words: string): HTMLElement =>
    element("span", { class: "hide-s" }, ...keys.map((key) => element("kbd", {}, key)), words);
  return [
    hint(["↑", "↓"], gettext("choose")),
    hint(["↵"], gettext("open")),
    hint(caps("mod+enter", isMac()), gettext("new tab")),
    hint(["tab"], gettext("complete")),
    hint([COMMANDS], gettext("only things to do")),
  ];
}

define("command-palette", CommandPalette);
