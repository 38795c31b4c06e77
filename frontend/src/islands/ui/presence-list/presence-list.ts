/** Who else has this open, and who is typing; tells the others when we type. */

import { define, element, icon } from "../../../lib/dom";
import { listen, type Person, sayTyping } from "../../../lib/push/hub";
import { gettext } from "../../../lib/strings";
import { hue, initials } from "./people";

const QUIET_MS = 3000;

class PresenceList extends HTMLElement {
  #stop: (() => void) | null = null;
  #quiet = 0;
  readonly #onInput = (event: Event): void => {
    if (event.target instanceof HTMLTextAreaElement && event.target.form?.id === "composer") this.#typing();
  };

  connectedCallback(): void {
    const topic = this.#topic;
    if (topic) this.#stop = listen([topic], () => undefined, (people) => this.#show(people));
    document.addEventListener("input", this.#onInput);
  }

  disconnectedCallback(): void {
    this.#stop?.();
    document.removeEventListener("input", this.#onInput);
    window.clearTimeout(this.#quiet);
  }

  get #topic(): string {
    return this.getAttribute("topic") ?? "";
  }

  #typing(): void {
    if (!this.#quiet) sayTyping(this.#topic, true);
    window.clearTimeout(this.#quiet);
    this.#quiet = window.setTimeout(() => {
      this.#quiet = 0;
      sayTyping(this.#topic, false);
    }, QUIET_MS);
  }

  #show(people: readonly Person[]): void {
    const self = Number(this.getAttribute("self"));
    this.replaceChildren(...people.filter((person) => person.id !== self).map(avatar));
  }
}

function avatar(person: Person): HTMLElement {
  const params = { name: person.name };
  const title = person.typing ? gettext("%(name)s is typing", params) : gettext("%(name)s is viewing", params);
  const made = element("span", { class: `av h-${hue(person.id)}`, title, role: "img", "aria-label": title });
  made.append(initials(person.name), icon(person.typing ? "pen" : "eye"));
  return made;
}

define("presence-list", PresenceList);
