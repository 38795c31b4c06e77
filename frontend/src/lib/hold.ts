/** Where the reader's hand is: a part of the page that is in use keeps still until it is let go. */

/** What is open right now; nothing around it may move either. */
const OPEN = "details[data-menu][open], dialog[open], :popover-open";
/** The smallest things that keep still while words in them are selected. */
const LEAF = "li, p, h1, h2, h3, dl, tr, a, summary";
const AIM_MS = 500;
const AIM_LONGEST_MS = 3000;

let isPressed = false;
let isComposing = false;
let movedAt = -AIM_LONGEST_MS;
const waiting = new Set<() => void>();

/** Hear what hands do on this page; once. */
export function watchHands(): void {
  const press = (isDown: boolean) => (): void => {
    isPressed = isDown;
    if (!isDown) release();
  };
  const options = { capture: true, passive: true };
  document.addEventListener("pointerdown", press(true), options);
  for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, press(false), options);
  window.addEventListener("blur", press(false));
  document.addEventListener("pointermove", (event) => {
    movedAt = performance.now();
    if (isPressed && event.buttons === 0) press(false)(); // let go outside the window
  }, options);
  document.addEventListener("compositionstart", () => (isComposing = true), options);
  document.addEventListener("compositionend", () => {
    isComposing = false;
    release();
  }, options);
  for (const end of ["toggle", "close", "focusout", "selectionchange"]) document.addEventListener(end, release, options);
}

/** After what ends a use; the click that a pointer makes comes first. */
function release(): void {
  if (waiting.size > 0) window.setTimeout(() => [...waiting].forEach((go) => go()));
}

/** Call `go` whenever something was let go, until the returned function is called. */
export function whenReleased(go: () => void): () => void {
  waiting.add(go);
  return () => waiting.delete(go);
}

/** Whether `part` must keep still: a menu in it is open, a button is pressed, a word is being composed. */
export function isHeld(part: Element): boolean {
  return isPressed || part.querySelector(`${OPEN}, select:focus`) !== null || (isComposing && part.contains(document.activeElement));
}

/** Whether the pointer is on its way to something in `part`, which has waited `waited` milliseconds. */
export function isAimedAt(part: Element, waited: number, now = performance.now()): boolean {
  return waited < AIM_LONGEST_MS && now - movedAt < AIM_MS && part.querySelector(":hover") !== null;
}

/** Whether an update must pass around this very element, rather than change it. */
export function keepsStill(element: Element): boolean {
  return element.matches(OPEN) || (element.matches(LEAF) && hasSelection(element));
}

/** Whether words of `part` are selected. */
export function hasSelection(part: Element): boolean {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return false;
  return selection.getRangeAt(0).intersectsNode(part);
}
