/** Time left in words, as the server says it (ui/times.py). */

import { gettext, ngettext } from "./strings";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

export function duration(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  if (total < MINUTE) return gettext("%(n)s s", { n: total });
  if (total < HOUR) return gettext("%(n)s min", { n: Math.floor(total / MINUTE) });
  if (total < DAY) {
    const hours = Math.floor(total / HOUR);
    const minutes = Math.floor((total % HOUR) / MINUTE);
    if (minutes === 0) return gettext("%(hours)s h", { hours });
    return gettext("%(hours)s h %(minutes)s", { hours, minutes: String(minutes).padStart(2, "0") });
  }
  const days = Math.floor(total / DAY);
  return ngettext("%(n)s day", "%(n)s days", days);
}

/** What a chip says that counts down; null where only the server knows the words (another day). */
export function timeLeft(due: Date, now: Date): string | null {
  const seconds = Math.floor((due.getTime() - now.getTime()) / 1000);
  if (seconds < 0) return gettext("%(time)s over", { time: duration(-seconds) });
  if (seconds < 6 * HOUR) return duration(seconds);
  return null;
}

/** Milliseconds until the words can change. */
export function nextTick(due: Date, now: Date): number {
  const left = Math.abs(due.getTime() - now.getTime());
  return left < MINUTE * 1000 ? 1000 : MINUTE * 1000 - (now.getTime() % (MINUTE * 1000)) + 20;
}
