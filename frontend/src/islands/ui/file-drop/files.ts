/** The list of files a form will send. */

export interface Named {
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
}

/** `added` after `held`, each file once. */
export function merge<T extends Named>(held: readonly T[], added: readonly T[]): T[] {
  const isNew = (file: T): boolean =>
    !held.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified);
  return [...held, ...added.filter(isNew)];
}

export function without<T>(files: readonly T[], index: number): T[] {
  return files.filter((_, at) => at !== index);
}

/** 84 KB, 2.1 MB */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
