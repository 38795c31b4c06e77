/** A draft as text, and when it may go back into a field. */

/** The fields that hold words, as JSON; empty when there is nothing to keep. */
export function serialize(fields: readonly (readonly [string, string])[]): string {
  const filled = fields.filter(([, value]) => value.trim() !== "");
  return filled.length ? JSON.stringify(filled) : "";
}

export function parse(text: string | null): Map<string, string> {
  if (!text) return new Map();
  try {
    return new Map(JSON.parse(text) as [string, string][]);
  } catch {
    return new Map();
  }
}

/** What to put into a field: never over words that are already there. */
export function restorable(shown: string, kept: string | undefined): string | null {
  return shown.trim() === "" && kept ? kept : null;
}

/** Whether the server took a form: the browser went on to a page that shows no failure.
 *
 * Coming back or reloading after a lost connection is not going on.
 */
export function wasTaken(arrival: string, isFailure: boolean): boolean {
  return arrival === "navigate" && !isFailure;
}
