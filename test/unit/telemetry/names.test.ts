/** What is written about metrics names those that there are, and all of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { beforeAll, expect, test } from 'vitest'
import { createInstruments } from '../../../src/telemetry/instruments.ts'

const ROOT = join(import.meta.dirname, '../../..')
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** Labels by name; of histograms by the names of their series too. */
const own = new Map<string, readonly string[]>()
const series = new Map<string, readonly string[]>()

beforeAll(async () => {
  const registry = new Registry()
  for (const metric of Object.values(createInstruments(registry))) {
    const { name, labelNames } = metric as unknown as { name: string; labelNames: string[] }
    own.set(name, labelNames)
  }
  collectDefaultMetrics({ register: registry })
  for (const { name, type } of await registry.getMetricsAsJSON()) {
    const labels = own.get(name) ?? []
    series.set(name, labels)
    if (String(type) !== 'histogram') continue
    for (const end of ['_sum', '_count']) series.set(name + end, labels)
    series.set(`${name}_bucket`, [...labels, 'le'])
  }
})

function queriesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === 'expr' || key === 'query') && typeof inner === 'string' ? [inner] : queriesIn(inner),
  )
}

test('the dashboard asks for metrics that there are, by labels that they have', () => {
  const queries = queriesIn(JSON.parse(text('deploy/grafana/dashboard.json')))
  expect(queries.length).toBeGreaterThan(25)
  for (const query of queries.filter(each => each !== 'prometheus')) {
    const names = query.match(/\b(?:mcp|astrolabe|process|nodejs)_\w+/g) ?? []
    expect(names, query).not.toEqual([])
    for (const name of names) expect([...series.keys()], query).toContain(name)
    const labels = [...query.matchAll(/by \(([^)]+)\)/g)].flatMap(([, by = '']) => by.split(', '))
    const known = names.flatMap(name => series.get(name) ?? [])
    for (const label of labels) expect(known, query).toContain(label)
  }
})

test('the documentation has a line for each metric, with its labels', () => {
  const lines = [...text('docs/metrics.md').matchAll(/^\| `(\w+)` \| (.*?) ?\|/gm)].map(
    ([, name = '', labels = '']) => [name, labels.match(/\w+/g) ?? []] as const,
  )
  expect(Object.fromEntries(lines)).toEqual(Object.fromEntries(own))
})
