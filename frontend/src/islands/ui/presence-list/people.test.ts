import { expect, test } from "vitest";
import { hue, initials } from "./people";

test.each([["Lin Yue", "LY"], ["赵梅", "梅"], ["mei", "M"], ["Ana Maria de Souza", "AS"], ["", "?"]])("%s is %s", (name, drawn) => {
  expect(initials(name)).toBe(drawn);
});

test("hues are those of the server", () => expect([1, 3, 42].map(hue)).toEqual([11, 7, 8]));
