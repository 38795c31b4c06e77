import { beforeEach, expect, test } from "vitest";
import { gettext, ngettext, setStrings } from "./strings";

beforeEach(() => setStrings({}));

test("text without a translation is filled and shown as it is", () => {
  expect(gettext("%(name)s is typing", { name: "Mei" })).toBe("Mei is typing");
  expect(gettext("100 %%")).toBe("100 %");
});

test("a translation is filled with the same names", () => {
  setStrings({ "%(name)s is typing": "%(name)s正在输入" });
  expect(gettext("%(name)s is typing", { name: "赵梅" })).toBe("赵梅正在输入");
});

test("plural forms follow the language", () => {
  expect(ngettext("%(n)s day", "%(n)s days", 1)).toBe("1 day");
  expect(ngettext("%(n)s day", "%(n)s days", 3)).toBe("3 days");
  setStrings({ "%(n)s day": ["%(n)s 天"] });
  expect(ngettext("%(n)s day", "%(n)s days", 3)).toBe("3 天");
});
