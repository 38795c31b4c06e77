/** Files that travel while one still writes: a row for each with its progress, its error, a way out. */

import { element, icon } from "../../../lib/dom";
import { gettext } from "../../../lib/strings";
import { size } from "./files";

interface Stored {
  readonly id?: string;
  readonly error?: string;
}

export class Uploads {
  readonly list = element("ul", { class: "thumbs uploads" });
  #underWay = 0;
  #failed = 0;

  constructor(
    private readonly address: string,
    private readonly token: () => string,
    private readonly changed: () => void,
  ) {}

  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  get hasFailed(): boolean {
    return this.#failed > 0;
  }

  add(files: readonly File[]): void {
    for (const file of files) this.#send(file, this.list.appendChild(element("li")));
  }

  clear(): void {
    this.list.replaceChildren();
    this.#failed = 0;
  }

  /** The page names some of them itself by now. */
  leaveTo(named: ReadonlySet<string>): void {
    for (const field of this.list.querySelectorAll<HTMLInputElement>("input[name=kept]")) {
      if (named.has(field.value)) field.closest("li")?.remove();
    }
  }

  #send(file: File, row: HTMLElement): void {
    const bar = element("progress", { max: "100", value: "0", "aria-label": file.name });
    const request = new XMLHttpRequest();
    row.className = "";
    row.replaceChildren(picture(file), named(file), bar, this.#out(file, row, () => request.abort()));
    request.open("POST", this.address);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    });
    request.addEventListener("load", () => this.#arrived(request, file, row));
    request.addEventListener("error", () => this.#broken(file, row, gettext("It did not arrive.")));
    request.addEventListener("loadend", () => {
      this.#underWay--;
      this.changed();
    });
    const data = new FormData();
    data.set("csrfmiddlewaretoken", this.token());
    data.set("file", file);
    this.#underWay++;
    request.send(data);
  }

  #arrived(request: XMLHttpRequest, file: File, row: HTMLElement): void {
    const told = read(request.responseText);
    if (request.status !== 201 || !told.id) return this.#broken(file, row, told.error ?? gettext("It did not arrive."));
    row.replaceChildren(
      element("input", { type: "hidden", name: "kept", value: told.id }),
      picture(file),
      named(file),
      element("span", { class: "muted nowrap" }, size(file.size)),
      this.#out(file, row),
    );
  }

  #broken(file: File, row: HTMLElement, why: string): void {
    this.#failed++;
    row.className = "is-broken";
    const again = element("button", { type: "button", class: "link" }, gettext("Try again"));
    again.addEventListener("click", () => {
      this.#failed--;
      this.#send(file, row);
    });
    row.replaceChildren(icon("alert"), named(file), element("span", { class: "why", role: "alert" }, why), again, this.#out(file, row));
  }

  #out(file: File, row: HTMLElement, stop: () => void = () => undefined): HTMLElement {
    const remove = element(
      "button",
      { type: "button", class: "btn btn-quiet btn-icon btn-s", "aria-label": gettext("Leave out %(name)s", { name: file.name }) },
      icon("x"),
    );
    remove.addEventListener("click", () => {
      if (row.className === "is-broken") this.#failed--;
      row.remove();
      stop();
      this.changed();
    });
    return remove;
  }
}

function read(text: string): Stored {
  try {
    return JSON.parse(text) as Stored;
  } catch {
    return {};
  }
}

function named(file: File): HTMLElement {
  return element("span", { class: "cut" }, file.name);
}

function picture(file: File): Node {
  if (!file.type.startsWith("image/")) return icon("clip");
  const shown = element("img", { src: URL.createObjectURL(file), alt: "" });
  shown.addEventListener("load", () => URL.revokeObjectURL(shown.src), { once: true });
  return shown;
}
