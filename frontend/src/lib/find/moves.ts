/** Which option is next under the arrow keys, and which stays chosen when the options change. */

/** The option after pressing an arrow; from the last on to the first. -1 is none. */
export function moved(count: number, at: number, key: string): number {
  if (count === 0) return -1;
  switch (key) {
    case "ArrowDown":
      return at + 1 >= count ? 0 : at + 1;
    case "ArrowUp":
      return at <= 0 ? count - 1 : at - 1;
    case "PageDown":
      return Math.min(count - 1, Math.max(0, at) + 5);
    case "PageUp":
      return Math.max(0, at - 5);
    default:
      return at;
  }
}

/** What a person moved to stays theirs while it is still offered; else `otherwise`. */
export function kept(ids: readonly string[], held: string | null, otherwise: number): number {
  const at = held === null ? -1 : ids.indexOf(held);
  return at >= 0 ? at : Math.min(otherwise, ids.length - 1);
}

/** Whether `label` fits what was typed: every word begins a word of it, a Chinese part may stand anywhere. */
export function fits(label: string, typed: string): boolean {
  const words = label.toLocaleLowerCase();
  return typed
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((part) => (/\p{Script=Han}/u.test(part) ? words.includes(part) : ` ${words}`.replaceAll(/[^\p{L}\p{N}]+/gu, " ").includes(` ${part}`)));
}

/** Keys that belong to an input method: they choose characters, not results. */
export function isComposing(event: { readonly isComposing: boolean; readonly keyCode: number }): boolean {
  // Safari says the composition is over before the Enter that ended it.
  return event.isComposing || event.keyCode === 229;
}
