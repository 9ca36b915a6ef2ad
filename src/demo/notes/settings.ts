import type { State } from '../state.ts'
import { ensureFolder, homeOf } from '../storage/changes.ts'
import type { FolderNode } from '../storage/tree.ts'

const defaults: Record<string, string> = {
  notesPath: 'Notes',
  fileSuffix: '.md',
  noteMode: 'rich',
}

const noteExtensions = ['txt', 'org', 'markdown', 'md', 'note']

/** The settings of a user; what was set comes first, then the defaults of the rest. */
export function settingsOf(state: State, userId: string): Record<string, string> {
  return { ...state.notesSettings.get(userId), ...withoutKnown(state, userId) }
}

function withoutKnown(state: State, userId: string): Record<string, string> {
  const known = state.notesSettings.get(userId) ?? {}
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => !(key in known)))
}

/** Replaces the settings of a user. What is not mentioned goes back to its default. */
export function changeSettings(
  state: State,
  userId: string,
  wanted: Record<string, unknown>,
): Record<string, string> {
  const known: Record<string, string> = {}
  for (const [key, value] of Object.entries(wanted)) {
    if (key in defaults && typeof value === 'string' && value !== '') known[key] = value
  }
  state.notesSettings.set(userId, known)
  return settingsOf(state, userId)
}

/** The folder that holds a user's notes; made on first use. */
export function notesFolder(state: State, userId: string): FolderNode {
  const home = homeOf(state.storage, userId)
  const path = settingsOf(state, userId).notesPath ?? ''
  return ensureFolder(state.storage, home, path.split('/').filter(Boolean))
}

/** Whether a file of this name in the notes folder is a note. */
export function isNoteName(name: string, fileSuffix: string): boolean {
  const dot = name.lastIndexOf('.')
  if (dot < 0) return false
  const extension = name.slice(dot + 1).toLowerCase()
  return noteExtensions.includes(extension) || `.${extension}` === fileSuffix.toLowerCase()
}
