import { createHash } from 'node:crypto'
import type { Instance } from '../instance.ts'
import type { AppPoll, PollOption, PollVote } from './store.ts'

const symbols: Record<string, string> = { yes: '✔', maybe: '❔', no: '' }

/** A poll as one of those who may see it does. */
export function pollJson(instance: Instance, poll: AppPoll, userId: string, isNew = false): object {
  const isOwner = poll.ownerId === userId
  const isClosed = poll.expire > 0
  const own = poll.votes.filter(vote => vote.userId === userId)
  const count = (answer: string) => own.filter(vote => vote.answer === answer).length
  return {
    id: poll.id,
    type: poll.type,
    votingVariant: 'simple',
    configuration: configurationJson(poll, isNew),
    descriptionSafe: '',
    owner: userJson(instance, poll.ownerId),
    status: {
      lastInteraction: poll.lastInteraction,
      created: poll.created,
      isAnonymous: false,
      isArchived: false,
      isExpired: isClosed,
      isRealAnonymous: false,
      relevantThreshold: poll.lastInteraction,
      deletionDate: 0,
      archivedDate: 0,
      countParticipants: showsResults(poll, userId)
        ? new Set(poll.votes.map(vote => vote.userId)).size
        : 0,
      maxVotes: 0,
      maxOptionVotes: 0,
      forcedViewMode: null,
    },
    currentUserStatus: {
      groupInvitations: [],
      isInvolved: true,
      isLocked: false,
      isLoggedIn: true,
      isNoUser: false,
      isOwner,
      orphanedVotes: 0,
      shareToken: '',
      userId,
      userRole: isOwner ? 'owner' : 'user',
      countVotes: own.length,
      yesVotes: count('yes'),
      noVotes: count('no'),
      maybeVotes: count('maybe'),
      pollGroupUserShares: [],
    },
    permissions: permissionsJson(isOwner, isClosed, showsResults(poll, userId)),
    pollGroups: [],
  }
}

/** What is not stored yet is told otherwise by the answer to its creation. */
function configurationJson(
  { title, expire, maxVotesPerUser, showResults }: AppPoll,
  isNew: boolean,
): object {
  return {
    access: 'private',
    allowComment: !isNew,
    allowMaybe: !isNew,
    allowProposals: isNew ? '' : 'disallow',
    anonymous: false,
    autoReminder: false,
    collapseDescription: true,
    description: '',
    expire,
    forceConfidentialComments: false,
    forcedDisplayMode: 'user-pref',
    hideBookedUp: !isNew,
    maxVotesPerOption: 0,
    maxVotesPerUser,
    proposalsExpire: 0,
    showResults,
    title,
    useNo: !isNew,
  }
}

/** Whether a user is told how others voted. */
export function showsResults({ ownerId, showResults, expire }: AppPoll, userId: string): boolean {
  if (ownerId === userId || showResults === 'always') return true
  return showResults === 'closed' && expire > 0
}

function permissionsJson(isOwner: boolean, isClosed: boolean, seeResults: boolean): object {
  return {
    addOptions: isOwner,
    addShares: isOwner,
    addSharesExternal: isOwner,
    archive: isOwner,
    changeForeignVotes: isOwner,
    changeOwner: isOwner,
    clone: isOwner,
    comment: true,
    confirmOptions: isOwner && isClosed,
    deanonymize: isOwner,
    delete: isOwner,
    edit: isOwner,
    reorderOptions: isOwner && !isClosed,
    seeResults,
    seeUsernames: true,
    subscribe: true,
    takeOver: false,
    view: true,
    vote: !isClosed,
  }
}

/** An option with its votes; null for the user's own where there is none. */
export function optionJson(
  poll: AppPoll,
  option: PollOption,
  userId: string,
  isNew = false,
): object {
  const { id, text, timestamp, order, duration } = option
  const votes = poll.votes.filter(({ optionText }) => optionText === text)
  const shown = showsResults(poll, userId) ? votes : []
  const count = (answer: string) => shown.filter(vote => vote.answer === answer).length
  const own = votes.find(vote => vote.userId === userId)?.answer
  return {
    id,
    pollId: poll.id,
    text,
    timestamp,
    deleted: 0,
    order,
    confirmed: 0,
    duration,
    locked: false,
    hash: createHash('md5').update(`${poll.id}${text}${timestamp}`).digest('hex'),
    isOwner: false,
    votes: {
      no: count('no'),
      yes: count('yes'),
      maybe: count('maybe'),
      count: shown.length,
      currentUser: own ?? (isNew ? '' : null),
    },
    owner: null,
  }
}

/** A vote for one option. */
export function voteJson(
  instance: Instance,
  poll: AppPoll,
  { id, optionText, answer, userId }: PollVote,
  optionId: number,
): object {
  return {
    id,
    pollId: poll.id,
    optionText,
    answer,
    deleted: 0,
    optionId,
    user: userJson(instance, userId),
    answerSymbol: symbols[answer] ?? '',
  }
}

/** A user as the Polls app describes one. */
export function userJson({ state }: Instance, userId: string): object {
  const account = state.directory.accounts.get(userId)
  const email = account?.email ?? ''
  return {
    array: 'richArray',
    categories: [],
    desc: email,
    displayName: account?.displayName ?? userId,
    emailAddress: email,
    id: userId,
    user: userId,
    isAdmin: false,
    isGuest: false,
    isNoUser: false,
    isUnrestrictedOwner: true,
    languageCode: '',
    languageCodeIntl: '',
    localeCode: '',
    localeCodeIntl: '',
    organisation: '',
    subname: email,
    subtitle: email,
    timeZone: '',
    type: 'user',
    userId,
  }
}
