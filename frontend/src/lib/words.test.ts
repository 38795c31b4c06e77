import { beforeEach, expect, test } from "vitest";
import { setStrings } from "./strings";
import { duration, nextTick, timeLeft } from "./words";

beforeEach(() => setStrings({}));
const NOW = new Date("2026-11-10T10:00:00Z");
const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

test.each([
  [45, "45 s"],
  [18 * 60, "18 min"],
  [2 * 3600, "2 h"],
  [2 * 3600 + 10 * 60, "2 h 10"],
  [3 * 86400, "3 days"],
])("%i seconds are %s", (seconds, words) => expect(duration(seconds)).toBe(words));

test("time left counts down, then says how late", () => {
  expect(timeLeft(after(7800), NOW)).toBe("2 h 10");
  expect(timeLeft(after(-720), NOW)).toBe("12 min over");
});

test("another day's words stay the server's", () => expect(timeLeft(after(86400), NOW)).toBeNull());

test("the last minute ticks every second", () => {
  expect(nextTick(after(30), NOW)).toBe(1000);
  expect(nextTick(after(600), NOW)).toBeGreaterThan(1000);
});
