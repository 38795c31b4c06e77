/** The things a person looked at last in this browser; only their names and our own paths, gone at sign-out. */

export interface Seen {
  readonly href: string;
  readonly label: string;
  readonly hint: string;
  readonly icon: string;
}

const MOST = 12;
const PREFIX = "seen:";

/** `thing` comes first and once; the oldest make room. */
export function remember(held: readonly Seen[], thing: Seen): Seen[] {
  return [thing, ...held.filter((each) => each.href !== thing.href)].slice(0, MOST);
}

export function parse(text: string | null): Seen[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter(isSeen) : [];
  } catch {
    return [];
  }
}

export function load(person: string): Seen[] {
  return parse(localStorage.getItem(PREFIX + person));
}

/** Keep it for this person, and forget what others left on the same machine. */
export function keep(person: string, thing: Seen): void {
  forgetAllBut(person);
  localStorage.setItem(PREFIX + person, JSON.stringify(remember(load(person), thing)));
}

export function forgetAllBut(person: string): void {
  const strange = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key !== PREFIX + person);
  for (const key of strange) localStorage.removeItem(key);
}

function isSeen(value: unknown): value is Seen {
  if (typeof value !== "object" || value === null) return false;
  const { href, label, hint, icon } = value as Record<string, unknown>;
  const isOurs = typeof href === "string" && /^\/(?!\/)/.test(href);
  return isOurs && [label, hint, icon].every((part) => typeof part === "string");
}
