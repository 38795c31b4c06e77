import { expect, test } from "vitest";
import { backoff, type Effect, type Event, reduce, START, type State } from "./socket";

function run(events: readonly Event[], from: State = START): [State, Effect[][]] {
  let state = from;
  const effects = events.map((event) => {
    const [next, done] = reduce(state, event, 0.5);
    state = next;
    return done;
  });
  return [state, effects];
}

test("the first topic connects, opening subscribes to all", () => {
  const [state, effects] = run([
    { kind: "want", topics: ["ticket:1"] },
    { kind: "want", topics: ["queue:2", "ticket:1"] },
    { kind: "opened" },
  ]);
  expect(effects).toEqual([
    [{ kind: "connect" }],
    [],
    [{ kind: "send", message: { subscribe: ["ticket:1", "queue:2"] } }],
  ]);
  expect(state.phase).toBe("open");
});

test("a topic is left when its last region goes", () => {
  const [, effects] = run([
    { kind: "want", topics: ["a"] },
    { kind: "want", topics: ["a", "b"] },
    { kind: "opened" },
    { kind: "leave", topics: ["a"] },
    { kind: "leave", topics: ["a"] },
    { kind: "leave", topics: ["b"] },
  ]);
  expect(effects.slice(3)).toEqual([[], [{ kind: "send", message: { unsubscribe: ["a"] } }], [{ kind: "close" }]]);
});

test("after a loss it waits, reconnects, subscribes and fetches what it missed", () => {
  const [state, effects] = run([
    { kind: "want", topics: ["a"] },
    { kind: "opened" },
    { kind: "lost" },
    { kind: "retry" },
    { kind: "opened" },
  ]);
  expect(effects.slice(2)).toEqual([
    [{ kind: "wait", ms: 375 }],
    [{ kind: "connect" }],
    [{ kind: "send", message: { subscribe: ["a"] } }, { kind: "refresh-all" }],
  ]);
  expect(state.attempt).toBe(0);
});

test("a closed socket that nobody needs stays closed", () => {
  const [state, effects] = run([
    { kind: "want", topics: ["a"] },
    { kind: "opened" },
    { kind: "leave", topics: ["a"] },
    { kind: "lost" },
    { kind: "retry" },
  ]);
  expect(state.phase).toBe("closed");
  expect(effects.slice(3)).toEqual([[], []]);
});

test("waits double up to half a minute", () => {
  expect([0, 1, 2, 20].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 30000]);
  expect(backoff(3, 0)).toBe(2000);
});
