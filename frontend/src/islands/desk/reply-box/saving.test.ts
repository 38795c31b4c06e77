import { expect, test } from "vitest";
import { beaten, begin, due, failed, renewed, saved, started, typed } from "./saving";

const NOW = 100_000;

test("nothing typed, nothing kept", () => expect(due(begin(3), NOW)).toBeNull());

test("words are kept once typing rests, or after four seconds of it", () => {
  const first = typed(begin(0), NOW);
  expect(due(first, NOW)).toBe(700);
  expect(due(typed(first, NOW + 500), NOW + 500)).toBe(700);
  expect(due(typed(first, NOW + 3900), NOW + 3900)).toBe(100);
});

test("what is typed during a save is kept after it, with the new number", () => {
  const busy = typed(started(typed(begin(0), NOW)), NOW + 100);
  expect(due(busy, NOW + 5000)).toBeNull();
  const after = saved(busy, 1);
  expect(after.revision).toBe(1);
  expect(due(after, NOW + 5000)).toBe(0);
});

test("a failed save is repeated, ever later", () => {
  const once = failed(started(typed(begin(1), NOW)), NOW);
  expect(due(once, NOW)).toBe(2000);
  const often = Array.from({ length: 9 }).reduce<typeof once>((state) => failed(started(state), NOW), once);
  expect(due(often, NOW)).toBe(30_000);
  expect(saved(started(often), 2).failures).toBe(0);
});

test("who was beaten waits for a person to choose, and the words stay unsaved", () => {
  const state = beaten(started(typed(begin(1), NOW)));
  expect(due(state, NOW + 9000)).toBeNull();
  expect(state.isDirty).toBe(true);
});

test("a page that comes anew never takes the number back, and forgets what was sent", () => {
  const state = typed(saved(started(typed(begin(1), NOW)), 5), NOW);
  expect(renewed(state, 4, false)).toEqual(state);
  expect(renewed(state, 6, true)).toEqual(begin(6));
});
