/** Lets a person paste or drop files into a form's own file input, and shows what will be sent. */

import { define, element, icon, toast } from "../../../lib/dom";
import { gettext } from "../../../lib/strings";
import { merge, size, without } from "./files";
import { Uploads } from "./uploads";

class FileDrop extends HTMLElement {
  #input: HTMLInputElement | null = null;
  #list: HTMLElement | null = null;
  #label: HTMLElement | null = null;
  /** A page that is morphed knows only the bare input: what this element added is put back. */
  readonly #mending = new MutationObserver(() => this.#mend());
  #addresses: string[] = [];
  /** With an `upload` address files are sent at once, and the form only names them. */
  #uploads: Uploads | null = null;
  #waiting: HTMLElement | null | undefined;
  readonly #onSubmit = (event: SubmitEvent): void => this.#holdBack(event);
  readonly #onPaste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    const form = this.closest("form");
    if (files.length === 0 || !(event.target instanceof Node) || !form?.contains(event.target)) return;
    event.preventDefault();
    this.#add(files);
  };

  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>('input[type="file"]');
    if (!input) return;
    // A morph may move this element: what listens outside of it listens again.
    document.addEventListener("paste", this.#onPaste);
    document.addEventListener("submit", this.#onSubmit, true);
    this.#mending.observe(this, { childList: true, attributes: true, attributeFilter: ["class"] });
    if (this.#input === input) return this.#mend();
    this.#input = input;
    this.classList.add("is-ready");
    const address = this.getAttribute("upload");
    if (address) this.#uploads = new Uploads(address, () => this.#token, () => this.#moved());
    this.#list = this.#uploads?.list ?? element("ul", { class: "thumbs" });
    const label = element("label", { class: "choose", for: input.id || this.#named(input) }, icon("clip"));
    const hint = gettext("or drop them here, or paste a screenshot");
    if (this.classList.contains("compact")) label.title = `${gettext("Choose files")}, ${hint}`;
    else label.append(element("b", {}, gettext("Choose files")), hint);
    this.#label = label;
    this.append(label, this.#list);
    input.addEventListener("change", () => this.#chosen());
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", () => this.classList.remove("is-over"));
    this.addEventListener("drop", (event) => this.#drop(event));
    this.closest("form")?.addEventListener("reset", () => window.setTimeout(() => this.#emptied()));
  }

  #mend(): void {
    const { classList } = this;
    if (!classList.contains("is-ready")) classList.add("is-ready");
    for (const part of [this.#label, this.#list]) if (part && part.parentElement !== this) this.append(part);
    this.#uploads?.leaveTo(this.#namedByPage());
  }

  disconnectedCallback(): void {
    this.#mending.disconnect();
    document.removeEventListener("paste", this.#onPaste);
    document.removeEventListener("submit", this.#onSubmit, true);
    this.#forget();
  }

  #named(input: HTMLInputElement): string {
    input.id = `files-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    return input.id;
  }

  readonly #over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.classList.add("is-over");
  };

  #drop(event: DragEvent): void {
    event.preventDefault();
    this.classList.remove("is-over");
    this.#add([...(event.dataTransfer?.files ?? [])]);
  }

  #add(files: readonly File[]): void {
    if (this.#uploads) return this.#uploads.add(files);
    if (!this.#input) return;
    this.#put(this.#input.multiple ? merge([...(this.#input.files ?? [])], files) : files.slice(-1));
  }

  #chosen(): void {
    if (!this.#uploads || !this.#input) return this.#show();
    this.#uploads.add([...(this.#input.files ?? [])]);
    this.#input.value = "";
  }

  #emptied(): void {
    if (this.#uploads) this.#uploads.clear();
    else this.#show();
  }

  get #token(): string {
    return this.closest("form")?.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  }

  #namedByPage(): Set<string> {
    const boxes = this.closest("form")?.querySelectorAll<HTMLInputElement>("input[type=checkbox][name=kept]") ?? [];
    return new Set([...boxes].map((box) => box.value));
  }

  /** A form that is sent waits for its files. */
  #holdBack(event: SubmitEvent): void {
    if (event.target !== this.closest("form") || !this.#uploads) return;
    if (!this.#uploads.isBusy && !this.#uploads.hasFailed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.#uploads.isBusy) this.#waiting = event.submitter;
    else toast(gettext("A file did not arrive. Try it again, or leave it out."), "failed");
  }

  #moved(): void {
    const form = this.closest("form");
    form?.dispatchEvent(new CustomEvent("files:changed"));
    if (this.#waiting === undefined || this.#uploads?.isBusy) return;
    const submitter = this.#waiting;
    this.#waiting = undefined;
    form?.requestSubmit(submitter);
  }

  #put(files: readonly File[]): void {
    if (!this.#input) return;
    const carrier = new DataTransfer();
    files.forEach((file) => carrier.items.add(file));
    this.#input.files = carrier.files;
    this.#show();
  }

  #show(): void {
    this.#forget();
    const files = [...(this.#input?.files ?? [])];
    this.#list?.replaceChildren(...files.map((file, index) => this.#row(file, files, index)));
  }

  #row(file: File, files: readonly File[], index: number): HTMLElement {
    const row = element("li");
    if (file.type.startsWith("image/")) {
      const address = URL.createObjectURL(file);
      this.#addresses.push(address);
      row.append(element("img", { src: address, alt: "" }));
    } else {
      row.append(icon("clip"));
    }
    const remove = element(
      "button",
      { type: "button", class: "btn btn-quiet btn-icon btn-s", "aria-label": gettext("Leave out %(name)s", { name: file.name }) },
      icon("x"),
    );
    remove.addEventListener("click", () => this.#put(without(files, index)));
    row.append(element("span", { class: "cut" }, file.name), element("span", { class: "muted nowrap" }, size(file.size)), remove);
    return row;
  }

  #forget(): void {
    this.#addresses.forEach((address) => URL.revokeObjectURL(address));
    this.#addresses = [];
  }
}

define("file-drop", FileDrop);
