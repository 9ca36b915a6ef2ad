/** How somebody is, and what they say about it. */
export interface UserStatus {
  status: string
  isChosen: boolean
  message: string | null
  icon: string | null
  /** Unix seconds. */
  clearAt: number | null
}
