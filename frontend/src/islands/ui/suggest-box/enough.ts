/** From how much text on suggestions help rather than distract. */

const WORDS = 4;
const HAN = 6;

/** Four words, or six Chinese characters; a Chinese character next to words counts towards both. */
export function isEnough(text: string): boolean {
  const han = (text.match(/\p{Script=Han}/gu) ?? []).length;
  if (han >= HAN) return true;
  const words = text.replace(/\p{Script=Han}/gu, " ").split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  return words >= WORDS || words / WORDS + han / HAN >= 1;
}
