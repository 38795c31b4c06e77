import { expect, test } from "vitest";
import { fits, isComposing, kept, moved } from "./moves";

test("arrows go round", () => {
  expect(moved(3, -1, "ArrowDown")).toBe(0);
  expect(moved(3, 2, "ArrowDown")).toBe(0);
  expect(moved(3, 0, "ArrowUp")).toBe(2);
  expect(moved(0, -1, "ArrowDown")).toBe(-1);
  expect(moved(9, 0, "PageDown")).toBe(5);
  expect(moved(9, 3, "PageUp")).toBe(0);
  expect(moved(9, 3, "x")).toBe(3);
});

test("what was chosen stays chosen while it is offered", () => {
  expect(kept(["a", "b"], "b", 0)).toBe(1);
  expect(kept(["a", "b"], "c", 0)).toBe(0);
  expect(kept(["a", "b"], null, -1)).toBe(-1);
  expect(kept([], "a", 0)).toBe(-1);
});

test("actions are found by the beginnings of their words", () => {
  expect(fits("Take it", "ta")).toBe(true);
  expect(fits("Run a command", "com run")).toBe(true);
  expect(fits("Administration: Teams", "teams")).toBe(true);
  expect(fits("Take it", "ake")).toBe(false);
  expect(fits("登记设备", "设备")).toBe(true);
  expect(fits("Anything", "")).toBe(true);
});

test("an input method keeps its keys", () => {
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false);
});
