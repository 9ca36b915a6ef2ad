import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const root = `mcp-test-versions-${process.pid}-${Date.now()}`
const path = `${root}/ver & sion.txt`
/** Seconds apart, as two versions within a second are one; far enough that none is thinned out. */
const TIMES = [40, 20, 0].map(days => Math.floor(Date.now() / 1000) - days * 86_400)

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: root })
  const { id } = await h.ok('nc_users_get_current_user')
  for (const [at, time] of TIMES.entries()) {
    const url = `${h.backend.url}/remote.php/dav/files/${encodeURIComponent(id)}/${path.split('/').map(encodeURIComponent).join('/')}`
    const response = await fetch(url, {
      method: 'PUT',
      headers: { authorization: basic(h.backend.alice), 'x-oc-mtime': String(time) },
      body: `state ${at}`,
    })
    expect(response.status).toBeLessThan(300)
  }
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

const versions = async () =>
  (await h.ok('nc_webdav_list_versions', { path })).versions as {
    version: string
    is_current: boolean
    label: string | null
  }[]

test('versions are listed newest first, read, named and restored', async () => {
  const listed = await h.ok('nc_webdav_list_versions', { path })
  expect(listed).toMatchObject({ path, total: 3 })
  expect(listed.versions[0]).toEqual({
    version: String(TIMES[2]),
    written_at: new Date((TIMES[2] ?? 0) * 1000).toISOString(),
    size: 7,
    label: null,
    author: (await h.ok('nc_users_get_current_user')).id,
    is_current: true,
  })
  expect(listed.versions.map(({ version }: { version: string }) => version)).toEqual(
    TIMES.toReversed().map(String),
  )

  const version = String(TIMES[0])
  const old = await h.ok('nc_webdav_read_file', { path, version })
  expect(old).toMatchObject({ path, content: 'state 0', size: 7 })
  expect((await h.ok('nc_webdav_read_file', { path })).content).toBe('state 2')

  await h.ok('nc_webdav_label_version', { path, version, label: ' first <draft> ' })
  expect((await versions()).map(({ label }) => label)).toEqual([null, null, 'first <draft>'])
  await h.ok('nc_webdav_label_version', { path, version, label: '' })
  expect((await versions()).map(({ label }) => label)).toEqual([null, null, null])

  await h.ok('nc_webdav_restore_version', { path, version })
  expect((await h.ok('nc_webdav_read_file', { path })).content).toBe('state 0')
  const after = await versions()
  expect(after.map(each => each.version)).toContain(String(TIMES[2]))
  expect(after.find(({ is_current }) => is_current)?.version).toBe(version)
})

describe('bad input', () => {
  test.each([
    ['a folder', { path: root }, 'BAD_INPUT'],
    ['a missing file', { path: `${root}/none.txt` }, 'NOT_FOUND'],
  ])('%s', async (_, args, code) => {
    expect((await h.call('nc_webdav_list_versions', args)).error?.code).toBe(code)
  })

  test.each([
    ['12345', 'NOT_FOUND'],
    ['../../../files', 'BAD_INPUT'],
    ['latest', 'BAD_INPUT'],
  ])('the version %s', async (version, code) => {
    for (const [tool, more] of [
      ['nc_webdav_read_file', {}],
      ['nc_webdav_restore_version', {}],
      ['nc_webdav_label_version', { label: 'x' }],
    ] as const) {
      const { error } = await h.call(tool, { path, version, ...more })
      expect([tool, error?.code]).toEqual([tool, code])
    }
    expect((await versions()).every(({ label }) => label === null)).toBe(true)
  })
})

test('requests: two each', async () => {
  const version = String(TIMES[1])
  for (const [tool, args] of [
    ['nc_webdav_list_versions', {}],
    ['nc_webdav_read_file', { version }],
    ['nc_webdav_label_version', { version, label: 'x' }],
    ['nc_webdav_restore_version', { version }],
  ] as const) {
    const made = await h.requestsOf(() => h.ok(tool, { path, ...args }))
    expect([tool, made.length]).toEqual([tool, 2])
  }
})
