/** Where one was in each list: kept in this tab, so that the way back leads to the same rows. */

import { type Place, placeOf } from "./rows";

const PREFIX = "firstline:list:";

export function placeIn(code: string): Place | null {
  try {
    return placeOf(sessionStorage.getItem(PREFIX + code));
  } catch {
    return null;
  }
}

export function keepPlace(code: string, place: Place): void {
  try {
    sessionStorage.setItem(PREFIX + code, JSON.stringify(place));
  } catch {
    // Without room to remember, the way back leads to the beginning of the list.
  }
}

/** On a ticket's page: remember it as the last one read, and lead links to its list back to the place. */
export function watchPlaces(): void {
  const number = /^\/desk\/tickets\/(\d+)\/$/.exec(location.pathname)?.[1];
  if (number === undefined) return;
  const code = document.querySelector<HTMLElement>("a[data-list]")?.dataset["list"];
  const place = code === undefined ? null : placeIn(code);
  if (code !== undefined && place) keepPlace(code, { ...place, last: number });
  const lead = (event: Event): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-list]") : null;
    const kept = link ? placeIn(link.dataset["list"] ?? "") : null;
    if (link && kept) link.href = kept.href;
  };
  document.addEventListener("click", lead, { capture: true });
}
