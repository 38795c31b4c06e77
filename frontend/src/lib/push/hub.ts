/** The page's one push socket, shared by every region. */

import { type Effect, type Event, reduce, START, type State } from "./socket";

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly typing?: boolean;
}

interface Listener {
  readonly topics: readonly string[];
  readonly onChange: () => void;
  readonly onPresence?: ((people: readonly Person[]) => void) | undefined;
}

interface Message {
  readonly topic?: string;
  readonly presence?: { readonly topic: string; readonly people: readonly Person[] };
}

let state: State = START;
let socket: WebSocket | null = null;
const listeners = new Set<Listener>();

// A page with an open socket cannot be kept for the back button; it connects again when it returns.
window.addEventListener("pagehide", () => socket?.close());

/** Hear about `topics` until the returned function is called. */
export function listen(
  topics: readonly string[],
  onChange: () => void,
  onPresence?: (people: readonly Person[]) => void,
): () => void {
  const listener: Listener = { topics, onChange, onPresence };
  listeners.add(listener);
  dispatch({ kind: "want", topics });
  return () => {
    if (listeners.delete(listener)) dispatch({ kind: "leave", topics });
  };
}

/** Tell the others whether this person is typing. */
export function sayTyping(topic: string, typing: boolean): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ presence: { topic, typing } }));
}

function dispatch(event: Event): void {
  const [next, effects] = reduce(state, event, Math.random());
  state = next;
  effects.forEach(perform);
}

function perform(effect: Effect): void {
  switch (effect.kind) {
    case "connect":
      connect();
      break;
    case "close":
      socket?.close();
      break;
    case "send":
      socket?.send(JSON.stringify(effect.message));
      break;
    case "wait":
      window.setTimeout(() => dispatch({ kind: "retry" }), effect.ms);
      break;
    case "refresh-all":
      listeners.forEach((listener) => listener.onChange());
  }
}

function connect(): void {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const opened = new WebSocket(`${scheme}//${location.host}/ws/push`);
  socket = opened;
  opened.addEventListener("open", () => dispatch({ kind: "opened" }));
  opened.addEventListener("message", (event: MessageEvent<string>) => receive(event.data));
  opened.addEventListener("close", () => {
    if (socket !== opened) return;
    socket = null;
    dispatch({ kind: "lost" });
  });
}

function receive(data: string): void {
  const message = JSON.parse(data) as Message;
  for (const listener of listeners) {
    if (message.topic !== undefined && listener.topics.includes(message.topic)) listener.onChange();
    const presence = message.presence;
    if (presence && listener.topics.includes(presence.topic)) listener.onPresence?.(presence.people);
  }
}
