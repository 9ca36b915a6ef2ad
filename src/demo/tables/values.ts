/** What the app makes of a value that is written into a cell, and how it tells it again. */
import { parseJson } from '../http.ts'
import type { Directory } from '../users.ts'
import { Problem } from './problem.ts'
import type { Column, Row } from './store.ts'

interface Option {
  id: number
  label: string
}

/** The options of a selection. Text that is no JSON was stored as it came, and ends in an error. */
export function optionsOf({ settings }: Column): Option[] {
  const text = settings.selectionOptions
  if (typeof text !== 'string' || text === '' || text === 'null') return []
  const options = parseJson(text)
  if (!Array.isArray(options)) throw new Problem('crash')
  return options
}

/**
 * Checks the few things that are checked.
 * @throws Problem `bad`
 */
export function checkValue(
  directory: Directory,
  rows: Row[],
  column: Column,
  value: unknown,
): void {
  const { title, settings, type, subtype } = column
  const { textMaxLength, numberMin, numberMax } = settings
  if (typeof textMaxLength === 'number' && typeof value === 'string') {
    if ([...value].length > textMaxLength) {
      throw new Problem(
        'bad',
        `Value for column ${title} exceeds maximum length of ${textMaxLength}`,
      )
    }
  }
  if (typeof numberMin === 'number' && isNumeric(value) && Number(value) < numberMin) {
    const least = `less than minimum allowed value of ${numberMin}`
    throw new Problem('bad', `Value for column ${title} is ${least}`)
  }
  if (typeof numberMax === 'number' && isNumeric(value) && Number(value) > numberMax) {
    const most = `exceeds maximum allowed value of ${numberMax}`
    throw new Problem('bad', `Value for column ${title} ${most}`)
  }
  if (type === 'text' && subtype === 'line' && settings.textUnique === true) {
    if (rows.some(({ cells }) => cells.get(column.id) === value)) {
      throw new Problem('bad', `Column "${title}" contains a non-unique value.`)
    }
  }
  if (type === 'usergroup') checkPeople(directory, value)
}

function checkPeople(directory: Directory, value: unknown): void {
  if (value === null) return
  const people = typeof value === 'string' ? parseJson(value) : value
  if (!Array.isArray(people)) throw new Problem('bad', 'Invalid value for usergroup column')
  for (const { id, type } of people) {
    if (typeof id !== 'string') throw new Problem('bad', 'Invalid value for usergroup id')
    if (!Number.isInteger(type)) throw new Problem('bad', 'Invalid usergroup type')
    if (type === 0 && !directory.accounts.has(id)) throw new Problem('bad', 'User not found')
    if (type === 1 && !directory.groups.has(id)) throw new Problem('bad', 'Group not found')
  }
}

/** The value as it is stored: what the column cannot hold becomes null, without a word. */
export function parseValue(column: Column, value: unknown): unknown {
  switch (column.type) {
    case 'number':
      return parseNumber(column.subtype, value)
    case 'datetime':
      return parseMoment(column.subtype, value)
    case 'selection':
      return parseSelection(column, value)
    case 'usergroup':
      return value === null ? [] : typeof value === 'string' ? parseJson(value) : value
    case 'text':
      return column.subtype === 'link' ? parseLink(column, value) : value
  }
}

function parseNumber(subtype: string, value: unknown): number | null {
  const number = Number.parseFloat(String(value))
  if (subtype === 'stars' || subtype === 'progress') {
    const whole = Number.isNaN(number) ? 0 : Math.trunc(number)
    return whole >= 0 && whole <= (subtype === 'stars' ? 5 : 100) ? whole : null
  }
  if (value === null) return null
  if (!value || value === '0') return 0
  return number || null
}

function parseMoment(subtype: string, value: unknown): string | null {
  const text = String(value)
  if (subtype === 'date') return isDay(text) ? text : null
  if (subtype === 'time') return /^([01]\d|2[0-3]):[0-5]\d$/.test(text) ? text : null
  const [, day = '', time] =
    /^(\d{4}-\d\d-\d\d)(?: | ?T)(\d\d:\d\d)(?::\d\d[+-]\d\d:\d\d)?$/.exec(text) ?? []
  return isDay(day) && time !== undefined ? `${day} ${time}` : value === null ? null : ''
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${text}T`)
}

function parseSelection(column: Column, value: unknown): unknown {
  if (column.subtype === 'check') {
    return ['yes', '1', true, 1, 'true', 'TRUE'].some(yes => yes === value) ? 'true' : 'false'
  }
  const options = optionsOf(column)
  if (column.subtype === 'multi') {
    const wanted = typeof value === 'string' ? value.split(',').map(one => one.trim()) : value
    if (!Array.isArray(wanted)) return []
    const ids = wanted.map(
      one => options.find(({ id, label }) => id === Number(one) || label === one)?.id,
    )
    if (ids.includes(undefined)) return null
    return ids.toSorted((one, other) => Number(one) - Number(other))
  }
  const found = options.find(({ id }) => isNumeric(value) && id === Number(value))
  return found === undefined ? null : String(found.id)
}

function parseLink({ settings }: Column, value: unknown): string | null {
  if (value === null) return null
  if (typeof value !== 'string') throw new Problem('crash')
  const data = parseJson(value)
  if (typeof data === 'object' && data !== null) {
    const { title, value: url, providerId }: Record<string, unknown> = { ...data }
    const allowed = String(settings.textAllowedPattern ?? '').split(',')
    if (providerId !== undefined && !allowed.includes(String(providerId))) return null
    if (title === undefined || url === undefined) return null
    if (!/^https?:/.test(String(url))) {
      throw new Problem('bad', 'contains an invalid protocol. Only http and https are allowed.')
    }
    return value
  }
  // The app's own idea of an address: what follows its two or three letters is lost.
  const [url] = /https?:\/\/[a-zA-Z0-9\-.]+\.[a-zA-Z]{2,3}(\/\S*)?/.exec(value) ?? []
  return url === undefined ? null : JSON.stringify({ title: url, value: url, providerId: 'url' })
}

/** A stored value as the list of rows tells it; undefined where there is no cell any more. */
export function tellValue(directory: Directory, column: Column, value: unknown): unknown {
  if (column.type === 'number') {
    const decimals = Number(column.settings.numberDecimals ?? 0)
    const number = Number(value ?? 0)
    return decimals === 0 ? Math.trunc(number) : Number(number.toFixed(decimals))
  }
  if (column.type === 'selection' && column.subtype === '') {
    return value === null ? null : Number(value)
  }
  if (column.type === 'usergroup' && Array.isArray(value)) {
    if (value.length === 0) return undefined
    return value.map(({ id, type }) => ({
      id,
      type,
      displayName: (type === 0 ? directory.accounts.get(id)?.displayName : undefined) ?? id,
    }))
  }
  return value
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
}
