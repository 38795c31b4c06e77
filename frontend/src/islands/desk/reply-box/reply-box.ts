/** The reply box while one writes: keeps the words at the server, shows how they will read, minds what arrives. */

import { define, element } from "../../../lib/dom";
import { gettext } from "../../../lib/strings";
import { beaten, begin, due, failed, renewed, saved, type Saving, started, typed } from "./saving";

const PREVIEW_MS = 250;

interface Told {
  readonly revision?: number;
  readonly at?: string;
  readonly error?: string;
  readonly code?: string;
}

class ReplyBox extends HTMLElement {
  #saving: Saving = begin(0);
  #timer = 0;
  #previewTimer = 0;
  #isPreviewing = false;
  #asked = 0;
  /** The newest message that was there when the writing began. */
  #seen = "";
  #stop = new AbortController();

  connectedCallback(): void {
    const form = this.#form;
    if (!form) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#saving = begin(Number(this.#field("revision")?.value ?? 0));
    this.#seen = this.#field("seen")?.value ?? "";
    form.addEventListener("input", () => this.#onInput(), { signal });
    form.addEventListener("change", () => this.#onInput(), { signal });
    form.addEventListener("files:changed", () => this.#onInput(), { signal });
    form.addEventListener("htmx:before:request", (event) => this.#onSending(event), { signal });
    form.addEventListener("submit", () => this.#mark(), { capture: true, signal });
    document.addEventListener("htmx:after:swap", (event) => this.#onSwap(event), { signal });
    document.addEventListener("live-region:updated", () => this.#onNews(), { signal });
    window.addEventListener("pagehide", () => this.#flush(), { signal });
    form.querySelector("[data-preview]")?.addEventListener("click", () => this.#togglePreview(), { signal });
  }

  disconnectedCallback(): void {
    this.#stop.abort();
    window.clearTimeout(this.#timer);
    window.clearTimeout(this.#previewTimer);
  }

  get #form(): HTMLFormElement | null {
    return this.closest("form");
  }

  #field(name: string): HTMLInputElement | HTMLTextAreaElement | null {
    return this.#form?.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name="${name}"]`) ?? null;
  }

  get #words(): string {
    return this.#field("body")?.value ?? "";
  }

  #onInput(): void {
    // What came before the first word was seen: only what comes while one writes stops the sending.
    if (!this.#saving.isDirty && !this.#saving.isUnderWay && this.#words.length <= 1) this.#seen = newest() || this.#seen;
    this.#step(typed(this.#saving, Date.now()));
    if (this.#isPreviewing) this.#previewSoon();
  }

  #step(next: Saving): void {
    this.#saving = next;
    window.clearTimeout(this.#timer);
    const wait = due(next, Date.now());
    if (wait !== null) this.#timer = window.setTimeout(() => void this.#save(), wait);
  }

  async #save(force = false): Promise<void> {
    const form = this.#form;
    const address = this.getAttribute("save");
    if (!form || !address) return;
    this.#step(started(this.#saving));
    const asked = ++this.#asked;
    try {
      const response = await fetch(address, {
        method: "POST",
        body: this.#draft(form, force),
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(20_000),
      });
      const told = response.headers.get("Content-Type")?.includes("json") ? ((await response.json()) as Told) : {};
      if (asked !== this.#asked) return; // sent meanwhile
      if (response.ok && !response.redirected && told.revision !== undefined) this.#onSaved(told);
      else if (told.code === "draft_moved_on") this.#onBeaten(told);
      else this.#onFailed(told.error ?? "");
    } catch {
      if (asked === this.#asked) this.#onFailed("");
    }
  }

  /** What is sent to be kept: the words and what stands around them, never the files themselves. */
  #draft(form: HTMLFormElement, force = false): FormData {
    const data = new FormData(form);
    data.delete("files");
    data.set("revision", String(this.#saving.revision));
    if (force) data.set("force", "1");
    return data;
  }

  #onSaved(told: Told): void {
    this.#step(saved(this.#saving, told.revision ?? 0));
    const field = this.#field("revision");
    if (field) field.value = String(this.#saving.revision);
    if (!this.#saving.isDirty) this.#form?.dispatchEvent(new CustomEvent("draft-keeper:forget"));
    this.#say(this.#words.trim() ? gettext("Draft kept %(at)s", { at: told.at ?? "" }) : "");
  }

  #onFailed(why: string): void {
    this.#step(failed(this.#saving, Date.now()));
    this.#say(why || gettext("Not kept yet; trying again"));
  }

  #onBeaten(told: Told): void {
    this.#step({ ...beaten(this.#saving), revision: told.revision ?? this.#saving.revision });
    const keep = element("button", { type: "button", class: "link" }, gettext("Keep these words"));
    keep.addEventListener("click", () => {
      this.#saving = { ...this.#saving, isBeaten: false };
      void this.#save(true);
    });
    this.#say(told.error ?? "", keep);
  }

  #say(words: string, ...more: Node[]): void {
    const place = this.#form?.querySelector(".savestate");
    place?.replaceChildren(words, ...(more.length ? [" ", ...more] : []));
  }

  /** Nothing may keep the words again once they are on their way. */
  #onSending(event: Event): void {
    if (event.target !== this.#form) return;
    window.clearTimeout(this.#timer);
    this.#asked++;
    this.#mark();
  }

  #mark(): void {
    const field = this.#field("seen");
    if (field && this.#seen) field.value = this.#seen;
  }

  #onSwap(event: Event): void {
    const form = this.#form;
    if (!form) return;
    const mine = event.target === form;
    const detail = (event as CustomEvent<{ ctx?: { response?: { status?: number } } }>).detail;
    const status = detail?.ctx?.response?.status ?? 0;
    const shown = Number(this.getAttribute("revision") ?? 0);
    if (mine) this.#seen = this.getAttribute("seen") ?? "";
    this.#step(renewed({ ...this.#saving, isUnderWay: false }, shown, mine && status < 400));
    if (mine && status >= 400) this.#step(typed(this.#saving, Date.now()));
    if (mine && status < 400) {
      this.#say("");
      this.#isPreviewing = false;
    }
    this.#showPreview();
  }

  /** While nothing is written, what arrives counts as seen; otherwise the box says so. */
  #onNews(): void {
    const last = newest();
    if (!last) return;
    if (!this.#words.trim()) this.#seen = last;
    const note = this.#form?.querySelector<HTMLElement>(".arrived");
    if (note) note.hidden = Number(last) <= Number(this.#seen || 0);
  }

  #flush(): void {
    const form = this.#form;
    const address = this.getAttribute("save");
    if (form && address && this.#saving.isDirty && !this.#saving.isBeaten) navigator.sendBeacon(address, this.#draft(form));
  }

  #togglePreview(): void {
    this.#isPreviewing = !this.#isPreviewing;
    this.#showPreview();
    if (!this.#isPreviewing) this.#field("body")?.focus();
  }

  #showPreview(): void {
    const form = this.#form;
    const box = form?.querySelector<HTMLElement>(".preview");
    if (!box) return;
    box.hidden = !this.#isPreviewing;
    form?.querySelector("[data-preview]")?.setAttribute("aria-pressed", String(this.#isPreviewing));
    if (this.#isPreviewing) void this.#preview();
  }

  #previewSoon(): void {
    window.clearTimeout(this.#previewTimer);
    this.#previewTimer = window.setTimeout(() => void this.#preview(), PREVIEW_MS);
  }

  async #preview(): Promise<void> {
    const form = this.#form;
    const address = this.getAttribute("preview");
    const box = form?.querySelector<HTMLElement>(".preview");
    if (!form || !address || !box) return;
    const words = this.#words;
    const response = await fetch(address, { method: "POST", body: this.#draft(form), headers: { "HX-Request": "true" } }).catch(() => null);
    if (!response?.ok || response.redirected) return;
    const html = await response.text();
    // The server made it safe (ui.richtext); an older answer than the words is not shown.
    if (words === this.#words) box.innerHTML = html;
  }
}

/** The newest message that the timeline shows. */
function newest(): string {
  return document.querySelector<HTMLElement>("#timeline [data-last]")?.dataset["last"] ?? "";
}

define("reply-box", ReplyBox);
