/** When what is typed is kept at the server, decided without a clock and without a network. */

export interface Saving {
  /** Of the kept words that this window knows; the server refuses to go back behind a newer one. */
  readonly revision: number;
  readonly isDirty: boolean;
  readonly isUnderWay: boolean;
  /** A colleague, another window or the sending was faster: nothing more is kept until the person chose. */
  readonly isBeaten: boolean;
  readonly typedAt: number;
  readonly dirtySince: number;
  readonly failures: number;
}

const QUIET_MS = 700;
const LONGEST_MS = 4000;
const AGAIN_MS = 2000;
const AGAIN_LONGEST_MS = 30_000;

export function begin(revision: number): Saving {
  return { revision, isDirty: false, isUnderWay: false, isBeaten: false, typedAt: 0, dirtySince: 0, failures: 0 };
}

/** Milliseconds until the next save is due, or null when there is nothing to do now. */
export function due(state: Saving, now: number): number | null {
  if (!state.isDirty || state.isUnderWay || state.isBeaten) return null;
  const quiet = Math.min(state.typedAt + QUIET_MS, state.dirtySince + LONGEST_MS);
  const again = state.failures ? state.typedAt + Math.min(AGAIN_MS * 2 ** (state.failures - 1), AGAIN_LONGEST_MS) : 0;
  return Math.max(quiet - now, again - now, 0);
}

export function typed(state: Saving, now: number): Saving {
  return { ...state, isDirty: true, typedAt: now, dirtySince: state.isDirty ? state.dirtySince : now };
}

export function started(state: Saving): Saving {
  return { ...state, isDirty: false, isUnderWay: true };
}

export function saved(state: Saving, revision: number): Saving {
  return { ...state, isUnderWay: false, failures: 0, revision: Math.max(revision, state.revision) };
}

export function failed(state: Saving, now: number): Saving {
  const failures = state.failures + 1;
  return { ...state, isUnderWay: false, isDirty: true, failures, typedAt: now, dirtySince: now };
}

export function beaten(state: Saving): Saving {
  return { ...state, isUnderWay: false, isDirty: true, isBeaten: true };
}

/** The page came anew: nothing is to be kept any more, or the words are still the same and only the number moved. */
export function renewed(state: Saving, revision: number, isSent: boolean): Saving {
  if (isSent) return begin(Math.max(revision, state.revision));
  return { ...state, revision: Math.max(revision, state.revision) };
}
