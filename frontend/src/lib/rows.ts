/** Which rows are chosen, decided without a page. */

/** The numbers between two rows, both included; only `to` where `from` is no longer there. */
export function between(rows: readonly string[], from: string, to: string): string[] {
  const start = rows.indexOf(from);
  const end = rows.indexOf(to);
  if (end < 0) return [];
  if (start < 0) return [to];
  return rows.slice(Math.min(start, end), Math.max(start, end) + 1);
}

/** The row that comes `by` after `from`; the first one when there is none to start from, null at an end. */
export function beside(rows: readonly string[], from: string | null, by: 1 | -1): string | null {
  if (rows.length === 0) return null;
  const at = from === null ? -1 : rows.indexOf(from);
  if (at < 0) return rows[0] ?? null;
  return rows[at + by] ?? null;
}

/** Where somebody was in a list. */
export interface Place {
  readonly href: string;
  readonly scroll: number;
  readonly chosen: readonly string[];
  readonly last: string;
}

/** A place as it was kept, null for anything else. */
export function placeOf(text: string | null): Place | null {
  try {
    const found = JSON.parse(text ?? "null") as Partial<Place> | null;
    if (!found || typeof found.href !== "string" || !found.href.startsWith("/")) return null;
    const chosen = Array.isArray(found.chosen) ? found.chosen.filter((each) => typeof each === "string") : [];
    return { href: found.href, scroll: Number(found.scroll) || 0, chosen, last: String(found.last ?? "") };
  } catch {
    return null;
  }
}
