import { expect, test } from "vitest";
import { move, put, trigger } from "./trigger";

test.each([
  ["/", "slash", "", 0],
  ["Hello\n/vp", "slash", "vp", 6],
  ["（/重启", "slash", "重启", 1],
  ["@", "at", "", 0],
  ["see @Mei Zh", "at", "Mei Zh", 4],
  ["请@梅", "at", "梅", 1],
])("%j asks for %s %j", (before, kind, query, start) => {
  expect(trigger(before, true)).toEqual({ kind, query, start });
});

test.each(["and/or", "/usr/bin", "mei@alder.example", "/vpn ", "", "@Mei, "])("%j asks for nothing", (before) => {
  expect(trigger(before, true)).toBeNull();
});

test("in a reply nobody is named", () => expect(trigger("see @Mei", false)).toBeNull());

test("what is chosen takes the place of the sign and its query", () => {
  const at = trigger("Hello /vp", false);
  expect(at && put("Hello /vp, bye", 9, at, "Restart it.")).toEqual({ text: "Hello Restart it., bye", caret: 17 });
});

test("the rows go around", () => {
  expect([move(0, -1, 3), move(2, 1, 3), move(-1, 1, 3), move(0, 1, 0)]).toEqual([2, 0, 0, -1]);
});
