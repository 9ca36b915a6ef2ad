/**
 * Script of the page that waits: asks the server until the person has confirmed in another tab.
 * It never pauses, because that other tab is in front all the while.
 */
export const wait = `const EVERY_MS = 1500
const LONGEST_PAUSE_MS = 15000
const GIVE_UP_AFTER_MS = 20 * 60 * 1000

const progress = document.getElementById('progress')
const { stateUrl } = progress.dataset
const began = Date.now()
let failures = 0
let timer

// Said only when it changes: a screen reader reads it out each time.
function say(what) {
  if (progress.dataset.state === what) return
  progress.dataset.state = what
  progress.textContent = progress.dataset[what]
}

// Only to this server: whoever could answer in its place must not send anyone elsewhere.
function placeOf(next) {
  if (typeof next !== 'string') return undefined
  const url = URL.parse(next, location.href)
  return url?.origin === location.origin ? url.href : undefined
}

// True when there is nothing left to ask.
async function ask() {
  const response = await fetch(stateUrl, {
    headers: { accept: 'application/json' },
    cache: 'no-store',
    signal: AbortSignal.timeout(LONGEST_PAUSE_MS),
  })
  // Gone or refused: asking again would not help. Told to slow down or out of order: it would.
  if (response.status >= 400 && response.status < 500 && response.status !== 429) {
    say('failed')
    return true
  }
  if (!response.ok) throw new Error(response.status)
  const { state, next } = await response.json()
  if (state !== 'done' && state !== 'failed') return false
  const place = placeOf(next)
  if (state === 'failed') say('failed')
  else say(place === undefined ? 'doneHere' : 'done')
  if (place !== undefined) location.replace(place)
  return true
}

async function step() {
  timer = undefined
  try {
    if (await ask()) return
    failures = 0
    say('waiting')
  } catch {
    failures += 1
    if (failures > 1) say('offline')
  }
  if (Date.now() - began > GIVE_UP_AFTER_MS) return say('tooLong')
  timer = setTimeout(step, Math.min(EVERY_MS * 2 ** failures, LONGEST_PAUSE_MS))
}

// Browsers slow down what is not in front; who comes back need not wait.
document.addEventListener('visibilitychange', () => {
  if (document.hidden || timer === undefined) return
  clearTimeout(timer)
  step()
})

step()
`
