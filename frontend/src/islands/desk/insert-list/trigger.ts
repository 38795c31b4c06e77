/** What a slash or an at sign before the caret asks for. */

export interface Trigger {
  readonly kind: "slash" | "at";
  readonly query: string;
  /** Where the sign stands; what is chosen takes its place up to the caret. */
  readonly start: number;
}

const SLASH = /(?:^|[\s（(])\/([^\s/]{0,40})$/u;
// Behind a Latin letter it is an address; behind a Chinese one it may be a name.
const AT = /(?:^|[^A-Za-z0-9._%+@-])@([^\s@,，。;；]{0,30}(?: [^\s@,，。;；]{0,30})?)$/u;

export function trigger(before: string, isNote: boolean): Trigger | null {
  const line = before.slice(-120);
  const slash = SLASH.exec(line);
  if (slash) return found("slash", slash[1] ?? "", before);
  const at = isNote ? AT.exec(line) : null;
  return at ? found("at", at[1] ?? "", before) : null;
}

function found(kind: "slash" | "at", query: string, before: string): Trigger {
  return { kind, query, start: before.length - query.length - 1 };
}

/** The text with what was chosen in the place of the sign and its query, and where the caret goes. */
export function put(text: string, caret: number, at: Trigger, chosen: string): { readonly text: string; readonly caret: number } {
  const inserted = text.slice(0, at.start) + chosen + text.slice(caret);
  return { text: inserted, caret: at.start + chosen.length };
}

/** The next row of `count` in a direction, around the ends; -1 while there is none. */
export function move(at: number, by: number, count: number): number {
  return count === 0 ? -1 : (at + by + count) % count;
}
