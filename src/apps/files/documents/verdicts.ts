/** Which files a user has now, and where. */
import type { Home } from '../../../nextcloud/files/home.ts'
import { inParallel } from '../../../nextcloud/parallel.ts'
import type { ListedDocument, Verdict } from '../../../search/source.ts'
import { verdictOf, verdictsOf } from '../../../search/verdict.ts'
import type { Entry } from '../entry.ts'
import { stat } from '../listing.ts'
import { findByIds } from '../search.ts'

const AT_A_TIME = 6

/**
 * One search for up to 90 files tells where they are. Nextcloud does not search every storage that
 * can be mounted: what it does not find is looked for where it was, one request each.
 */
export async function fileVerdicts(
  open: () => Promise<Home>,
  documents: readonly Pick<ListedDocument, 'id' | 'ref'>[],
): Promise<Map<string, Verdict>> {
  const refs = new Map(documents.map(({ id, ref }) => [id, ref]))
  let home: Home | undefined
  const verdicts = await verdictsOf([...refs.keys()], async () => {
    home = await open()
    const { entries, isWhole } = await findByIds(home, [...refs.keys()].map(Number))
    const readable = [...entries].map(([id, entry]) => [String(id), verdictOn(entry)] as const)
    return { verdicts: new Map(readable), isWhole }
  })
  const missing = [...verdicts].filter(([, { state }]) => state === 'gone')
  await inParallel(missing, AT_A_TIME, async ([id]) => {
    const ref = refs.get(id)
    if (home === undefined || ref === undefined) return
    const place = home
    verdicts.set(
      id,
      await verdictOf(async () => {
        const entry = await stat(place.place(ref))
        return entry.file_id === Number(id) ? verdictOn(entry) : { state: 'gone' }
      }),
    )
  })
  return verdicts
}

function verdictOn({ name, path }: Entry): Verdict {
  return { state: 'readable', title: name, path: `/${path}` }
}
