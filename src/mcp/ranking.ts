/** Finds tools by what is to be done, in the words of whoever looks for them. */
import type { Tool as ListedTool } from '@modelcontextprotocol/server'
import { fold } from '../text/fold.ts'

/** How much a word counts by where it is. */
const WEIGHTS = { name: 4, title: 4, description: 2, arguments: 1 } as const

/**
 * Words that mean the same here. Tools are named in the words of Nextcloud's interfaces, and people
 * say "make a folder" for what is called `create_directory`.
 */
const SYNONYMS: readonly (readonly string[])[] = [
  ['create', 'make', 'add', 'new', 'start', 'put', 'write', 'save'],
  ['delete', 'remove', 'cancel', 'stop', 'throw'],
  ['list', 'show', 'see', 'which', 'all'],
  ['get', 'read', 'open', 'look', 'results'],
  ['find', 'search', 'list'],
  ['update', 'change', 'edit', 'correct', 'mark', 'move', 'rename', 'set'],
  ['done', 'complete', 'finish', 'tick'],
  ['file', 'resource', 'document'],
  ['folder', 'directory', 'resource'],
  ['event', 'appointment', 'meeting', 'schedule'],
  ['todo', 'task'],
  ['conversation', 'chat', 'room'],
  ['mail', 'email', 'inbox', 'mailbox'],
  ['star', 'favorite', 'favourite'],
  ['item', 'article'],
  ['tag', 'label', 'flag'],
  ['stack', 'column'],
  ['person', 'people', 'user', 'somebody', 'who'],
]
/** What a synonym counts beside the word itself. */
const SYNONYM = 0.7
/** Words that say nothing of what is looked for, rare as they may be in descriptions. */
const EMPTY = new Set(
  'a an the my our i is are am be was it this that there and or as at by for from in into of on to with what how do does did can another other'.split(
    ' ',
  ),
)

/** The tools that fit the words, the best match first; all of them without a word. */
export function ranked(tools: readonly ListedTool[], query: string): readonly ListedTool[] {
  const words = wordsOf(query)
  const presences = words.map(word => tools.map(tool => presenceOf(tool, word)))
  // A word that most tools share, such as "the" or "list", says little about which is meant.
  const rarities = presences.map(each => Math.log((1 + tools.length) / count(each)))
  return tools
    .map((tool, at) => ({
      tool,
      score: presences.reduce(
        (sum, each, word) => sum + (each[at] ?? 0) * (rarities[word] ?? 0),
        0,
      ),
    }))
    .filter(({ score }) => words.length === 0 || score > 0)
    .toSorted((one, other) => other.score - one.score)
    .map(({ tool }) => tool)
}

/** Those that say something, or all where none does. */
function wordsOf(query: string): string[] {
  const words = [...new Set(fold(query).match(/[\p{L}\p{N}]{2,}/gu) ?? [])]
  const telling = words.filter(word => !EMPTY.has(word))
  return telling.length === 0 ? words : telling
}

function count(presences: readonly number[]): number {
  return Math.max(1, presences.filter(presence => presence > 0).length)
}

/** How much a tool is about a word, or about one that means the same. */
function presenceOf(tool: ListedTool, word: string): number {
  const stem = stemOf(word)
  const same = SYNONYMS.filter(group => group.some(one => stemOf(one) === stem)).flat()
  const others = same.filter(other => stemOf(other) !== stem)
  return Math.max(presenceIn(tool, word), ...others.map(other => SYNONYM * presenceIn(tool, other)))
}

function presenceIn(tool: ListedTool, word: string): number {
  const places = {
    name: tool.name.replaceAll('_', ' '),
    title: tool.title ?? '',
    description: tool.description ?? '',
    arguments: Object.keys(tool.inputSchema.properties ?? {}).join(' '),
  }
  return Math.max(
    WEIGHTS.name * presence(places.name, word),
    WEIGHTS.title * presence(places.title, word),
    WEIGHTS.description * presence(places.description, word),
    WEIGHTS.arguments * presence(places.arguments, word),
  )
}

/** A whole word counts in full, its beginning ("notes" and "note") a little less. */
function presence(text: string, word: string): number {
  const stem = stemOf(word)
  const tokens = fold(text).split(/[^\p{L}\p{N}]+/u)
  if (tokens.includes(word)) return 1
  return tokens.some(token => token.startsWith(stem)) ? 0.8 : 0
}

function stemOf(word: string): string {
  return word.length > 4 ? word.replace(/(ing|es|ed|s|e)$/, '') : word
}
