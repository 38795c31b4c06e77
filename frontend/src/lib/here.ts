/** A page that comes back from the browser's memory is shown only to whom it was made for. */

/** Watch for the back button; once. */
export function stayPrivate(): void {
  window.addEventListener("pageshow", (event) => {
    const arrival = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
    if ((event.persisted || arrival?.type === "back_forward") && isForeign()) {
      document.body.replaceChildren();
      location.reload();
    }
  });
}

function isForeign(): boolean {
  const made = document.documentElement.dataset["here"];
  return made !== undefined && made !== "" && made !== mark(document.cookie);
}

/** The mark of the present session among cookies. */
export function mark(cookies: string): string {
  return /(?:^|;\s*)firstline_here=([0-9a-f]*)/.exec(cookies)?.[1] ?? "";
}
