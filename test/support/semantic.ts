/** Two users with servers of their own over one index, which tests fill as they like. */

import { statIfExists } from '../../src/apps/files/listing.ts'
import { createApps } from '../../src/apps/index.ts'
import { createSearchApp } from '../../src/apps/search/index.ts'
import { createExclusion } from '../../src/nextcloud/files/exclusion.ts'
import { openHome } from '../../src/nextcloud/files/home.ts'
import type { EmbeddedChunk } from '../../src/search/document.ts'
import type { Embedder } from '../../src/search/embed/embedder.ts'
import type { SearchIndex } from '../../src/search/index/search-index.ts'
import { createSearch } from '../../src/search/query/search.ts'
import type { DocumentSource, Verdict } from '../../src/search/source.ts'
import type { Backend } from './backend.ts'
import { type Harness, startHarness } from './harness.ts'

const SPEC = { model: 'letters', dimension: 26, chunker: '1' }

/** How often each letter is there: texts with the same letters mean the same. */
export function letters(text: string): Float32Array {
  const vector = new Float32Array(SPEC.dimension)
  for (const letter of text.toLowerCase().match(/[a-z]/g) ?? []) {
    const at = letter.charCodeAt(0) - 97
    vector[at] = (vector[at] ?? 0) + 1
  }
  const length = Math.hypot(...vector) || 1
  return vector.map(value => value / length)
}

const embedder: Pick<Embedder, 'model' | 'embed'> = {
  model: SPEC.model,
  embed: async texts => texts.map(letters),
}

/** Files, which are there as long as there is one at the path. One request for each. */
const files: DocumentSource = {
  type: 'file',
  title: 'Files',
  scope: 'files:read',
  list: () => Promise.reject(new Error('a search lists nothing')),
  read: () => Promise.reject(new Error('a search reads nothing')),
  async verify(session, documents) {
    const home = await openHome(session, createExclusion([]))
    const verdicts = documents.map(async ({ id, ref = '' }): Promise<[string, Verdict]> => {
      const entry = await statIfExists(home.place(ref))
      return [id, String(entry?.file_id) === id ? { state: 'readable' } : { state: 'gone' }]
    })
    return new Map(await Promise.all(verdicts))
  },
}

/** One user's side. */
export interface Side extends Harness {
  /** Puts a file into the index as it is now. */
  indexed(path: string, text: string): Promise<void>
}

/** Starts one for a user of the backend, whom the index knows by that name. */
export async function startSide(
  user: 'alice' | 'bob',
  { backend, index }: { backend: Backend; index: SearchIndex },
): Promise<Side> {
  const { id: generation } = await index.open(SPEC)
  const status = {
    status: async () => ({
      enabled: true,
      activity: 'idle' as const,
      documents: 0,
      chunks: 0,
      vectorBytes: 0,
      jobs: { waiting: 0, running: 0, failed: 0 },
      jobsByType: {},
      queue: 'sqlite' as const,
      syncedAt: undefined,
      problem: undefined,
    }),
  }
  const search = createSearch({ index, embedder, sources: [files], status })
  const login = backend[user]
  const h = await startHarness({
    backend: { ...backend, close: async () => {} },
    environment: {
      NEXTCLOUD_USERNAME: login?.loginName,
      NEXTCLOUD_PASSWORD: login?.password,
      NEXTCLOUD_TIMEOUT_SECONDS: '3',
    },
    apps: [
      ...createApps({ excludedTags: [] }),
      createSearchApp({ search, status, userOf: async () => user }),
    ],
  })
  return {
    ...h,
    async indexed(path, text) {
      const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
      const { files: listed } = await h.ok('nc_webdav_list_directory', { path: folder })
      const { file_id } = listed.find((entry: { path: string }) => entry.path === path)
      const chunk: EmbeddedChunk = {
        index: 0,
        text,
        start: 0,
        end: text.length,
        page: undefined,
        pageEnd: undefined,
        vector: letters(text),
      }
      const document = {
        type: 'file' as const,
        id: String(file_id),
        ref: path,
        title: path,
        category: folder,
        path: `/${path}`,
        url: `${h.composition.nextcloud.http.baseUrl}/f/${file_id}`,
        modifiedAt: undefined,
        pageCount: undefined,
      }
      await index.put(generation, user, document, [chunk])
    },
  }
}
