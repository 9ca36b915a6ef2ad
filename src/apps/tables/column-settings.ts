/** From what a caller wants of a column to the settings of the API. */
import { badInput } from '../../nextcloud/errors.ts'
import { accepts, type Kind, kindOf, PEOPLE, type PersonType } from './columns.ts'
import { encodeValue } from './encode.ts'
import { ApiColumn, type Option } from './shapes.ts'

/** What may be asked of a column; what is left out stays, or is Tables' default. */
export interface ColumnWishes {
  title?: string | undefined
  description?: string | undefined
  mandatory?: boolean | undefined
  default?: unknown
  options?: readonly string[] | undefined
  rename?: Readonly<Record<string, string>> | undefined
  min?: number | undefined
  max?: number | undefined
  decimals?: number | undefined
  prefix?: string | undefined
  suffix?: string | undefined
  max_length?: number | undefined
  pattern?: string | undefined
  unique?: boolean | undefined
  multiple?: boolean | undefined
  people?: readonly PersonType[] | undefined
}
type Wish = keyof ColumnWishes

/** Settings that can be taken away. */
export const REMOVABLE = ['default', 'min', 'max', 'max_length', 'pattern'] as const
export type Removable = (typeof REMOVABLE)[number]

const ANY: readonly Wish[] = ['title', 'description', 'mandatory', 'default']
const TEXT: readonly Wish[] = ['max_length', 'pattern', 'unique']

/** Which wishes make sense for a kind. */
function wishesFor(kind: Kind): readonly Wish[] {
  switch (kind) {
    case 'text-line':
      return [...ANY, ...TEXT]
    case 'text-long':
    case 'text-rich':
      return [...ANY, 'max_length']
    case 'number':
      return [...ANY, 'min', 'max', 'decimals', 'prefix', 'suffix']
    case 'selection':
    case 'selection-multi':
      return [...ANY, 'options', 'rename']
    case 'usergroup':
      return [...ANY, 'multiple', 'people']
    default:
      return ANY
  }
}

/**
 * A column with the wishes fulfilled.
 * @throws CodedError `BAD_INPUT` that tells all that is wrong
 */
export function wished(
  column: ApiColumn,
  wishes: ColumnWishes,
  remove: readonly Removable[],
): ApiColumn {
  const kind = kindOf(column)
  if (kind === undefined) throw badInput(`Columns of the type "${column.type}" are not known here`)
  const sensible: readonly string[] = wishesFor(kind)
  const problems: string[] = []
  for (const [name, value] of Object.entries(wishes)) {
    if (value !== undefined && !sensible.includes(name)) problems.push(`${name}: not for ${kind}`)
  }
  for (const name of remove) {
    if (!sensible.includes(name)) problems.push(`remove: ${name} is not for ${kind}`)
    if (wishes[name] !== undefined) problems.push(`remove: ${name} is also given`)
  }
  const isRemoved = (name: Removable) => remove.includes(name)
  const next: ApiColumn = {
    ...column,
    title: wishes.title ?? column.title,
    description: wishes.description ?? column.description,
    mandatory: wishes.mandatory ?? column.mandatory,
    numberMin: isRemoved('min') ? null : (wishes.min ?? column.numberMin),
    numberMax: isRemoved('max') ? null : (wishes.max ?? column.numberMax),
    numberDecimals: wishes.decimals ?? column.numberDecimals,
    numberPrefix: wishes.prefix ?? column.numberPrefix,
    numberSuffix: wishes.suffix ?? column.numberSuffix,
    textMaxLength: isRemoved('max_length') ? null : (wishes.max_length ?? column.textMaxLength),
    textAllowedPattern: isRemoved('pattern') ? null : (wishes.pattern ?? column.textAllowedPattern),
    textUnique: wishes.unique ?? column.textUnique,
    selectionOptions: optionsOf(wishes, column, problems),
    usergroupMultipleItems: wishes.multiple ?? column.usergroupMultipleItems,
    ...(wishes.people === undefined ? {} : peopleOf(wishes.people)),
  }
  if (next.numberMin !== null && next.numberMax !== null && next.numberMin > next.numberMax) {
    problems.push('min: is above max')
  }
  if (wishes.pattern !== undefined && !isPattern(wishes.pattern)) {
    problems.push('pattern: is not a regular expression')
  }
  if (/^selection(-multi)?$/.test(kind) && next.selectionOptions.length === 0) {
    problems.push('options: a selection needs some')
  }
  const withDefault = isRemoved('default')
    ? withoutDefault(next)
    : wishes.default === undefined
      ? next
      : { ...next, ...defaultFor(next, wishes.default, problems) }
  if (problems.length > 0) throw badInput(problems.join('; '), 'Nothing was changed.')
  return withDefault
}

/** The settings of a column, all of them: those left out would be reset. */
export function settingsOf(column: ApiColumn): object {
  const { selectionOptions, usergroupDefault, showUserStatus, customSettings, ...rest } = column
  const { id: _, tableId: __, ...settings } = rest
  return {
    ...settings,
    selectionOptions: JSON.stringify(selectionOptions),
    selectionDefault: column.selectionDefault ?? '',
    datetimeDefault: column.datetimeDefault ?? '',
    usergroupDefault: JSON.stringify(usergroupDefault),
    usergroupShowUserStatus: showUserStatus,
    ...(Object.keys(customSettings).length === 0 ? {} : { customSettings }),
  }
}

/** A column of a kind, with nothing set but what the web interface cannot do without. */
export function emptyColumn(kind: Kind): ApiColumn {
  const [type = '', subtype = ''] = kind.split('-')
  return ApiColumn.parse({
    id: 0,
    tableId: 0,
    type,
    subtype,
    ...(kind === 'usergroup' ? { usergroupSelectUsers: true } : {}),
    ...(kind === 'text-link' ? { textAllowedPattern: 'url' } : {}),
  })
}

/** Labels that exist keep their id, and with it their cells; new ones get the next. */
function optionsOf(
  { options, rename = {} }: ColumnWishes,
  { selectionOptions }: ApiColumn,
  problems: string[],
): Option[] {
  for (const label of Object.keys(rename)) {
    if (selectionOptions.some(option => option.label === label)) continue
    problems.push(`rename: there is no option "${label}"`)
  }
  const existing = selectionOptions.map(({ id, label }) => ({
    id,
    label: Object.hasOwn(rename, label) ? (rename[label] ?? label) : label,
  }))
  let last = Math.max(0, ...existing.map(({ id }) => id))
  const next = options?.map(
    label => existing.find(known => known.label === label) ?? { id: ++last, label },
  )
  const labels = (next ?? existing).map(({ label }) => label)
  const twice = labels.find((label, index) => labels.indexOf(label) !== index)
  if (twice !== undefined) problems.push(`options: "${twice}" is there twice`)
  if (labels.includes('')) problems.push('options: an empty label')
  return next ?? existing
}

function peopleOf(people: readonly PersonType[]) {
  const [user, group, team] = PEOPLE.map(type => people.includes(type))
  return {
    usergroupSelectUsers: user === true,
    usergroupSelectGroups: group === true,
    usergroupSelectTeams: team === true,
  }
}

function withoutDefault(column: ApiColumn): ApiColumn {
  return {
    ...column,
    numberDefault: null,
    textDefault: null,
    selectionDefault: '',
    datetimeDefault: '',
    usergroupDefault: [],
  }
}

function defaultFor(column: ApiColumn, value: unknown, problems: string[]): Partial<ApiColumn> {
  const kind = kindOf(column)
  const isMoment = kind === 'datetime-date' ? value === 'today' : value === 'now'
  if (column.type === 'datetime' && isMoment) return { datetimeDefault: String(value) }
  const encoded = encodeValue(column, value)
  if ('problem' in encoded || encoded.value === null) {
    const why = 'problem' in encoded ? encoded.problem : 'is empty'
    problems.push(`default: ${why}; the column takes ${accepts(column)}`)
    return {}
  }
  switch (column.type) {
    case 'number':
      return { numberDefault: Number(encoded.value) }
    case 'text':
      return { textDefault: String(encoded.value) }
    case 'datetime':
      return { datetimeDefault: String(encoded.value) }
    case 'usergroup':
      return { usergroupDefault: Array.isArray(encoded.value) ? encoded.value : [] }
    default:
      return {
        selectionDefault:
          kind === 'selection-multi' ? JSON.stringify(encoded.value) : String(encoded.value),
      }
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}
