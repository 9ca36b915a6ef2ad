/** The plain properties of events and todos, checked and written. */
import type { Component } from '../contentline/component.ts'
import { badInput } from '../nextcloud/errors.ts'
import { setCategories, setText, setValue } from './edit.ts'

/** Fields that events and todos have alike; names are those of the tools' arguments. */
export interface PlainFields {
  readonly description?: string | undefined
  readonly location?: string | undefined
  readonly categories?: readonly string[] | undefined
  readonly status?: string | undefined
  readonly priority?: number | undefined
  readonly privacy?: string | undefined
  readonly url?: string | undefined
  readonly color?: string | undefined
}

const LONGEST_TEXT = 100_000
const PRIVACIES = ['PUBLIC', 'PRIVATE', 'CONFIDENTIAL']

/** The component with these fields; those that are undefined stay. @throws CodedError BAD_INPUT */
export function setPlainFields(
  component: Component,
  fields: PlainFields,
  statuses: readonly string[],
): Component {
  const { description, location, categories, status, priority, privacy, url, color } = fields
  let changed = component
  if (description !== undefined) {
    changed = setText(changed, 'DESCRIPTION', checkedText(description, 'description'))
  }
  if (location !== undefined) {
    changed = setText(changed, 'LOCATION', checkedText(location, 'location'))
  }
  if (categories !== undefined) {
    changed = setCategories(changed, categories)
  }
  if (status !== undefined) changed = setWord(changed, 'STATUS', status, statuses, 'status')
  if (privacy !== undefined) changed = setWord(changed, 'CLASS', privacy, PRIVACIES, 'privacy')
  if (priority !== undefined) {
    if (!Number.isInteger(priority) || priority < 0 || priority > 9) {
      throw badInput('priority is a number from 0 (none) to 9; 1 is the highest')
    }
    changed = setNumber(changed, 'PRIORITY', priority)
  }
  if (url !== undefined) {
    const clean = url.trim()
    if (/[\s\p{Cc}]/u.test(clean) || (clean !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(clean))) {
      throw badInput('url is no address such as https://example.org/page')
    }
    changed = setValue(changed, 'URL', clean || undefined)
  }
  if (color !== undefined) {
    const clean = color.trim()
    if (!/^(?:|[a-z]+|#[0-9a-f]{3,8})$/i.test(clean)) {
      throw badInput('color is a CSS colour name such as tomato, or #rrggbb')
    }
    changed = setValue(changed, 'COLOR', clean || undefined)
  }
  return changed
}

/** A title that is there. @throws CodedError BAD_INPUT */
export function checkedTitle(title: string | undefined, field: string): string {
  const text = title?.trim() ?? ''
  if (text === '') throw badInput(`${field} must not be empty`)
  return checkedText(text, field)
}

/** 0 is what a missing number says, too. */
export function setNumber(component: Component, name: string, value: number): Component {
  const isThere = component.parts.some(part => part.kind === 'line' && part.name === name)
  return value === 0 && !isThere ? component : setValue(component, name, String(value))
}

function setWord(
  component: Component,
  name: string,
  word: string,
  words: readonly string[],
  field: string,
): Component {
  const upper = word.trim().toUpperCase()
  if (upper === '') return setValue(component, name, undefined)
  if (!words.includes(upper)) throw badInput(`${field} is one of ${words.join(', ')}`)
  const line = component.parts.find(part => part.kind === 'line' && part.name === name)
  const isSame = line?.kind === 'line' && line.value.trim().toUpperCase() === upper
  return isSame ? component : setValue(component, name, upper)
}

function checkedText(text: string, field: string): string {
  if (text.length > LONGEST_TEXT) {
    throw badInput(`${field} is longer than ${LONGEST_TEXT} characters`)
  }
  return text
}
