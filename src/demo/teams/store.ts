import { randomInt } from 'node:crypto'

/** Level of a member who owns a team; that of an administrator is 8, of a moderator 4. */
export const ownerLevel = 9

/** A group of people that any of them may have made; the app calls it a circle. */
export interface Team {
  id: string
  name: string
  /** User id to level. */
  members: Map<string, number>
  /** Unix seconds. */
  created: number
}

/** Team id to team. */
export type Teams = Map<string, Team>

/** Adds a team of one. */
export function addTeam(teams: Teams, name: string, owner: string, now: number): Team {
  const team: Team = { id: teamId(), name, members: new Map([[owner, ownerLevel]]), created: now }
  teams.set(team.id, team)
  return team
}

/** The teams a user is in. */
export function teamsOf(teams: Teams, userId: string): Team[] {
  return [...teams.values()].filter(({ members }) => members.has(userId))
}

/** 31 letters and digits, as the app makes them. */
export function teamId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: 31 }, () => letters[randomInt(letters.length)]).join('')
}
