import type { CalendarStore } from './calendars/store.ts'
import type { CollectivesStore } from './collectives/store.ts'
import type { ContactStore } from './contacts/store.ts'
import type { Cookbook } from './cookbook/store.ts'
import type { CommentStore } from './dav/comment-store.ts'
import type { TagStore } from './dav/tag-store.ts'
import type { DeckStore } from './deck/store.ts'
import type { FormStore } from './forms/store.ts'
import type { MailStore } from './mail/store.ts'
import type { NewsStore } from './news/store.ts'
import type { NotificationStore } from './notifications/store.ts'
import type { PollStore } from './polls/store.ts'
import type { ShareStore } from './shares/store.ts'
import type { UserStatus } from './status/store.ts'
import type { Trash } from './storage/trash.ts'
import type { Storage } from './storage/tree.ts'
import type { TableStore } from './tables/store.ts'
import type { TalkStore } from './talk/store.ts'
import type { Teams } from './teams/store.ts'
import type { Directory } from './users.ts'

/** Everything users can change; made anew by a reset. */
export interface State {
  directory: Directory
  storage: Storage
  trash: Trash
  shares: ShareStore
  tags: TagStore
  calendars: CalendarStore
  contacts: ContactStore
  tables: TableStore
  deck: DeckStore
  /** `user id:path` to properties that only the one who set them knows, by Clark name. */
  ownProperties: Map<string, Map<string, string>>
  comments: CommentStore
  teams: Teams
  collectives: CollectivesStore
  notifications: NotificationStore
  /** User id to status. */
  statuses: Map<string, UserStatus>
  /** User id to upload name to chunk name to content. */
  uploads: Map<string, Map<string, Map<string, Buffer>>>
  /** User id to settings of the Notes app that differ from the default. */
  notesSettings: Map<string, Record<string, string>>
  /** User id to what the Cookbook app keeps beside the files. */
  cookbooks: Map<string, Cookbook>
  news: NewsStore
  talk: TalkStore
  forms: FormStore
  polls: PollStore
  mail: MailStore
  /** Token to file id. */
  directLinks: Map<string, number>
  /** Poll token to the state of a login (Login Flow v2). */
  logins: Map<string, PendingLogin>
  /** Session id, as in the cookie, to the session of a browser. */
  sessions: Map<string, BrowserSession>
  /** `user id:/path` to the number of exclusive locks held there. */
  locks: Map<string, number>
}

/** A login a client began and a person may grant in the browser. */
export interface PendingLogin {
  flowToken: string
  /** What the client called itself. */
  clientName: string
  /** Unix seconds. */
  begun: number
  /** What the client is told, once. */
  granted?: { server: string; loginName: string; appPassword: string }
}

/** What is remembered of a browser between two pages. Only the pages for people know it. */
export interface BrowserSession {
  /** Proves that a form came from a page of this session. */
  requestToken: string
  /** The login this browser has opened. */
  flowToken?: string
  /** Proves that the login to grant is the one this browser was shown. */
  stateToken?: string
  /** Why the last attempt to log in failed, until it is shown. */
  problem?: string
  user?: SignedIn
}

/** Who is logged in with a browser. */
export interface SignedIn {
  userId: string
  loginName: string
  /** A session ends when the password it began with has changed. */
  password: string
  /** Logged in to grant a login and for nothing else. */
  ephemeral: boolean
}
