/** Manners of every page: errors of htmx requests as toasts, menus that close, folds that stay open. */

import htmx from "htmx.org";
import { toast } from "./dom";
import { forgetAllBut } from "./find/recent";
import { keepsStill, watchHands } from "./hold";
import { gettext } from "./strings";

const SENDING_MS = 5000;

interface Answer {
  readonly ctx?: { readonly response?: { readonly status: number; readonly headers: Headers } };
}

export function teachManners(): void {
  watchHands();
  // The open ticket is in sight in the list beside it, however long that is.
  document.querySelector(".qlist .is-on")?.scrollIntoView({ block: "nearest" });
  document.addEventListener("htmx:before:response", (event) => {
    const response = (event as CustomEvent<Answer>).detail.ctx?.response;
    if (!response) return;
    const words = response.headers.get("X-Error-Text");
    if (words === null && response.status < 500) return;
    event.preventDefault();
    toast(words ? decodeURIComponent(words) : gettext("Something broke on our side. Your text is kept."), "failed");
  });
  document.addEventListener("htmx:error", (event) => {
    const detail = (event as CustomEvent<{ ctx?: unknown }>).detail;
    if (detail.ctx) toast(gettext("The server cannot be reached. Your text is kept; try again."), "failed");
  });
  // A second click on a slow day must not send a second time; htmx forms say hx-sync="this:drop".
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return;
    if (form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "1";
    window.setTimeout(() => delete form.dataset["sent"], SENDING_MS); // an answer may be a download
  });
  // The next one at this machine must not see what this one looked at.
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.hasAttribute("data-sign-out")) forgetAllBut("");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach((form) => delete form.dataset["sent"]);
  });
  // Something was chosen: the menu has done its work, whether the page comes anew or is morphed.
  document.addEventListener("submit", (event) => {
    const form = event.target instanceof Element ? event.target : null;
    const menu = form?.closest<HTMLDetailsElement>("details[data-menu], details.askfold");
    if (menu) menu.open = false;
  });
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
  });
  // An update must not close what the reader opened.
  htmx.registerExtension("keep-open", {
    htmx_before_morph_attr: (element: Element, detail: { attrName: string; newValue: string | null }) =>
      !(element instanceof HTMLDetailsElement && detail.attrName === "open"),
    // Nor what they ticked, unless the server asks for something else, as a reply that resolves does.
    htmx_before_morph_node: (element: Element, detail: { newNode: Element }) => {
      // Nor what they have their hand on: its region makes up for it afterwards.
      if (keepsStill(element)) {
        element.dispatchEvent(new CustomEvent("live-region:passed", { bubbles: true }));
        return false;
      }
      if (element instanceof HTMLTextAreaElement && detail.newNode.hasAttribute("data-back")) {
        bringBack(element, (detail.newNode as HTMLTextAreaElement).defaultValue);
      }
      // What an opened fold has fetched is not in the answer.
      const address = element.matches("details[open][hx-get]") ? element.getAttribute("hx-get") : null;
      if (address !== null && address === detail.newNode.getAttribute("hx-get")) return false;
      if (element instanceof HTMLFormElement && detail.newNode.getAttribute("data-asks")) {
        queueMicrotask(() => chooseAgain(element));
      }
      return true;
    },
  });
}

/** Words that were taken back stand before what was typed since, and one writes on behind them. */
function bringBack(field: HTMLTextAreaElement, words: string): void {
  const typed = field.value.trim();
  queueMicrotask(() => {
    field.value = typed && typed !== words.trim() ? `${words}\n\n${typed}` : words;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Back to the choices that the server gave a form; its words stay. */
function chooseAgain(form: HTMLFormElement): void {
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && field.type === "radio") field.checked = field.defaultChecked;
    if (!(field instanceof HTMLSelectElement)) continue;
    for (const option of field.options) option.selected = option.defaultSelected;
  }
}

function closeMenus(target: EventTarget | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
    if (!(target instanceof Node) || !menu.contains(target)) menu.open = false;
  }
}
