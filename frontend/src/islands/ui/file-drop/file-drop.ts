/** Lets a person paste or drop files into a form's own file input, and shows what will be sent. */

import { define, element, icon } from "../../../lib/dom";
import { gettext } from "../../../lib/strings";
import { merge, size, without } from "./files";

class FileDrop extends HTMLElement {
  #input: HTMLInputElement | null = null;
  #list: HTMLElement | null = null;
  #label: HTMLElement | null = null;
  /** A page that is morphed knows only the bare input: what this element added is put back. */
  readonly #mending = new MutationObserver(() => this.#mend());
  #addresses: string[] = [];
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
    this.#mending.observe(this, { childList: true, attributes: true, attributeFilter: ["class"] });
    if (this.#input === input) return this.#mend();
    this.#input = input;
    this.classList.add("is-ready");
    this.#list = element("ul", { class: "thumbs" });
    const label = element("label", { class: "pick", for: input.id || this.#named(input) }, icon("clip"));
    const hint = gettext("or drop them here, or paste a screenshot");
    if (this.classList.contains("compact")) label.title = `${gettext("Choose files")}, ${hint}`;
    else label.append(element("b", {}, gettext("Choose files")), hint);
    this.#label = label;
    this.append(label, this.#list);
    input.addEventListener("change", () => this.#show());
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", () => this.classList.remove("is-over"));
    this.addEventListener("drop", (event) => this.#drop(event));
    this.closest("form")?.addEventListener("reset", () => window.setTimeout(() => this.#show()));
  }

  #mend(): void {
    const { classList } = this;
    if (!classList.contains("is-ready")) classList.add("is-ready");
    for (const part of [this.#label, this.#list]) if (part && part.parentElement !== this) this.append(part);
  }

  disconnectedCallback(): void {
    this.#mending.disconnect();
    document.removeEventListener("paste", this.#onPaste);
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
    if (!this.#input) return;
    this.#put(this.#input.multiple ? merge([...(this.#input.files ?? [])], files) : files.slice(-1));
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
