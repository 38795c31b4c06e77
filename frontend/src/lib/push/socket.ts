/** What to do with the push socket, decided without a socket: states, events and effects. */

export interface State {
  readonly phase: "closed" | "connecting" | "open" | "waiting";
  readonly topics: ReadonlyMap<string, number>;
  readonly attempt: number;
  readonly wasOpen: boolean;
}

export type Event =
  | { readonly kind: "want"; readonly topics: readonly string[] }
  | { readonly kind: "leave"; readonly topics: readonly string[] }
  | { readonly kind: "opened" }
  | { readonly kind: "lost" }
  | { readonly kind: "retry" };

export type Effect =
  | { readonly kind: "connect" }
  | { readonly kind: "close" }
  | { readonly kind: "send"; readonly message: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "refresh-all" };

export const START: State = { phase: "closed", topics: new Map(), attempt: 0, wasOpen: false };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export function reduce(state: State, event: Event, random: number): [State, Effect[]] {
  switch (event.kind) {
    case "want":
      return want(state, event.topics);
    case "leave":
      return leave(state, event.topics);
    case "opened": {
      const opened: State = { ...state, phase: "open", attempt: 0, wasOpen: true };
      const effects: Effect[] = [{ kind: "send", message: { subscribe: [...state.topics.keys()] } }];
      // Whatever changed while the socket was away was not announced to us.
      if (state.wasOpen) effects.push({ kind: "refresh-all" });
      return [opened, effects];
    }
    case "lost": {
      if (state.topics.size === 0) return [{ ...state, phase: "closed" }, []];
      return [
        { ...state, phase: "waiting", attempt: state.attempt + 1 },
        [{ kind: "wait", ms: backoff(state.attempt, random) }],
      ];
    }
    case "retry":
      return state.phase === "waiting" ? [{ ...state, phase: "connecting" }, [{ kind: "connect" }]] : [state, []];
  }
}

/** Doubling waits with full jitter, so that a restarted server is not met by everyone at once. */
export function backoff(attempt: number, random: number): number {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return Math.round(most / 2 + (most / 2) * random);
}

function want(state: State, topics: readonly string[]): [State, Effect[]] {
  const counted = new Map(state.topics);
  const added: string[] = [];
  for (const topic of topics) {
    const held = counted.get(topic) ?? 0;
    if (held === 0) added.push(topic);
    counted.set(topic, held + 1);
  }
  const next = { ...state, topics: counted };
  if (added.length === 0) return [next, []];
  if (state.phase === "closed") return [{ ...next, phase: "connecting" }, [{ kind: "connect" }]];
  if (state.phase === "open") return [next, [{ kind: "send", message: { subscribe: added } }]];
  return [next, []];
}

function leave(state: State, topics: readonly string[]): [State, Effect[]] {
  const counted = new Map(state.topics);
  const gone: string[] = [];
  for (const topic of topics) {
    const held = counted.get(topic) ?? 0;
    if (held > 1) counted.set(topic, held - 1);
    else if (counted.delete(topic)) gone.push(topic);
  }
  const next = { ...state, topics: counted };
  if (state.phase !== "open" || gone.length === 0) return [next, []];
  if (counted.size === 0) return [next, [{ kind: "close" }]];
  return [next, [{ kind: "send", message: { unsubscribe: gone } }]];
}
