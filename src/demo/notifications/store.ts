/** Something Nextcloud tells a user. */
export interface Notification {
  id: number
  app: string
  user: string
  /** Unix seconds. */
  time: number
  subject: string
  subjectParameters: Record<string, RichObject>
  message: string
  messageParameters: Record<string, RichObject>
  link: string
}

/** What a placeholder in a text stands for. */
export type RichObject = Record<string, string>

/** All notifications, oldest first. */
export interface NotificationStore {
  all: Notification[]
  nextId: number
}

/** Nothing to tell. */
export function createNotifications(): NotificationStore {
  return { all: [], nextId: 1 }
}

/** Tells a user something. */
export function notify(store: NotificationStore, told: Omit<Notification, 'id'>): Notification {
  const notification = { ...told, id: store.nextId++ }
  store.all.push(notification)
  return notification
}
