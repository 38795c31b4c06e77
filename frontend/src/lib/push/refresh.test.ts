import { expect, test } from "vitest";
import { CALM, changed, delay, finished, held, hidden, started } from "./refresh";

const NOW = 50_000;

test("nothing to do while nothing changed", () => expect(delay(CALM, NOW, 0.3)).toBeNull());

test("a change waits its jitter", () => expect(delay(changed(CALM), NOW, 0.3)).toBe(300));

test("several changes are one fetch, a second apart from the last", () => {
  const again = changed(changed(finished(started(CALM, NOW), true)));
  expect(delay(again, NOW + 200, 0.1)).toBe(800);
});

test("a change during a fetch is fetched afterwards", () => {
  const busy = changed(started(CALM, NOW));
  expect(delay(busy, NOW, 0)).toBeNull();
  expect(delay(finished(busy, true), NOW + 5000, 0)).toBe(0);
});

test("a hidden tab waits until it is seen", () => {
  const away = changed(hidden(CALM, true));
  expect(delay(away, NOW, 0)).toBeNull();
  expect(delay(hidden(away, false), NOW, 0)).toBe(0);
});

test("a failed fetch is repeated", () => {
  expect(delay(finished(started(changed(CALM), NOW), false), NOW + 100, 0)).toBe(900);
});

test("what is in use waits until it is let go, and loses nothing", () => {
  const used = held(changed(CALM), true);
  expect(delay(used, NOW, 0)).toBeNull();
  expect(delay(held(used, false), NOW, 0)).toBe(0);
});
