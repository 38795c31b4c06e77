import { describe, expect, test } from "vitest";
import { beside, between, placeOf } from "./rows";

const ROWS = ["1", "2", "3", "4"];

describe("a range of rows", () => {
  test("holds both ends, in either direction", () => {
    expect(between(ROWS, "2", "4")).toEqual(["2", "3", "4"]);
    expect(between(ROWS, "4", "2")).toEqual(["2", "3", "4"]);
  });

  test("is one row where the first has gone, none where the second has", () => {
    expect(between(ROWS, "9", "3")).toEqual(["3"]);
    expect(between(ROWS, "1", "9")).toEqual([]);
  });
});

describe("the row beside", () => {
  test("is the next, the one before, the first to begin with, and none at the ends", () => {
    expect(beside(ROWS, "2", 1)).toBe("3");
    expect(beside(ROWS, "2", -1)).toBe("1");
    expect(beside(ROWS, null, 1)).toBe("1");
    expect(beside(ROWS, "9", -1)).toBe("1");
    expect(beside(ROWS, "4", 1)).toBeNull();
    expect(beside([], null, 1)).toBeNull();
  });
});

describe("a kept place", () => {
  test("comes back as it was", () => {
    const kept = { href: "/desk/tickets/?view=open", scroll: 120, chosen: ["7"], last: "8" };
    expect(placeOf(JSON.stringify(kept))).toEqual(kept);
  });

  test("is nothing where it is not one", () => {
    for (const text of [null, "", "{", "[]", '{"href":"https://elsewhere.example/"}', "3"]) expect(placeOf(text)).toBeNull();
  });
});
