import type { State } from '../state.ts'
import { createFolder, detach, forget, homeOf, writeFile } from '../storage/changes.ts'
import { seconds } from '../storage/tree.ts'
import { addTeam, type Team } from '../teams/store.ts'
import { landingText } from './landing.ts'
import { slug } from './names.ts'
import { type Collective, indexFile, newRecord, userFolder } from './store.ts'

/** Adds a collective with its landing page to a team, or to a new one of its name. */
export function addCollective(
  state: State,
  userId: string,
  name: string,
  emoji: string | null,
  existing?: Team,
): Collective {
  const { storage, collectives: store } = state
  const team = existing ?? addTeam(state.teams, name, userId, seconds(storage))
  const home = homeOf(storage, userId)
  // Made in a home to have all that a folder has, then taken out: it is in several.
  const folder = createFolder(storage, home, `${name}.${String(store.nextId)}`)
  detach(storage, folder)
  folder.name = name
  const collective: Collective = {
    id: store.nextId++,
    slug: slug(name),
    circleId: team.id,
    emoji,
    trashTimestamp: null,
    editLevel: 1,
    shareLevel: 1,
    pageMode: 0,
    folder,
    pages: new Map(),
    trash: [],
    tags: [],
  }
  const title = emoji === null ? name : `${emoji} ${name}`
  const landing = writeFile(storage, folder, indexFile, Buffer.from(landingText(title)))
  collective.pages.set(landing.id, { ...newRecord(userId), slug: '' })
  store.collectives.set(collective.id, collective)
  mountAll(state)
  return collective
}

/** Deletes a collective with all its pages. */
export function removeCollective(state: State, collective: Collective): void {
  state.collectives.collectives.delete(collective.id)
  mountAll(state)
  forget(state.storage, collective.folder)
  for (const { node } of collective.trash) forget(state.storage, node)
}

/** The level of a user in the team of a collective; 0 for none. */
export function levelOf({ teams }: State, { circleId }: Collective, userId: string): number {
  return teams.get(circleId)?.members.get(userId) ?? 0
}

/** Whether somebody may change the pages. */
export function canEdit(state: State, collective: Collective, userId: string): boolean {
  return levelOf(state, collective, userId) >= collective.editLevel
}

/** Puts the folder of each collective into the home of every member, and takes it from others. */
export function mountAll(state: State): void {
  const { storage } = state
  const active = [...state.collectives.collectives.values()].filter(
    ({ trashTimestamp }) => trashTimestamp === null,
  )
  for (const userId of state.directory.accounts.keys()) {
    const home = homeOf(storage, userId)
    const mounted = active.filter(collective => levelOf(state, collective, userId) > 0)
    const known = home.children.get(userFolder)
    if (known?.kind === 'file' || (known === undefined && mounted.length === 0)) continue
    const folder = known ?? createFolder(storage, home, userFolder)
    for (const child of folder.children.values()) {
      if (child.parent === undefined) folder.children.delete(child.name)
    }
    for (const collective of mounted) {
      folder.children.set(collective.folder.name, collective.folder)
    }
    folder.sorted = undefined
    if (folder.children.size > 0) continue
    detach(storage, folder)
    forget(storage, folder)
  }
}

/** Whether a path from the WebDAV root is in a collective that the user may only read. */
export function isReadOnly(state: State, userId: string, names: readonly string[]): boolean {
  const [, , first, name] = names
  if (first !== userFolder || name === undefined) return false
  const collective = [...state.collectives.collectives.values()].find(
    candidate =>
      candidate.trashTimestamp === null &&
      candidate.folder.name === name &&
      levelOf(state, candidate, userId) > 0,
  )
  return collective !== undefined && !canEdit(state, collective, userId)
}
