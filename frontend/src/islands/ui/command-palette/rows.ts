/** Rows of the palette that the page itself knows; those of the server come drawn. */

import { element, icon } from "../../../lib/dom";
import { gettext } from "../../../lib/strings";

export interface RowParts {
  readonly icon: string;
  readonly label: string;
  readonly href?: string;
  readonly hint?: string;
  readonly keys?: readonly string[];
}

export function row(parts: RowParts): HTMLElement {
  const attributes = { class: "cmd", role: "option", tabindex: "-1", "aria-selected": "false" };
  const made: HTMLElement = parts.href ? element("a", { ...attributes, href: parts.href }) : element("div", attributes);
  made.append(icon(parts.icon), element("span", { class: "cut" }, parts.label));
  if (parts.hint) made.append(element("span", { class: "small muted num" }, parts.hint));
  if (parts.keys) made.append(element("span", { class: "caps" }, ...parts.keys.map((key) => element("kbd", {}, key))));
  return made;
}

export function group(id: string, label: string, rows: readonly HTMLElement[]): HTMLElement {
  const head = element("div", { class: "group", id }, label);
  return element("div", { role: "group", "aria-labelledby": id }, head, ...rows);
}

export function failure(): HTMLElement {
  const words = gettext("The server cannot be reached. Your text is kept; type on to try again.");
  return element("div", { class: "pnone", role: "alert" }, words);
}
