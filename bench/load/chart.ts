/**
 * Line charts as HTML with SVG in it. The lines stretch to any width; all text is HTML beside them,
 * so that it has the size of text on a telephone as well.
 */
import { escaped } from './escape.ts'
import { integer } from './numbers.ts'

/** A line. Its colour comes with its place: `.line-1`, `.line-2`, `.line-3`. */
export interface Series {
  readonly name: string
  /** One for each time; undefined leaves a gap. */
  readonly values: readonly (number | undefined)[]
}

/** What a chart shows. */
export interface Chart {
  readonly title: string
  readonly unit: string
  /** Of the values, in seconds. */
  readonly times: readonly number[]
  readonly series: readonly Series[]
  /** Latencies differ by factors; all else is shown from zero. */
  readonly scale?: 'linear' | 'logarithmic'
  /** Seconds from the begin in which users were still arriving. */
  readonly rampSeconds: number
}

interface Axis {
  readonly ticks: readonly number[]
  /** Where a value is, from 0 at the bottom to 1. */
  place(value: number): number
}

const WIDTH = 1_000
const HEIGHT = 300
const IN_MINUTES_FROM = 600

/** The chart as a `<figure>`. */
export function chartFigure(chart: Chart): string {
  const { title, unit, times, series, rampSeconds } = chart
  const end = Math.max(times.at(-1) ?? 0, 1)
  const values = series.flatMap(line => line.values.filter(value => value !== undefined))
  const axis = chart.scale === 'logarithmic' ? logarithmicAxis(values) : linearAxis(values)
  const minute = end > IN_MINUTES_FROM ? 60 : 1
  const timeTicks = niceTicks(end / minute, 5)
    .map(tick => tick * minute)
    .filter(tick => tick <= end)
  const grid = axis.ticks.map(tick => {
    const y = number((1 - axis.place(tick)) * HEIGHT)
    return `<line class="grid" x1="0" x2="${WIDTH}" y1="${y}" y2="${y}"/>`
  })
  const lines = series.map(
    (line, at) => `<path class="line line-${at + 1}" d="${pathOf(line, times, end, axis)}"/>`,
  )
  const ramp = `<rect class="ramp" width="${number(Math.min(rampSeconds / end, 1) * WIDTH)}" height="${HEIGHT}"/>`
  const yLabels = axis.ticks.map(
    tick => `<span style="bottom:${percent(axis.place(tick))}">${tickText(tick)}</span>`,
  )
  const xLabels = timeTicks.map(
    tick => `<span style="left:${percent(tick / end)}">${timeText(tick, end)}</span>`,
  )
  return `<figure class="chart">
<figcaption><h3>${escaped(title)} <small>${escaped(unit)}</small></h3>${legend(series)}</figcaption>
<div class="plot"><div class="y" aria-hidden="true">${yLabels.join('')}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escaped(described(chart))}">
${rampSeconds > 0 ? ramp : ''}${grid.join('')}
${lines.join('\n')}
</svg><div class="x" aria-hidden="true">${xLabels.join('')}</div></div>
</figure>`
}

function legend(series: readonly Series[]): string {
  if (series.length < 2) return ''
  const entries = series.map(
    ({ name }, at) => `<li><i class="key key-${at + 1}"></i>${escaped(name)}</li>`,
  )
  return `<ul class="legend">${entries.join('')}</ul>`
}

/** For those who do not see it. */
function described({ title, unit, series }: Chart): string {
  const ranges = series.map(({ name, values }) => {
    const known = values.filter(value => value !== undefined)
    if (known.length === 0) return `${name}: nothing`
    const [least, most] = extremes(known)
    return `${name} from ${tickText(least)} to ${tickText(most)}, at last ${tickText(known.at(-1) ?? 0)}`
  })
  return `${title} (${unit}): ${ranges.join('; ')}`
}

function pathOf({ values }: Series, times: readonly number[], end: number, axis: Axis): string {
  let isDrawing = false
  return values
    .map((value, at) => {
      const command = isDrawing ? 'L' : 'M'
      isDrawing = value !== undefined
      if (value === undefined) return ''
      const x = number(((times[at] ?? 0) / end) * WIDTH)
      return `${command}${x} ${number((1 - axis.place(value)) * HEIGHT)}`
    })
    .join('')
}

function linearAxis(values: readonly number[]): Axis {
  const [, most] = extremes(values)
  const ticks = niceTicks(Math.max(most, 1), 4)
  const top = ticks.at(-1) ?? 1
  return { ticks, place: value => value / top }
}

/** From the 1, 2 or 5 below the least value to the one above the most. */
function logarithmicAxis(values: readonly number[]): Axis {
  const [least, most] = extremes(values.filter(value => value > 0))
  const steps = Array.from({ length: 30 }, (_, at) =>
    [1, 2, 5].map(one => one * 10 ** (at - 9)),
  ).flat()
  const from = steps.findLastIndex(step => step <= least)
  const to = Math.max(
    steps.findIndex(step => step >= most),
    from + 1,
  )
  const all = steps.slice(Math.max(from, 0), to + 1)
  const bottom = Math.log(all[0] ?? 1)
  const height = Math.log(all.at(-1) ?? 10) - bottom
  const ticks = all.length <= 7 ? all : all.filter(step => /^0*[.]?0*1/.test(String(step)))
  return {
    ticks,
    place: value => Math.min(Math.max((Math.log(value) - bottom) / height, 0), 1),
  }
}

/** Round numbers from 0 up to at least `most`, in about so many steps. */
function niceTicks(most: number, steps: number): number[] {
  const rough = most / steps
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(one => one * power).find(one => one >= rough * 0.999) ?? power
  return Array.from({ length: Math.ceil(most / step - 0.001) + 1 }, (_, at) => at * step)
}

function extremes(values: readonly number[]): [least: number, most: number] {
  if (values.length === 0) return [1, 1]
  const least = values.reduce((a, b) => Math.min(a, b))
  return [least, values.reduce((a, b) => Math.max(a, b))]
}

function timeText(seconds: number, end: number): string {
  return end > IN_MINUTES_FROM ? `${integer(seconds / 60)} min` : `${integer(seconds)} s`
}

function tickText(value: number): string {
  return value >= 100 ? integer(value) : String(Number(value.toPrecision(2)))
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function percent(share: number): string {
  return `${number(share * 100)}%`
}
