import { expect, test } from 'vitest'
import { isEmoji } from '../../../src/nextcloud/emoji.ts'

test.each(['🚀', '👩‍🌾', '🛠️', '☎', '👍🏽', '❤️'])('%s is one', text => {
  expect(isEmoji(text)).toBe(true)
})

// A family of four and their skin tones are more than Nextcloud keeps.
const long = '👨🏽‍👩🏽‍👧🏽‍👦🏽'
test.each(['', 'a', '🚀🚀', ':)', '🚀 ', 'ab', '\n', '\u200D', long])('%j is none', text => {
  expect(isEmoji(text)).toBe(false)
})
