/** Files that the pages refer to, under addresses that change with their content. */
import { createHash } from 'node:crypto'
import { icon } from './assets/icon.ts'
import { searchStyle } from './assets/search-style.ts'
import { style } from './assets/style.ts'
import { times } from './assets/times.ts'
import { wait } from './assets/wait.ts'

/** A file. */
export interface Asset {
  readonly body: string
  readonly contentType: string
}

/** Where they all are, without the prefix of this server. */
export const ASSETS_PATH = '/app/assets/'

const FILES = {
  'style.css': { body: style, contentType: 'text/css; charset=utf-8' },
  'search.css': { body: searchStyle, contentType: 'text/css; charset=utf-8' },
  'wait.js': { body: wait, contentType: 'text/javascript; charset=utf-8' },
  'times.js': { body: times, contentType: 'text/javascript; charset=utf-8' },
  'icon.svg': { body: icon, contentType: 'image/svg+xml' },
} as const satisfies Readonly<Record<string, Asset>>

/** Name of a file. */
export type AssetName = keyof typeof FILES

const PATHS = new Map<string, string>()
const ASSETS = new Map<string, Asset>()
for (const [name, asset] of Object.entries(FILES)) {
  const hash = createHash('sha256').update(asset.body).digest('base64url').slice(0, 12)
  const path = `${ASSETS_PATH}${name.replace('.', `.${hash}.`)}`
  PATHS.set(name, path)
  ASSETS.set(path, asset)
}

/** Path of a file, without the prefix of this server: `/app/assets/style.<hash>.css`. */
export function assetPath(name: AssetName): string {
  return PATHS.get(name) ?? ''
}

/**
 * @param path from `/app/assets/` on, without the prefix of this server
 * @returns undefined where there is none, also for an earlier content
 */
export function assetAt(path: string): Asset | undefined {
  return ASSETS.get(path)
}
