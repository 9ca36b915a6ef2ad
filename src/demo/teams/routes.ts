import { mountAll } from '../collectives/manage.ts'
import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData } from '../ocs/envelope.ts'
import { OcsFault, OcsRefusal } from '../ocs/failures.ts'
import { type Route, route } from '../ocs/route.ts'
import { seconds } from '../storage/tree.ts'
import { addTeam, ownerLevel, type Team, teamsOf } from './store.ts'

const userType = 1

/** The API of the Teams app, of which answers tell the gist. */
export const teamRoutes: readonly Route[] = [
  on('GET', '', call => {
    const { teams } = call.instance.state
    return ocsData(teamsOf(teams, call.identity.account.id).map(team => json(call, team)))
  }),
  on('POST', '', create),
  on('GET', '/*', call => ocsData(json(call, teamOf(call)))),
  on('DELETE', '/*', remove),
  on('PUT', '/*/name', call => {
    const team = owned(call)
    team.name = text(call.parameters.value) ?? team.name
    return ocsData(json(call, team))
  }),
  on('GET', '/*/members', call => {
    const team = teamOf(call)
    return ocsData([...team.members.keys()].map(userId => memberJson(call, team, userId)))
  }),
  on('POST', '/*/members', addMember),
]

function on(method: string, path: string, run: (call: OcsCall) => OcsResult): Route {
  return route(method, `apps/circles/circles${path}`, run, 'circles')
}

function create(call: OcsCall): OcsResult {
  const { state } = call.instance
  const name = text(call.parameters.name)
  if (name === undefined) throw new OcsFault()
  const team = addTeam(state.teams, name, call.identity.account.id, seconds(state.storage))
  return ocsData(json(call, team))
}

function addMember(call: OcsCall): OcsResult {
  const { state } = call.instance
  const team = owned(call)
  const userId = text(call.parameters.userId) ?? ''
  const known = state.directory.accounts.has(userId)
  if (integer(call.parameters.type) !== userType || !known) {
    throw new OcsRefusal(404, 'User not found')
  }
  team.members.set(userId, 1)
  mountAll(state)
  return ocsData(memberJson(call, team, userId))
}

function remove(call: OcsCall): OcsResult {
  const { state } = call.instance
  const team = owned(call)
  const gone = json(call, team)
  state.teams.delete(team.id)
  mountAll(state)
  return ocsData(gone)
}

function teamOf({ instance, identity, matched }: OcsCall): Team {
  const team = instance.state.teams.get(matched[0] ?? '')
  if (team?.members.has(identity.account.id)) return team
  throw new OcsRefusal(404, 'Circle not found')
}

function owned(call: OcsCall): Team {
  const team = teamOf(call)
  if (team.members.get(call.identity.account.id) === ownerLevel) return team
  throw new OcsRefusal(403, 'Insufficient rights')
}

function json(call: OcsCall, team: Team): object {
  const { id, name, members, created } = team
  const [owner = ''] = [...members].find(([, level]) => level === ownerLevel) ?? []
  return {
    id,
    name,
    displayName: name,
    sanitizedName: name,
    source: 16,
    population: members.size,
    config: 4096,
    description: '',
    url: `/apps/contacts/direct/circle/${id}`,
    creation: created,
    initiator: memberJson(call, team, call.identity.account.id),
    owner: memberJson(call, team, owner),
  }
}

function memberJson({ instance }: OcsCall, team: Team, userId: string): object {
  const account = instance.state.directory.accounts.get(userId)
  return {
    id: `${team.id}:${userId}`,
    circleId: team.id,
    userId,
    userType,
    local: true,
    level: team.members.get(userId) ?? 0,
    status: 'Member',
    displayName: account?.displayName ?? userId,
    joined: team.created,
  }
}
