import { expect, test } from "vitest";
import { close, parse, type Tab, visit } from "./tabs";

const tab = (id: number, label = "VPN"): Tab => ({ href: `/desk/tickets/${id}/`, number: `INC-${id}`, label, status: "open" });

test("a new tab comes last, a known one keeps its place with new words", () => {
  expect(visit([tab(1)], tab(2))).toEqual([tab(1), tab(2)]);
  expect(visit([tab(1), tab(2)], tab(1, "VPN solved"))).toEqual([tab(1, "VPN solved"), tab(2)]);
});

test("the oldest makes room", () => {
  const many = [1, 2, 3, 4, 5, 6, 7].reduce<Tab[]>((tabs, id) => visit(tabs, tab(id)), []);
  expect(many.map((each) => each.number)).toEqual(["INC-2", "INC-3", "INC-4", "INC-5", "INC-6", "INC-7"]);
});

test("closing goes to the neighbour", () => {
  const three = [tab(1), tab(2), tab(3)];
  expect(close(three, tab(2).href)).toEqual({ tabs: [tab(1), tab(3)], next: tab(3).href });
  expect(close(three, tab(3).href).next).toBe(tab(2).href);
  expect(close([tab(1)], tab(1).href)).toEqual({ tabs: [], next: null });
});

test("nonsense and foreign addresses are dropped", () => {
  expect(parse("{")).toEqual([]);
  expect(parse(null)).toEqual([]);
  expect(parse(JSON.stringify([tab(1), { href: "//evil.example/" }, { href: "javascript:1", number: "", label: "", status: "" }, 3]))).toEqual([tab(1)]);
});
