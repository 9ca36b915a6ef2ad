import { expect, test } from 'vitest'
import { fullyQualified, isEmoji, unqualified } from '../../../src/nextcloud/emoji.ts'

test.each(['🚀', '👩‍🌾', '🛠️', '☎', '👍🏽', '❤️'])('%s is one', text => {
  expect(isEmoji(text)).toBe(true)
})

// A family of four and their skin tones are more than Nextcloud keeps.
const long = '👨🏽‍👩🏽‍👧🏽‍👦🏽'
test.each(['', 'a', '🚀🚀', ':)', '🚀 ', 'ab', '\n', '\u200D', long])('%j is none', text => {
  expect(isEmoji(text)).toBe(false)
})

test.each([
  ['❤', '❤\uFE0F'],
  ['❤\uFE0F', '❤\uFE0F'],
  ['👍', '👍'],
  ['👍🏽', '👍🏽'],
  ['☝🏽', '☝🏽'],
  ['☝', '☝\uFE0F'],
  ['1\u20E3', '1\uFE0F\u20E3'],
  ['🇩🇪', '🇩🇪'],
  ['🤷\u200D♂', '🤷\u200D♂\uFE0F'],
  ['🏳\u200D🌈', '🏳\uFE0F\u200D🌈'],
  ['👨‍👩‍👧', '👨‍👩‍👧'],
  ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
])('%s as keyboards write it', (emoji, qualified) => {
  expect(fullyQualified(emoji)).toBe(qualified)
  expect(unqualified(qualified)).toBe(unqualified(emoji))
})
