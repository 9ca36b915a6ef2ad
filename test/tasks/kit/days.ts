/** The days and times that a person's words name, as seen from a day. */

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const DAY = 86_400_000

/**
 * The dates that words name, as `2026-10-19`: today, yesterday, tomorrow, the coming Monday, and
 * those written out in full.
 */
export function daysNamed(words: string, now: Date): Set<string> {
  const lower = words.toLowerCase()
  const days = new Set(words.match(/\b\d{4}-\d{2}-\d{2}\b/g))
  const add = (distance: number) =>
    days.add(new Date(now.getTime() + distance * DAY).toISOString().slice(0, 10))
  add(0)
  if (lower.includes('yesterday')) add(-1)
  if (lower.includes('tomorrow')) add(1)
  for (const [weekday, name] of WEEKDAYS.entries()) {
    if (lower.includes(name)) add((weekday - now.getUTCDay() + 7) % 7 || 7)
  }
  return days
}

/** The times of day that words name, as `09:30`: "at 9:30", "9 am", "5 pm", "at 14". */
export function timesNamed(words: string): Set<string> {
  const found = words.matchAll(/\b(at )?(\d{1,2})(?::(\d{2}))?(?: ?(am|pm))?\b/gi)
  return new Set(
    [...found]
      .filter(([, at, , minutes, half]) => at !== undefined || minutes !== undefined || half)
      .map(([, , hour, minutes = '00', half]) => {
        const hours = (Number(hour) % (half ? 12 : 24)) + (half?.toLowerCase() === 'pm' ? 12 : 0)
        return `${String(hours).padStart(2, '0')}:${minutes}`
      }),
  )
}
