/** Translations of the page's language, written by the server into a JSON block. */

type Catalogue = Readonly<Record<string, string | readonly string[]>>;

let catalogue: Catalogue | null = null;

export function setStrings(strings: Catalogue): void {
  catalogue = strings;
}

function strings(): Catalogue {
  catalogue ??= JSON.parse(document.getElementById("strings")?.textContent || "{}") as Catalogue;
  return catalogue;
}

/** `text` in the reader's language, `%(name)s` filled from `params`. */
export function gettext(text: string, params: Readonly<Record<string, string | number>> = {}): string {
  const found = strings()[text];
  return fill(typeof found === "string" ? found : (found?.[0] ?? text), params);
}

/** The form for `count`; Chinese has one form only. */
export function ngettext(
  singular: string,
  plural: string,
  count: number,
  params: Readonly<Record<string, string | number>> = {},
): string {
  const found = strings()[singular];
  const text = Array.isArray(found) ? found[0] : found;
  return fill(typeof text === "string" ? text : count === 1 ? singular : plural, { n: count, ...params });
}

function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text
    .replace(/%\((\w+)\)s/g, (whole, name: string) => String(params[name] ?? whole))
    .replaceAll("%%", "%");
}
