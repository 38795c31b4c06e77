import { expect, test } from "vitest";
import { merge, size, without } from "./files";

const file = (name: string, bytes = 1): { name: string; size: number; lastModified: number } => ({
  name, size: bytes, lastModified: 0,
});

test("the same file is kept once, another of the same name too", () => {
  expect(merge([file("a")], [file("a"), file("a", 2), file("b")])).toEqual([file("a"), file("a", 2), file("b")]);
});

test("one file is left out by its place", () => expect(without(["a", "b", "c"], 1)).toEqual(["a", "c"]));

test.each([[12, "12 B"], [86_016, "84 KB"], [2_202_010, "2.1 MB"]])("%i bytes are %s", (bytes, words) => {
  expect(size(bytes)).toBe(words);
});
