import { expect, test } from "vitest";
import { isEnough } from "./enough";

test.each(["my vpn does not", "电脑连不上网", "vpn 报错 809 连不上"])("%s is enough", (text) => {
  expect(isEnough(text)).toBe(true);
});

test.each(["", "vpn", "my vpn does", "电脑很慢", "- - - -"])("%s is not enough", (text) => {
  expect(isEnough(text)).toBe(false);
});
