import { expect, test } from "vitest";
import { caps, decide, type Press } from "./keys";

const KNOWN = new Set(["e", "g n", "mod+enter", "mod+z"]);
const press = (key: string, more: Partial<Press> = {}): Press => ({
  key, ctrl: false, meta: false, alt: false, isTyping: false, ...more,
});

test("a known key runs, an unknown one does nothing", () => {
  expect(decide(press("e"), "", KNOWN)).toEqual({ run: "e", held: "" });
  expect(decide(press("q"), "", KNOWN)).toEqual({ run: null, held: "" });
});

test("a sequence waits for its second key", () => {
  expect(decide(press("g"), "", KNOWN)).toEqual({ run: null, held: "g" });
  expect(decide(press("n"), "g", KNOWN)).toEqual({ run: "g n", held: "" });
  expect(decide(press("e"), "g", KNOWN)).toEqual({ run: "e", held: "" });
});

test("letters belong to the text while typing, chords do not", () => {
  expect(decide(press("e", { isTyping: true }), "", KNOWN).run).toBeNull();
  expect(decide(press("Enter", { isTyping: true, ctrl: true }), "", KNOWN).run).toBe("mod+enter");
  expect(decide(press("z", { isTyping: true, meta: true }), "", KNOWN).run).toBeNull();
  expect(decide(press("z", { meta: true }), "", KNOWN).run).toBe("mod+z");
});

test("the browser keeps chords nobody asked for", () => {
  expect(decide(press("e", { ctrl: true }), "", KNOWN).run).toBeNull();
  expect(decide(press("e", { alt: true }), "", KNOWN).run).toBeNull();
});

test("keys are shown as their caps", () => {
  expect(caps("mod+enter", true)).toEqual(["⌘", "↵"]);
  expect(caps("g n", false)).toEqual(["g", "n"]);
});
