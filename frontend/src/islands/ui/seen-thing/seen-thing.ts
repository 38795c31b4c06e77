/** Remembers that its reader looked at this thing, for the palette's list of recent ones. */

import { define } from "../../../lib/dom";
import { keep } from "../../../lib/find/recent";

class SeenThing extends HTMLElement {
  connectedCallback(): void {
    const part = (name: string): string => this.getAttribute(name) ?? "";
    const thing = { href: part("href"), label: part("label"), hint: part("hint"), icon: part("icon") };
    if (thing.href.startsWith("/") && part("person")) keep(part("person"), thing);
  }
}

define("seen-thing", SeenThing);
