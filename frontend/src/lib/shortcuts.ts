/** The single-key shortcuts of the page: what carries `data-key`, what it is called, how it is run. */

export function shortcuts(): Map<string, HTMLElement> {
  const found = new Map<string, HTMLElement>();
  for (const target of document.querySelectorAll<HTMLElement>("[data-key]")) {
    const key = target.dataset["key"];
    if (key && !found.has(key) && !target.hasAttribute("disabled")) found.set(key, target);
  }
  return found;
}

export function act(target: HTMLElement): void {
  target.click();
  if (target instanceof HTMLInputElement && target.type === "search") target.focus();
  if (target instanceof HTMLInputElement && target.type === "radio") target.form?.querySelector("textarea")?.focus();
}

/** The words on a target, without its key. */
export function named(target: HTMLElement): string {
  const label = target instanceof HTMLInputElement ? target.closest("label") : target;
  const copy = label?.cloneNode(true) as HTMLElement | undefined;
  copy?.querySelectorAll("kbd, svg").forEach((mark) => mark.remove());
  return (target.getAttribute("aria-label") ?? copy?.textContent ?? "").replaceAll(/\s+/g, " ").trim();
}

export function isMac(): boolean {
  return navigator.platform.startsWith("Mac");
}
