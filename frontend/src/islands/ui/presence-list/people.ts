/** The same drawing of a person as the server's (ui/people.py). */

export function initials(name: string): string {
  const han = [...name].filter((character) => /\p{Script=Han}/u.test(character));
  const last = han.at(-1);
  if (last) return last;
  const words = name.split(/[\s@._-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const first = words[0];
  if (!first) return "?";
  const end = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (first.charAt(0) + end.charAt(0)).toUpperCase();
}

/** CRC-32 of the id's digits, as zlib makes it, in twelve classes. */
export function hue(id: number): number {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(String(id))) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ((crc ^ 0xffffffff) >>> 0) % 12;
}
