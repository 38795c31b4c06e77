/** Single-key shortcuts from `data-key`, and the list of them under `?`. */

import { element } from "../../../lib/dom";
import { caps, decide } from "../../../lib/keys";
import { act, isMac, named, shortcuts } from "../../../lib/shortcuts";
import { gettext } from "../../../lib/strings";

const HOLD_MS = 900;
let held = "";
let timer = 0;

export function watchKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const press = { key: event.key, ctrl: event.ctrlKey, meta: event.metaKey, alt: event.altKey, isTyping: isTyping(event.target) };
    const targets = shortcuts();
    const decision = decide(press, held, new Set(targets.keys()));
    window.clearTimeout(timer);
    held = decision.held;
    if (held) timer = window.setTimeout(() => (held = ""), HOLD_MS);
    if (decision.run === null) return;
    const target = targets.get(decision.run);
    if (decision.run === "?") showHelp(targets);
    else if (target) act(target);
    else return;
    event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  // A box in a dialog that was just closed keeps the focus until the next frame; nobody types there.
  if (!(target instanceof HTMLElement) || target.closest("dialog:not([open])")) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["radio", "checkbox", "button", "submit"].includes(target.type);
}

function showHelp(targets: ReadonlyMap<string, HTMLElement>): void {
  document.querySelector("dialog.keys")?.remove();
  const list = element("dl");
  for (const [key, target] of targets) {
    list.append(element("dt", {}, ...caps(key, isMac()).map((cap) => element("kbd", {}, cap))), element("dd", {}, named(target)));
  }
  list.append(element("dt", {}, element("kbd", {}, "?")), element("dd", {}, gettext("This list")));
  const dialog = element("dialog", { class: "keys" }, element("h2", {}, gettext("Keys on this page")), list);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
