/** The things a person has open in this browser tab, in the order they were first opened. */

export interface Tab {
  readonly href: string;
  readonly number: string;
  readonly label: string;
  readonly status: string;
}

const MOST = 6;

/** `tab` is looked at: it keeps its place, or comes last and pushes the oldest out. */
export function visit(tabs: readonly Tab[], tab: Tab): Tab[] {
  if (tabs.some((held) => held.href === tab.href)) return tabs.map((held) => (held.href === tab.href ? tab : held));
  return [...tabs, tab].slice(-MOST);
}

/** The tabs without `href`, and where to go when it was the one being looked at. */
export function close(tabs: readonly Tab[], href: string): { readonly tabs: Tab[]; readonly next: string | null } {
  const at = tabs.findIndex((tab) => tab.href === href);
  const left = tabs.filter((tab) => tab.href !== href);
  return { tabs: left, next: (left[at] ?? left[at - 1])?.href ?? null };
}

export function parse(text: string | null): Tab[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter(isTab) : [];
  } catch {
    return [];
  }
}

function isTab(value: unknown): value is Tab {
  if (typeof value !== "object" || value === null) return false;
  const { href, number, label, status } = value as Record<string, unknown>;
  // Only our own paths: a stored address must not lead elsewhere.
  const isOurs = typeof href === "string" && href.startsWith("/") && !href.startsWith("//");
  return isOurs && [number, label, status].every((part) => typeof part === "string");
}
