import { expect, test } from "vitest";
import { type Asking, type Effect, PATIENCE_MS, QUIET, reduce, type Step } from "./asking";

function play(...steps: Step[]): { state: Asking; effects: Effect[] } {
  let state = QUIET;
  const effects: Effect[] = [];
  for (const step of steps) {
    const [next, more] = reduce(state, step);
    state = next;
    effects.push(...more);
  }
  return { state, effects };
}
const typed = (text: string, at = 0): Step => ({ kind: "typed", text, at });
const answered = (serial: number, at = 20, ok = true): Step => ({ kind: "answered", serial, ok, at });

test("the first key is asked at once and its answer shown", () => {
  expect(play(typed("v"), answered(1)).effects).toEqual([{ kind: "ask", text: "v", serial: 1 }, { kind: "show" }]);
});

test("keys typed meanwhile are asked together once the answer is there, and the old answer is dropped", () => {
  expect(play(typed("v"), typed("vp", 5), typed("vpn", 10), answered(1)).effects).toEqual([
    { kind: "ask", text: "v", serial: 1 },
    { kind: "wake", after: PATIENCE_MS - 5 },
    { kind: "wake", after: PATIENCE_MS - 10 },
    { kind: "ask", text: "vpn", serial: 2 },
  ]);
});

test("a slow answer does not hold up the newest text, and comes too late", () => {
  const { state, effects } = play(typed("v"), typed("vpn", 10), { kind: "woke", at: PATIENCE_MS }, answered(1, 900));
  expect(effects.at(-1)).toEqual({ kind: "ask", text: "vpn", serial: 2 });
  expect(state.shown).toBeNull();
});

test("going back to what is shown asks nothing and ignores what is under way", () => {
  const { state, effects } = play(typed("v"), answered(1), typed("vp", 30), typed("v", 40), answered(2, 60));
  expect(effects.filter((effect) => effect.kind === "show")).toHaveLength(1);
  expect(state.shown).toBe("v");
});

test("Enter before the answer waits for it; more typing takes it back", () => {
  expect(play(typed("vpn"), { kind: "chosen" }, answered(1)).effects.map((effect) => effect.kind)).toEqual(["ask", "show", "go"]);
  expect(play(typed("vpn"), { kind: "chosen" }, typed("vpn 8"), answered(1), answered(2)).effects.map((effect) => effect.kind))
    .toEqual(["ask", "wake", "ask", "show"]);
  expect(play(typed("vpn"), answered(1), { kind: "chosen" }).effects.at(-1)).toEqual({ kind: "go" });
});

test("a failure is told once and the same text can be asked again", () => {
  const { state, effects } = play(typed("vpn"), answered(1, 20, false), typed("vpn", 30));
  expect(effects.map((effect) => effect.kind)).toEqual(["ask", "fail", "ask"]);
  expect(state.shown).toBeNull();
});

test("nothing comes after leaving", () => {
  expect(play(typed("vpn"), { kind: "left" }, answered(1)).effects).toHaveLength(1);
});
