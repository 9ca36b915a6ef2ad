/** Something to vote for. */
export interface PollOption {
  id: number
  text: string
  /** Unix seconds; 0 where it is no date. */
  timestamp: number
  duration: number
  order: number
}

/** How somebody voted. Votes belong to texts: options with the same text share them. */
export interface PollVote {
  id: number
  userId: string
  optionText: string
  answer: string
}

/** A poll of the Polls app. */
export interface AppPoll {
  id: number
  type: string
  title: string
  ownerId: string
  /** Unix seconds. */
  created: number
  lastInteraction: number
  /** Unix seconds; 0: open. */
  expire: number
  /** Times yes; 0: any number. */
  maxVotesPerUser: number
  showResults: 'always' | 'closed' | 'never'
  options: PollOption[]
  votes: PollVote[]
  /** Users who may vote beside the owner. */
  sharedWith: string[]
}

/** All polls of the Polls app, by id. */
export interface PollStore {
  polls: Map<number, AppPoll>
  lastId: { poll: number; option: number; vote: number; share: number }
}

/** No polls. */
export function createPolls(): PollStore {
  return { polls: new Map(), lastId: { poll: 0, option: 0, vote: 0, share: 0 } }
}
