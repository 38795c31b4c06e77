/** The things a person has open in this browser tab, in the order they were first opened. */

export interface Tab {
  readonly href: string;
  readonly number: string;
  readonly label: string;
  readonly status: string;
  /** What of it was seen: a later version has something new. */
  readonly version: number;
  readonly isChanged?: boolean;
}

/** What the server says of one of them now. */
export interface News {
  readonly href: string;
  readonly label: string;
  readonly status: string;
  readonly version: number;
}

const MOST = 8;

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

/** The tabs with what the server says: new words, a mark on what changed unseen; what is out of sight goes.
 *
 * `seen` is the one being looked at: nothing in it is unseen.
 */
export function follow(tabs: readonly Tab[], news: readonly News[], seen: string): Tab[] {
  const known = new Map(news.map((each) => [each.href, each]));
  return tabs.flatMap((tab) => {
    const now = known.get(tab.href);
    if (!now) return tab.href === seen ? [tab] : [];
    const { label, status } = now;
    if (tab.href === seen) return [{ ...tab, label, status, version: now.version, isChanged: false }];
    return [{ ...tab, label, status, isChanged: tab.isChanged === true || now.version > tab.version }];
  });
}

/** The neighbours of `href` in the strip; around the corner there is none. */
export function around(tabs: readonly Tab[], href: string): { readonly before?: string; readonly after?: string } {
  const at = tabs.findIndex((tab) => tab.href === href);
  const [before, after] = at < 0 ? [tabs.at(-1), tabs[0]] : [tabs[at - 1], tabs[at + 1]];
  return { ...(before && { before: before.href }), ...(after && after !== before && { after: after.href }) };
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
  const { href, number, label, status, version } = value as Record<string, unknown>;
  // Only our own paths: a stored address must not lead elsewhere.
  const isOurs = typeof href === "string" && href.startsWith("/") && !href.startsWith("//");
  return isOurs && typeof version === "number" && [number, label, status].every((part) => typeof part === "string");
}
