/** What a language must say: the same texts with the same placeholders as English. */
import type { en } from './en.ts'

type English = typeof en

/** Name of a text. */
export type MessageKey = keyof English

/** All texts of a language. That placeholders agree is for a test. */
export type Messages = Readonly<Record<MessageKey, string>>

/** Names in braces within a text. */
type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/** What must be given along with a text: nothing, or a value for each of its placeholders. */
export type Values<Key extends MessageKey, Value> = [NamesIn<English[Key]>] extends [never]
  ? []
  : [values: Readonly<Record<NamesIn<English[Key]>, Value>>]

/** Names of the texts without placeholders. */
export type PlainKey = {
  [Key in MessageKey]: [NamesIn<English[Key]>] extends [never] ? Key : never
}[MessageKey]
