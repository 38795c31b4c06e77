import { expect, test } from "vitest";
import { parse, restorable, serialize, wasTaken } from "./draft";

test("a draft survives being kept", () => {
  expect(parse(serialize([["body", "我的电脑"], ["cc", " "]]))).toEqual(new Map([["body", "我的电脑"]]));
});

test("nothing typed keeps nothing, nonsense restores nothing", () => {
  expect(serialize([["body", "  "]])).toBe("");
  expect(parse("{broken")).toEqual(new Map());
});

test("kept words never replace words that are there", () => {
  expect(restorable("", "kept")).toBe("kept");
  expect(restorable("typed", "kept")).toBeNull();
  expect(restorable("", undefined)).toBeNull();
});

test("a form was taken when the browser went on without a failure", () => {
  expect(wasTaken("navigate", false)).toBe(true);
  expect(wasTaken("navigate", true)).toBe(false);
  expect(wasTaken("back_forward", false)).toBe(false);
});
