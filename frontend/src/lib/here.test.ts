import { expect, test } from "vitest";
import { mark } from "./here";

test("the mark is found among other cookies, and missed when it is gone", () => {
  expect(mark("theme=dark; firstline_here=0f3a; x=1")).toBe("0f3a");
  expect(mark("not_firstline_here=0f3a")).toBe("");
  expect(mark("")).toBe("");
});
