/** A part of the page that fetches itself again when one of its topics changes. */

import htmx from "htmx.org";
import { define } from "../../../lib/dom";
import { listen } from "../../../lib/push/hub";
import { CALM, changed, delay, finished, hidden, type Refresh, started } from "../../../lib/push/refresh";

class LiveRegion extends HTMLElement {
  static readonly observedAttributes = ["topics"];

  #refresh: Refresh = CALM;
  #timer = 0;
  #stop: (() => void) | null = null;
  readonly #onVisibility = (): void => this.#step(hidden(this.#refresh, document.hidden));

  connectedCallback(): void {
    this.#refresh = { ...CALM, isHidden: document.hidden };
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#listen();
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    window.clearTimeout(this.#timer);
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

  #step(next: Refresh): void {
    this.#refresh = next;
    window.clearTimeout(this.#timer);
    const wait = delay(next, Date.now(), Math.random());
    if (wait !== null) this.#timer = window.setTimeout(() => void this.#fetch(), wait);
  }

  async #fetch(): Promise<void> {
    const source = this.getAttribute("src");
    if (!source) return;
    this.#refresh = started(this.#refresh, Date.now());
    let ok = true;
    try {
      const response = await fetch(source, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(20_000) });
      if (response.ok && !response.redirected && response.status !== 204) await this.#show(await response.text());
      ok = response.status < 500;
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
