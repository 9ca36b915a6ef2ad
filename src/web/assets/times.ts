/** Script of all pages: points in time in the reader's own zone. */
export const times = `const language = document.documentElement.lang
const locale = navigator.languages.find(each => each.split('-')[0] === language) ?? language
const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
for (const time of document.querySelectorAll('time[datetime]')) {
  time.title = time.textContent
  time.textContent = format.format(new Date(time.dateTime))
}
`
