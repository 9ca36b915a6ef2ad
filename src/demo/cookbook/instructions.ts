import { withoutTags } from './text.ts'

/** A recipe that the app cannot make sense of; it answers 500. */
export class InvalidRecipe extends Error {
  override name = 'InvalidRecipe'
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Instructions in any of schema.org's forms as the app's flat list: sections become headings.
 *
 * @throws InvalidRecipe
 */
export function steps(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'string') {
    return value
      .split(/[\n\r]+/)
      .map(withoutTags)
      .filter(Boolean)
  }
  if (isTyped(value, 'ItemList')) return listed(value)
  if (!Array.isArray(value)) throw new InvalidRecipe('instructions that are no list')
  return value.flatMap(step => {
    if (typeof step === 'string') return [step]
    if (isTyped(step, 'ItemList')) return listed(step)
    if (isTyped(step, 'HowToStep')) return [String(step.text)]
    if (isTyped(step, 'HowToSection')) {
      const name = typeof step.name === 'string' && step.name !== '' ? step.name : 'HowToSection'
      return [`## ${name}`, ...listed(step)]
    }
    throw new InvalidRecipe('an instruction of an unknown kind')
  })
}

function listed({ itemListElement }: Record<string, unknown>): string[] {
  if (!Array.isArray(itemListElement)) throw new InvalidRecipe('a list without elements')
  return itemListElement.flatMap(element => {
    if (typeof element === 'string') return [element]
    if (isTyped(element, 'HowToStep')) return [String(element.text)]
    if (isTyped(element, 'ListItem')) {
      return isTyped(element.item, 'ItemList') ? listed(element.item) : [String(element.item)]
    }
    throw new InvalidRecipe('an instruction of an unknown kind')
  })
}

function isTyped(value: unknown, type: string): value is Record<string, unknown> {
  return isObject(value) && [value['@type']].flat().includes(type)
}
