import { expect, test } from "vitest";
import { around, close, follow, type News, parse, type Tab, visit } from "./tabs";

const tab = (id: number, label = "VPN", version = 1): Tab => ({
  href: `/desk/tickets/${id}/`, number: `INC-${id}`, label, status: "open", version,
});
const news = (id: number, version: number, label = "VPN", status = "open"): News => ({
  href: `/desk/tickets/${id}/`, label, status, version,
});

test("a new tab comes last, a known one keeps its place with new words", () => {
  expect(visit([tab(1)], tab(2))).toEqual([tab(1), tab(2)]);
  expect(visit([tab(1), tab(2)], tab(1, "VPN solved"))).toEqual([tab(1, "VPN solved"), tab(2)]);
});

test("the oldest makes room", () => {
  const many = [1, 2, 3, 4, 5, 6, 7, 8, 9].reduce<Tab[]>((tabs, id) => visit(tabs, tab(id)), []);
  expect(many.map((each) => each.number)).toEqual([2, 3, 4, 5, 6, 7, 8, 9].map((id) => `INC-${id}`));
});

test("closing goes to the neighbour", () => {
  const three = [tab(1), tab(2), tab(3)];
  expect(close(three, tab(2).href)).toEqual({ tabs: [tab(1), tab(3)], next: tab(3).href });
  expect(close(three, tab(3).href).next).toBe(tab(2).href);
  expect(close([tab(1)], tab(1).href)).toEqual({ tabs: [], next: null });
});

test("what changed unseen is marked until it is looked at", () => {
  const [one, two] = follow([tab(1), tab(2)], [news(1, 3, "VPN solved", "done"), news(2, 2)], tab(2).href);
  expect(one).toEqual({ ...tab(1, "VPN solved"), status: "done", isChanged: true });
  expect(two).toEqual({ ...tab(2, "VPN", 2), isChanged: false });
  expect(visit([one as Tab], tab(1, "VPN solved", 3))).toEqual([tab(1, "VPN solved", 3)]);
});

test("what is out of sight goes, but not from under the eyes", () => {
  expect(follow([tab(1), tab(2)], [], tab(2).href)).toEqual([tab(2)]);
});

test("neighbours end at the corners; from elsewhere both ends are near", () => {
  const three = [tab(1), tab(2), tab(3)];
  expect(around(three, tab(2).href)).toEqual({ before: tab(1).href, after: tab(3).href });
  expect(around(three, tab(1).href)).toEqual({ after: tab(2).href });
  expect(around(three, "/desk/")).toEqual({ before: tab(3).href, after: tab(1).href });
  expect(around([tab(1)], "/desk/")).toEqual({ before: tab(1).href });
});

test("nonsense and foreign addresses are dropped", () => {
  expect(parse("{")).toEqual([]);
  expect(parse(null)).toEqual([]);
  expect(parse(JSON.stringify([tab(1), { href: "//evil.example/" }, { href: "javascript:1", number: "", label: "", status: "" }, 3]))).toEqual([tab(1)]);
});
