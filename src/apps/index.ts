/** Every app this server offers. A new one is a folder beside this file and one line here. */
import type { DocumentReader } from '../documents/document.ts'
import type { App } from '../mcp/app.ts'
import type { DocumentSource } from '../search/source.ts'
import { createEventDocuments } from './calendar/documents/source.ts'
import { calendarApp } from './calendar/index.ts'
import { collectivesApp } from './collectives/index.ts'
import { createConnectionApp } from './connection/index.ts'
import { contactsApp } from './contacts/index.ts'
import { cookbookApp } from './cookbook/index.ts'
import { createCoreApp } from './core/index.ts'
import { createCardDocuments } from './deck/documents.ts'
import { createDeckApp } from './deck/index.ts'
import { createFileDocuments, type FileDocumentsOptions } from './files/documents/source.ts'
import { createFilesApp } from './files/index.ts'
import { formsApp } from './forms/index.ts'
import { createMailDocuments } from './mail/documents.ts'
import { createMailApp } from './mail/index.ts'
import { createNewsDocuments } from './news/documents.ts'
import { newsApp } from './news/index.ts'
import { noteDocuments } from './notes/documents.ts'
import { notesApp } from './notes/index.ts'
import { notificationsApp } from './notifications/index.ts'
import { pollsApp } from './polls/index.ts'
import { createSearchApp } from './search/index.ts'
import { createSharingApp } from './sharing/index.ts'
import { tablesApp } from './tables/index.ts'
import { talkApp } from './talk/index.ts'
import { tasksApp } from './tasks/index.ts'
import { statusApp } from './user-status/index.ts'

/** What the operator decides about the apps. */
export interface AppOptions {
  /** System tags whose files and folders no file tool can see. */
  excludedTags: readonly string[]
  /** Reads documents; undefined: they are given as the files they are. */
  documents?: DocumentReader | undefined
}

/** The apps, in the order in which their tools are listed. */
export function createApps({ excludedTags, documents }: AppOptions): readonly App[] {
  return [
    createCoreApp({ keepsFiles: excludedTags.length > 0 }),
    notesApp,
    createFilesApp({ excludedTags, documents }),
    calendarApp,
    contactsApp,
    tasksApp,
    createDeckApp({ excludedTags }),
    tablesApp,
    cookbookApp,
    createSharingApp({ excludedTags: [...excludedTags] }),
    newsApp,
    talkApp,
    formsApp,
    pollsApp,
    createMailApp({ excludedTags }),
    collectivesApp,
    notificationsApp,
    statusApp,
  ]
}

/** What search may know of, in the order in which it is listed. */
export function documentSources(options: FileDocumentsOptions): readonly DocumentSource[] {
  return [
    noteDocuments,
    createFileDocuments(options),
    createEventDocuments(),
    createCardDocuments(),
    createNewsDocuments(),
    createMailDocuments(),
  ]
}

/** Everything that any deployment offers, to be described and not to be called. */
export function everyApp(): readonly App[] {
  const unwired = (): never => {
    throw new Error('this is a description only')
  }
  return [
    ...createApps({ excludedTags: [] }),
    createConnectionApp({
      connection: {
        grantable: [],
        find: unwired,
        isAccepted: unwired,
        setScopes: unwired,
        link: unwired,
      },
      background: { status: unwired, link: unwired, revoke: unwired },
    }),
    createSearchApp({ search: unwired, status: { status: unwired }, userOf: unwired }),
  ]
}
