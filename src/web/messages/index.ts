/** Texts in the reader's language. */
import type { Scope } from '../../identity/scopes.ts'
import { type Html, html, type Part } from '../html.ts'
import type { Language } from '../language.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import type { MessageKey, Messages, Values } from './messages.ts'

export type { MessageKey, Messages, PlainKey } from './messages.ts'

const LANGUAGE_MESSAGES: Readonly<Record<Language, Messages>> = { en, de }

/** A scope without words is a type error. */
en satisfies Readonly<Record<`scope.${Scope}`, string>>

/** Gives a text, with values in place of its `{placeholders}`. */
export interface Translator {
  readonly language: Language
  /** As markup: values may be markup, text is escaped. */
  <Key extends MessageKey>(key: Key, ...values: Values<Key, Part>): Html
  /** As plain text. */
  text<Key extends MessageKey>(key: Key, ...values: Values<Key, string>): string
}

/** The texts of a language. */
export function translator(language: Language): Translator {
  const messages = LANGUAGE_MESSAGES[language]
  const markup = (key: MessageKey, values: Readonly<Record<string, Part>> = {}) =>
    html`${pieces(messages[key], values)}`
  const text = (key: MessageKey, values: Readonly<Record<string, string>> = {}) =>
    pieces(messages[key], values).join('')
  return Object.assign(markup, { language, text }) as Translator
}

/** Whether there is such a text. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key)
}

/** Odd pieces are the values: a regular expression's group takes part in splitting. */
function pieces<Value>(text: string, values: Readonly<Record<string, Value>>): (string | Value)[] {
  return text
    .split(/\{(\w+)\}/)
    .map((piece, index) => (index % 2 === 0 ? piece : (values[piece] ?? '')))
}
