/** A list of tickets by keyboard: moving, choosing, opening, and coming back to the same rows. */

import { define } from "../../../lib/dom";
import { keepPlace, placeIn } from "../../../lib/places";
import { beside, between } from "../../../lib/rows";
import { gettext, ngettext } from "../../../lib/strings";

class TicketList extends HTMLElement {
  #chosen = new Set<string>();
  #from = "";
  #last = "";
  readonly #keep = (): void => this.#keepPlace();

  connectedCallback(): void {
    this.addEventListener("click", this);
    this.addEventListener("change", this);
    this.addEventListener("reset", this);
    this.addEventListener("live-region:updated", this);
    window.addEventListener("pagehide", this.#keep);
    queueMicrotask(() => this.#restore());
  }

  disconnectedCallback(): void {
    window.removeEventListener("pagehide", this.#keep);
  }

  handleEvent(event: Event): void {
    if (event.type === "live-region:updated") return this.#draw();
    if (event.type === "reset") return this.#clear();
    const target = event.target;
    if (!(target instanceof HTMLElement)) return;
    if (event.type === "change") return this.#changed(target);
    const key = target.closest<HTMLElement>("[data-do]")?.dataset["do"];
    if (key) return this.#press(key);
    const isBox = target instanceof HTMLInputElement && target.name === "ticket";
    if (isBox && event instanceof MouseEvent && event.shiftKey) this.#stretch(target);
    else if (isBox) this.#from = target.value;
  }

  get #code(): string {
    return this.getAttribute("code") ?? "";
  }

  #boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>('input[name="ticket"]')];
  }

  #numbers(): string[] {
    return this.#boxes().map((box) => box.value);
  }

  #changed(target: HTMLElement): void {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.name === "ticket") this.#put([target.value], target.checked);
    else if (target.hasAttribute("data-page")) this.#put(this.#numbers(), target.checked);
    this.#draw();
  }

  /** From the box that was clicked before to this one, all as this one. */
  #stretch(target: HTMLInputElement): void {
    this.#put(between(this.#numbers(), this.#from, target.value), target.checked);
    this.#draw();
  }

  #put(numbers: readonly string[], isChosen: boolean): void {
    for (const number of numbers) {
      if (isChosen) this.#chosen.add(number);
      else this.#chosen.delete(number);
    }
  }

  #clear(): void {
    this.#chosen.clear();
    queueMicrotask(() => this.#draw());
  }

  #press(key: string): void {
    const at = this.#current();
    if (key === "j" || key === "k") return this.#go(beside(this.#numbers(), at, key === "j" ? 1 : -1));
    if (at === null) return;
    if (key === "o") return this.#row(at)?.click();
    this.#from = at;
    this.#put([at], !this.#chosen.has(at));
    this.#draw();
  }

  #current(): string | null {
    const focused = document.activeElement?.closest<HTMLElement>(".lrow");
    if (focused && this.contains(focused)) return focused.id.slice(1);
    return this.#last && this.#row(this.#last) ? this.#last : null;
  }

  #row(number: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`#t${CSS.escape(number)}`);
  }

  #go(number: string | null): void {
    const row = number === null ? null : this.#row(number);
    if (!row || number === null) return;
    this.#last = number;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  /** Boxes and words as what is chosen; rows that have left the list are no longer chosen. */
  #draw(): void {
    const boxes = this.#boxes();
    const here = new Set(boxes.map((box) => box.value));
    for (const number of this.#chosen) if (!here.has(number)) this.#chosen.delete(number);
    for (const box of boxes) box.checked = this.#chosen.has(box.value);
    const page = this.querySelector<HTMLInputElement>("input[data-page]");
    if (page) {
      page.checked = boxes.length > 0 && this.#chosen.size === boxes.length;
      page.indeterminate = this.#chosen.size > 0 && !page.checked;
    }
    const words = this.querySelector("[data-picked]");
    const isAll = this.querySelector<HTMLInputElement>('input[name="all"]')?.checked ?? false;
    if (!words) return;
    words.textContent = isAll
      ? gettext("The whole view")
      : ngettext("%(n)s ticket selected", "%(n)s tickets selected", this.#chosen.size);
  }

  #keepPlace(): void {
    const place = {
      href: this.getAttribute("here") ?? location.pathname + location.search,
      scroll: this.scrollTop,
      chosen: [...this.#chosen],
      last: this.#current() ?? "",
    };
    keepPlace(this.#code, place);
  }

  /** As it was left, for those who come back from a ticket; a list that is opened anew begins at its top. */
  #restore(): void {
    const kept = placeIn(this.#code);
    if (!kept || kept.href !== this.getAttribute("here") || !isComingBack()) return this.#draw();
    this.#put(kept.chosen, true);
    this.#draw();
    this.scrollTop = kept.scroll;
    const row = kept.last ? this.#row(kept.last) : null;
    this.#last = kept.last;
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }
}

function isComingBack(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (entry?.type === "back_forward") return true;
  return document.referrer !== "" && /^\/desk\/tickets\/\d+\/$/.test(new URL(document.referrer).pathname);
}

define("ticket-list", TicketList);
