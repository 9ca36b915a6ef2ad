/** Metrics as Prometheus reads them, and what moved between two looks. */

/** Values by series: `name label=value other=value`, labels in order. */
export type Metrics = ReadonlyMap<string, number>

/** Reads the page; without the buckets and sums of histograms, and the metrics of Node.js. */
export async function readMetrics(url: string | undefined): Promise<Metrics> {
  const page = await (await fetch(String(url))).text()
  const lines = page.split('\n').filter(line => /^(?:mcp|astrolabe)_/.test(line))
  return new Map(lines.filter(line => !/^\w+_(?:bucket|sum)\b/.test(line)).map(seriesOf))
}

function seriesOf(line: string): [string, number] {
  const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, key, text]) => `${key}=${text}`,
  )
  return [[name, ...pairs.toSorted()].join(' '), Number(value)]
}

/** By how much each series changed that did. */
export function movedBy(before: Metrics, after: Metrics): Record<string, number> {
  const changes = [...after].map(
    ([series, value]) => [series, value - (before.get(series) ?? 0)] as const,
  )
  return Object.fromEntries(changes.filter(([, change]) => change !== 0))
}

/** The metric that a series is of. */
export function metricOf(series: string): string {
  return series.split(' ', 1)[0]?.replace(/_count$/, '') ?? ''
}
