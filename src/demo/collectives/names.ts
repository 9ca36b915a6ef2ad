import type { FolderNode } from '../storage/tree.ts'

/** A title as the name of a file: without what some system does not allow in one. */
export function fileNameOf(title: string, fallback: string): string {
  const name = title
    .replaceAll('/', '-')
    .replace(/[*|\\:"<>?]/g, '')
    .replace(/^[ .]+|[ .]+$/g, '')
  return name === '' ? fallback : name
}

/** A name that neither a page nor a folder has yet: numbered, if need be, from 2 on. */
export function freeName(folder: FolderNode, name: string, suffix = ''): string {
  if (!folder.children.has(name) && !folder.children.has(name + suffix)) return name
  const [, stem = name, number = '1'] = /^(.*)\s\((\d+)\)$/u.exec(name) ?? []
  return freeName(folder, `${stem} (${String(Number(number) + 1)})`, suffix)
}

/** A title as a part of an address. */
export function slug(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
