/** Changes of contacts that must leave everything else alone. */

const PHOTO =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Changes of one field, and the properties that they may touch. */
export const CHANGES: readonly (readonly [
  label: string,
  data: Record<string, unknown>,
  touched: string[],
])[] = [
  ['fn', { fn: 'Somebody Else' }, ['FN', 'N']],
  ['given_name', { given_name: 'Änne' }, ['FN', 'N']],
  ['family_name', { family_name: 'von, der; Höh\\e' }, ['FN', 'N']],
  ['nickname', { nickname: 'Nick, the "one"' }, ['NICKNAME']],
  ['organization', { organization: 'Café; & Söhne, Ltd' }, ['ORG']],
  ['organization away', { organization: null, department: null }, ['ORG']],
  ['title', { title: 'Head\nof it' }, ['TITLE']],
  ['title away', { title: null }, ['TITLE']],
  ['role', { role: 'x'.repeat(200) }, ['ROLE']],
  ['note', { note: 'new; note, with \\ and\nlines, and öäü '.repeat(5) }, ['NOTE']],
  ['note away', { note: null }, ['NOTE']],
  ['birthday', { birthday: '1999-12-31' }, ['BDAY']],
  ['birthday without a year', { birthday: '--02-29' }, ['BDAY']],
  ['birthday away', { birthday: null }, ['BDAY']],
  ['emails away', { emails: null }, ['EMAIL', 'X-ABLABEL', 'X-ABADR']],
  ['phones replaced', { phones: ['+99 1'] }, ['TEL', 'X-ABLABEL']],
  ['addresses', { addresses: [{ street: 'Ä 1', city: 'B' }] }, ['ADR', 'X-ABLABEL', 'X-ABADR']],
  ['urls', { urls: ['https://new.example/?a=1;b,c'] }, ['URL', 'X-ABLABEL']],
  ['categories', { categories: ['brand new', 'two'] }, ['CATEGORIES']],
  ['categories away', { categories: null }, ['CATEGORIES']],
  ['photo', { photo: PHOTO }, ['PHOTO', '(none)']],
  ['photo away', { photo: null }, ['PHOTO', '(none)']],
  ['custom field', { custom_fields: { 'X-NEW-ONE': 'a;b, ü' } }, ['X-NEW-ONE']],
]
