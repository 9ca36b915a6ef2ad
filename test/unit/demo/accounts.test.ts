import { expect, test } from 'vitest'
import { clientOf, demoForTest, hrefsIn } from './client.ts'

const carol = {
  id: '8f2b-4c11',
  loginNames: ['carol'],
  displayName: 'Carol',
  password: 'carol-demo',
  email: 'carol@example.org',
}

test('a login name that is not the user id works everywhere, the id does not log in', async () => {
  const demo = await demoForTest({ users: [carol] })
  const send = clientOf(demo, 'carol')

  const user = await send('GET', '/ocs/v2.php/cloud/user')
  expect(JSON.parse(user.body).ocs.data.id).toBe('8f2b-4c11')
  const principal = await send('PROPFIND', '/remote.php/dav/', {
    headers: { Depth: '0' },
    body: '<d:propfind xmlns:d="DAV:"><d:prop><d:current-user-principal/></d:prop></d:propfind>',
  })
  expect(principal.body).toContain('<d:href>/remote.php/dav/principals/users/8f2b-4c11/</d:href>')
  expect((await send('PROPFIND', '/remote.php/dav/files/8f2b-4c11/')).status).toBe(207)
  expect((await send('PROPFIND', '/remote.php/dav/files/carol/')).status).toBe(404)
  expect((await send('GET', '/index.php/apps/notes/api/v1/notes')).status).toBe(200)

  const byId = clientOf(demo, '8f2b-4c11', 'carol-demo')
  expect((await byId('GET', '/ocs/v2.php/cloud/user')).status).toBe(401)
  const byMail = clientOf(demo, 'carol@example.org', 'carol-demo')
  expect((await byMail('GET', '/ocs/v2.php/cloud/user')).status).toBe(200)
})

test('an app password is tied to the login name it was made for', async () => {
  const demo = await demoForTest({ users: [carol] })
  const password = demo.appPassword('8f2b-4c11')
  expect(password).toMatch(/^[a-zA-Z0-9]{5}(-[a-zA-Z0-9]{5}){4}$/)
  const right = clientOf(demo, 'carol', password)
  const wrong = clientOf(demo, 'carol@example.org', password)
  expect((await right('GET', '/ocs/v2.php/cloud/user')).status).toBe(200)
  expect((await wrong('GET', '/ocs/v2.php/cloud/user')).status).toBe(401)
})

test('an app password cannot make another, outlives a reset and dies when revoked', async () => {
  const demo = await demoForTest()
  const send = clientOf(demo, 'alice', demo.appPassword('alice'))
  expect((await send('GET', '/ocs/v2.php/core/getapppassword')).status).toBe(403)
  demo.reset()
  expect((await send('DELETE', '/ocs/v2.php/core/apppassword')).status).toBe(200)
  expect((await send('GET', '/ocs/v2.php/cloud/user')).status).toBe(401)
})

test('app passwords work as bearer tokens, for notes only with the OCS header', async () => {
  const demo = await demoForTest()
  const headers = { Authorization: `Bearer ${demo.appPassword('alice')}` }
  const notes = `${demo.url}/index.php/apps/notes/api/v1/notes`
  expect((await fetch(notes, { headers })).status).toBe(401)
  const withHeader = { ...headers, 'OCS-APIRequest': 'true' }
  expect((await fetch(notes, { headers: withHeader })).status).toBe(200)
  const foreign = { Authorization: 'Bearer nobody-issued-this', 'OCS-APIRequest': 'true' }
  expect((await fetch(notes, { headers: foreign })).status).toBe(401)
})

test('wrong passwords throttle the whole address when protection is on', async () => {
  const demo = await demoForTest({ bruteForceProtection: true })
  const wrong = clientOf(demo, 'alice', 'guess')
  for (let attempt = 0; attempt < 11; attempt++) {
    expect((await wrong('GET', '/ocs/v2.php/cloud/user')).status).toBe(401)
  }
  const right = clientOf(demo)
  expect((await right('GET', '/ocs/v2.php/cloud/user')).status).toBe(429)
  expect((await right('PROPFIND', '/remote.php/dav/files/alice/')).body).toContain(
    'TooManyRequests',
  )
  const notes = await right('GET', '/index.php/apps/notes/api/v1/notes')
  expect(JSON.parse(notes.body)).toEqual({ message: 'Reached maximum delay' })
})

test('people and groups are found to share with', async () => {
  const send = clientOf(await demoForTest())
  const path = '/ocs/v2.php/apps/files_sharing/api/v1/sharees?itemType=file&search='
  const partly = JSON.parse((await send('GET', `${path}bo`)).body).ocs.data
  expect(partly.users).toMatchObject([{ label: 'Bob Example', value: { shareWith: 'bob' } }])
  const exactly = JSON.parse((await send('GET', `${path}team`)).body).ocs.data
  expect(exactly.exact.groups).toEqual([
    { label: 'team', value: { shareType: 1, shareWith: 'team' } },
  ])
  expect(exactly.groups).toEqual([])
})

test('below a base path every address carries it, and nothing is served beside it', async () => {
  const demo = await demoForTest({ basePath: 'nextcloud/' })
  expect(demo.url).toBe(`http://127.0.0.1:${demo.port}/nextcloud`)
  const send = clientOf(demo)
  const files = await send('PROPFIND', '/remote.php/dav/files/alice/Documents/')
  for (const href of hrefsIn(files)) {
    expect(href).toMatch(/^\/nextcloud\/remote\.php\/dav\/files\/alice\/Documents\//)
  }
  const moved = await send('MOVE', '/remote.php/dav/files/alice/Documents/Welcome.md', {
    headers: { Destination: `${demo.url}/remote.php/dav/files/alice/Hello.md` },
  })
  expect(moved.status).toBe(201)
  const astray = await send('MOVE', '/remote.php/dav/files/alice/Hello.md', {
    headers: { Destination: '/remote.php/dav/files/alice/Documents/Welcome.md' },
  })
  expect(astray.status).toBe(403)
  const beside = await fetch(`http://127.0.0.1:${demo.port}/status.php`)
  expect(beside.status).toBe(404)
})

test('a disabled app is unknown everywhere', async () => {
  const send = clientOf(await demoForTest({ apps: ['files'] }))
  const capabilities = await send('GET', '/ocs/v2.php/cloud/capabilities')
  expect(Object.keys(JSON.parse(capabilities.body).ocs.data.capabilities)).not.toContain('notes')
  const navigation = await send('GET', '/ocs/v2.php/core/navigation/apps')
  expect(JSON.parse(navigation.body).ocs.data.map(({ id }: { id: string }) => id)).toEqual([
    'files',
  ])
  const notes = await send('GET', '/index.php/apps/notes/api/v1/notes')
  expect([notes.status, notes.body]).toEqual([404, ''])
  const sharees = await send('GET', '/ocs/v2.php/apps/files_sharing/api/v1/sharees?itemType=file')
  expect(sharees.body).toContain('<statuscode>998</statuscode>')
  for (const collection of ['trashbin/alice/trash', 'systemtags', 'comments/files/1']) {
    expect((await send('PROPFIND', `/remote.php/dav/${collection}`)).status).toBe(404)
  }
})

test('addresses that need rewriting are not served, cookies are always sent', async () => {
  const demo = await demoForTest()
  const send = clientOf(demo)
  expect((await send('GET', '/apps/notes/api/v1/notes')).status).toBe(404)
  const { headers } = await send('GET', '/index.php/apps/notes/api/v1/notes')
  expect(headers.getSetCookie().map(cookie => cookie.replace(/^oc[a-z0-9]{10}=/, 'id='))).toEqual([
    expect.stringMatching(/^id=/),
    expect.stringMatching(/^oc_sessionPassphrase=/),
    expect.stringMatching(/^nc_sameSiteCookielax=/),
    expect.stringMatching(/^nc_sameSiteCookiestrict=/),
  ])
})
