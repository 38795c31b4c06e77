/** A list of options that the keyboard moves through while the focus stays in the box (ARIA combobox). */

import { kept, moved } from "./moves";

export class Options {
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #first: number;
  #all: HTMLElement[] = [];
  #at = -1;
  #hasMoved = false;

  /** `first` is what is chosen before anybody moved: 0 the first option, -1 none. */
  constructor(input: HTMLInputElement, list: HTMLElement, first: 0 | -1) {
    this.#input = input;
    this.#list = list;
    this.#first = first;
    list.addEventListener("pointermove", (event) => this.#point(event.target));
    // The focus stays in the box, so that typing goes on.
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get active(): HTMLElement | null {
    return this.#all[this.#at] ?? null;
  }

  get count(): number {
    return this.#all.length;
  }

  /** Read the options anew after the list changed; what was moved to stays chosen while it is there. */
  refresh(): void {
    const held = this.#hasMoved && this.active ? nameOf(this.active) : null;
    this.#all = [...this.#list.querySelectorAll<HTMLElement>('[role="option"]')].filter((option) => !option.closest("[hidden]"));
    this.#all.forEach((option, index) => {
      option.id ||= `${this.#list.id}-${index}`;
    });
    this.#choose(kept(this.#all.map(nameOf), held, this.#first));
  }

  /** Forget where the person moved to: they typed something else. */
  reset(): void {
    this.#hasMoved = false;
  }

  move(key: string): void {
    this.#hasMoved = true;
    this.#choose(moved(this.#all.length, this.#at, key));
    this.active?.scrollIntoView({ block: "nearest" });
  }

  #point(target: EventTarget | null): void {
    const option = target instanceof Element ? target.closest<HTMLElement>('[role="option"]') : null;
    const index = option ? this.#all.indexOf(option) : -1;
    if (index < 0 || index === this.#at) return;
    this.#hasMoved = true;
    this.#choose(index);
  }

  #choose(index: number): void {
    this.#at = index;
    this.#all.forEach((option, each) => {
      option.setAttribute("aria-selected", String(each === index));
      option.classList.toggle("is-on", each === index);
    });
    const active = this.active;
    if (active) this.#input.setAttribute("aria-activedescendant", active.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }
}

function nameOf(option: HTMLElement): string {
  return option.getAttribute("href") ?? option.dataset["text"] ?? option.textContent ?? "";
}
