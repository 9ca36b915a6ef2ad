/** What lists and searches know of a recipe. */
export interface IndexEntry {
  name: string
  category: string | null
  keywords: string[]
  /** ISO 8601 in UTC, as in `2026-11-21T02:56:13+0000`. */
  created: string
  modified: string
}

/** What the app keeps of a user beside the files. */
export interface Cookbook {
  folder: string
  /** Minutes. */
  updateInterval: number
  printImage: boolean
  visibleInfoBlocks: unknown
  /** Folder id to what lists and searches know of a recipe, which may be behind the files. */
  index: Map<number, IndexEntry>
  /** When the index was made of the files, in Unix seconds; 0 is never. */
  indexed: number
}

/** The cookbook of a user who has never opened it. */
export function createCookbook(): Cookbook {
  return {
    folder: '/Recipes',
    updateInterval: 5,
    printImage: true,
    visibleInfoBlocks: {
      'preparation-time': true,
      'cooking-time': true,
      'total-time': true,
      'nutrition-information': true,
      tools: true,
    },
    index: new Map(),
    indexed: 0,
  }
}
