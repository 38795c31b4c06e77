/** When a region may fetch itself again: at most once a second, spread by jitter, never in a hidden tab or in use. */

export interface Refresh {
  readonly isDirty: boolean;
  readonly isHidden: boolean;
  readonly isHeld: boolean;
  readonly isFetching: boolean;
  readonly lastAt: number;
}

export const CALM: Refresh = { isDirty: false, isHidden: false, isHeld: false, isFetching: false, lastAt: 0 };

const APART_MS = 1000;
const JITTER_MS = 1000;

/** Milliseconds to wait before fetching, or null when there is nothing to do now. */
export function delay(state: Refresh, now: number, random: number): number | null {
  if (!state.isDirty || state.isHidden || state.isHeld || state.isFetching) return null;
  return Math.max(Math.round(random * JITTER_MS), state.lastAt + APART_MS - now, 0);
}

export function changed(state: Refresh): Refresh {
  return { ...state, isDirty: true };
}

export function hidden(state: Refresh, isHidden: boolean): Refresh {
  return { ...state, isHidden };
}

/** Somebody's hand is on the region, or no longer; what changed meanwhile is fetched afterwards. */
export function held(state: Refresh, isHeld: boolean): Refresh {
  return { ...state, isHeld };
}

export function started(state: Refresh, now: number): Refresh {
  return { ...state, isDirty: false, isFetching: true, lastAt: now };
}

/** A fetch that failed or could not be shown leaves the region dirty, so that the next chance repeats it. */
export function finished(state: Refresh, ok: boolean): Refresh {
  return { ...state, isFetching: false, isDirty: state.isDirty || !ok };
}
