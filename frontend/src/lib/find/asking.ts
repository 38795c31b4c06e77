/** When to ask while a person types, and which answer to show: decided without a network or a clock. */

export interface Asking {
  /** What stands in the box now. */
  readonly text: string;
  /** What the answer on the page is about; null before the first. */
  readonly shown: string | null;
  /** The question under way and when it was sent. */
  readonly sent: { readonly text: string; readonly serial: number; readonly at: number } | null;
  readonly serial: number;
  /** The person pressed Enter before the answer to their text was there. */
  readonly isWaiting: boolean;
}

export type Step =
  | { readonly kind: "typed"; readonly text: string; readonly at: number }
  | { readonly kind: "woke"; readonly at: number }
  | { readonly kind: "answered"; readonly serial: number; readonly ok: boolean; readonly at: number }
  | { readonly kind: "chosen" }
  | { readonly kind: "left" };

export type Effect =
  | { readonly kind: "ask"; readonly text: string; readonly serial: number }
  | { readonly kind: "wake"; readonly after: number }
  | { readonly kind: "show" }
  | { readonly kind: "fail" }
  | { readonly kind: "go" };

export const QUIET: Asking = { text: "", shown: null, sent: null, serial: 0, isWaiting: false };

/** A question that takes longer than this no longer holds up the next one. */
export const PATIENCE_MS = 150;

/** One question at a time while answers are quick; the newest text is always asked in the end, and only its answer shown. */
export function reduce(state: Asking, step: Step): readonly [Asking, readonly Effect[]] {
  switch (step.kind) {
    case "typed":
      if (step.text === state.text && (state.sent?.text === step.text || state.shown === step.text)) return [state, []];
      return asked({ ...state, text: step.text, isWaiting: false }, step.at);
    case "woke":
      return asked(state, step.at);
    case "answered":
      return answered(state, step);
    case "chosen":
      // Enter on an answer that is about other words would open the wrong thing.
      return state.shown === state.text ? [state, [{ kind: "go" }]] : [{ ...state, isWaiting: true }, []];
    case "left":
      return [{ ...QUIET, serial: state.serial + 1 }, []];
  }
}

function asked(state: Asking, at: number): readonly [Asking, readonly Effect[]] {
  if (state.text === state.shown) return [{ ...state, sent: null, serial: state.serial + 1 }, []];
  if (state.sent?.text === state.text) return [state, []];
  const left = state.sent ? state.sent.at + PATIENCE_MS - at : 0;
  if (left > 0) return [state, [{ kind: "wake", after: left }]];
  const serial = state.serial + 1;
  return [{ ...state, serial, sent: { text: state.text, serial, at } }, [{ kind: "ask", text: state.text, serial }]];
}

function answered(
  state: Asking,
  step: { readonly serial: number; readonly ok: boolean; readonly at: number },
): readonly [Asking, readonly Effect[]] {
  if (step.serial !== state.serial || !state.sent) return [state, []];
  const free: Asking = { ...state, sent: null };
  if (state.sent.text !== state.text) return asked(free, step.at);
  if (!step.ok) return [{ ...free, isWaiting: false }, [{ kind: "fail" }]];
  const done: Asking = { ...free, shown: state.text, isWaiting: false };
  return [done, state.isWaiting ? [{ kind: "show" }, { kind: "go" }] : [{ kind: "show" }]];
}
