import { expect, test } from "vitest";
import { parse, remember, type Seen } from "./recent";

const seen = (id: number): Seen => ({ href: `/desk/tickets/${id}/`, label: `VPN ${id}`, hint: `INC-${id}`, icon: "inbox" });

test("the latest comes first, once, and twelve are kept", () => {
  const many = Array.from({ length: 14 }, (_, id) => seen(id)).reduce<Seen[]>((held, thing) => remember(held, thing), []);
  expect(many).toHaveLength(12);
  expect(many[0]).toEqual(seen(13));
  expect(remember(many, seen(5)).filter((each) => each.href === seen(5).href)).toHaveLength(1);
});

test("nonsense and foreign addresses are dropped", () => {
  expect(parse("{")).toEqual([]);
  expect(parse(JSON.stringify([seen(1), { ...seen(2), href: "//evil.example" }, { href: "javascript:1" }, 3]))).toEqual([seen(1)]);
});
