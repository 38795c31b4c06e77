/** Single-key shortcuts, decided without a keyboard. */

export interface Press {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  readonly isTyping: boolean;
}

export interface Decision {
  /** The shortcut to run: "e", "g n", "mod+enter", "?". */
  readonly run: string | null;
  /** A first key that waits for its second. */
  readonly held: string;
}

/** What a key press means, given the shortcuts on the page and a key held from before. */
export function decide(press: Press, held: string, known: ReadonlySet<string>): Decision {
  const key = press.key.toLowerCase();
  if (press.alt) return { run: null, held: "" };
  if (press.ctrl || press.meta) {
    const chord = `mod+${key}`;
    // Undo inside a text field belongs to the text.
    if (chord === "mod+z" && press.isTyping) return { run: null, held: "" };
    return { run: known.has(chord) ? chord : null, held: "" };
  }
  if (press.isTyping) return { run: null, held: "" };
  if (held) {
    const sequence = `${held} ${key}`;
    if (known.has(sequence)) return { run: sequence, held: "" };
  }
  if (key === "?" || known.has(key)) return { run: key, held: "" };
  const starts = [...known].some((shortcut) => shortcut.startsWith(`${key} `));
  return { run: null, held: starts ? key : "" };
}

/** How a shortcut is written for people. */
export function caps(shortcut: string, isMac: boolean): string[] {
  return shortcut
    .split(/[ +]/)
    .map((part) => ({ mod: isMac ? "⌘" : "Ctrl", enter: "↵" })[part] ?? part);
}
