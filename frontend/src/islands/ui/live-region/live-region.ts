/** A part of the page that fetches itself again when one of its topics changes, unless somebody is using it. */

import htmx from "htmx.org";
import { define } from "../../../lib/dom";
import { hasSelection, isAimedAt, isHeld, whenReleased } from "../../../lib/hold";
import { listen } from "../../../lib/push/hub";
import { CALM, changed, delay, finished, held, hidden, type Refresh, started } from "../../../lib/push/refresh";

const AIM_AGAIN_MS = 200;

class LiveRegion extends HTMLElement {
  static readonly observedAttributes = ["topics"];

  #refresh: Refresh = CALM;
  #timer = 0;
  #dueAt = 0;
  /** Something in here was passed over by an update and is behind. */
  #isBehind = false;
  #stop: (() => void) | null = null;
  #forget: (() => void) | null = null;
  readonly #onVisibility = (): void => this.#step(hidden(this.#refresh, document.hidden));
  readonly #onPassed = (): void => void (this.#isBehind = true);

  connectedCallback(): void {
    this.#refresh = { ...this.#refresh, isFetching: false, isHidden: document.hidden };
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.addEventListener("live-region:passed", this.#onPassed);
    this.#forget = whenReleased(() => this.#released());
    this.#listen();
    this.#step(this.#refresh);
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.removeEventListener("live-region:passed", this.#onPassed);
    window.clearTimeout(this.#timer);
    this.#forget?.();
    this.#stop?.();
    this.#stop = null;
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#listen();
  }

  #listen(): void {
    this.#stop?.();
    const topics = (this.getAttribute("topics") ?? "").split(/\s+/).filter(Boolean);
    this.#stop = topics.length ? listen(topics, () => this.#step(changed(this.#refresh))) : null;
  }

  #released(): void {
    if (this.#isBehind && !isHeld(this) && !hasSelection(this)) {
      this.#isBehind = false;
      return this.#step(changed(this.#refresh));
    }
    if (this.#refresh.isHeld) this.#step(this.#refresh);
  }

  #step(next: Refresh): void {
    this.#refresh = held(next, isHeld(this));
    window.clearTimeout(this.#timer);
    if (!this.isConnected) return;
    const wait = delay(this.#refresh, Date.now(), Math.random());
    if (wait === null) return;
    this.#dueAt = performance.now() + wait;
    this.#timer = window.setTimeout(() => this.#due(), wait);
  }

  /** It is time, but a row must not move away under a pointer that is on its way to it. */
  #due(): void {
    if (isHeld(this)) return this.#step(this.#refresh);
    if (isAimedAt(this, performance.now() - this.#dueAt)) {
      this.#timer = window.setTimeout(() => this.#due(), AIM_AGAIN_MS);
      return;
    }
    void this.#fetch();
  }

  async #fetch(): Promise<void> {
    const source = this.getAttribute("src");
    if (!source) return;
    this.#refresh = started(this.#refresh, Date.now());
    let ok = true;
    try {
      const response = await fetch(source, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(20_000) });
      ok = response.status < 500;
      if (response.ok && !response.redirected && response.status !== 204) {
        const html = await response.text();
        // A menu may have been opened meanwhile: then this answer is too old once it closes.
        ok = this.isConnected && !isHeld(this);
        if (ok) await this.#show(html);
      }
    } catch {
      ok = false;
    }
    this.#step(finished(this.#refresh, ok));
  }

  async #show(html: string): Promise<void> {
    const isSame = new RegExp(`^\\s*<live-region[^>]*\\bid="${CSS.escape(this.id)}"`).test(html);
    await htmx.swap({ text: html, sourceElement: this, target: this, swap: isSame ? "outerMorph" : "innerMorph" });
    this.dispatchEvent(new CustomEvent("live-region:updated", { bubbles: true }));
  }
}

define("live-region", LiveRegion);
