/** Files that are shared with a conversation; the demo shares none with conversations. */
import { afterAll, describe, expect, test } from 'vitest'
import { isReal } from '../support/backend.ts'
import { useTalk } from '../support/talk.ts'

const s = useTalk()
const files: string[] = []
afterAll(async () => {
  for (const path of files) await s.h.call('nc_webdav_delete_resource', { path })
})

describe.skipIf(!isReal)('a file', () => {
  /** Shares a new file of alice's with the conversation. */
  async function share(token: string, name: string, talkMetaData: object = {}): Promise<void> {
    const path = `/${name}`
    files.push(path)
    await s.h.ok('nc_webdav_write_file', { path, content: 'shared' })
    const response = await s.ocs('POST', '/files_sharing/api/v1/shares', {
      path,
      shareType: 10,
      shareWith: token,
      talkMetaData: JSON.stringify(talkMetaData),
    })
    expect(response.status).toBe(200)
  }
  const last = async (token: string) => {
    const { results } = await s.okAsBob('talk_get_messages', { token, limit: 1 })
    return results[0]
  }

  test('has a name, a link, and where the reader finds it', async () => {
    const token = await s.room()
    const name = `mcp [x] {actor} ${Date.now()}.txt`
    await share(token, name)
    const message = await last(token)
    const { file } = message.messageParameters
    expect(file).toMatchObject({ type: 'file', name, link: expect.stringMatching(/\/f\/\d+$/) })
    expect(message.message).toBe(`[${name.replace(/[[\]]/g, '\\$&')}](${file.link})`)
    expect(message.messageType).toBe('comment')
    expect(await s.okAsBob('nc_webdav_read_file', { path: file.path })).toMatchObject({
      content: 'shared',
    })
  })

  test('with a caption comes after it; what is gone says so', async () => {
    const token = await s.room()
    const name = `mcp-${Date.now()}.txt`
    await share(token, name, { caption: `Look, @"${s.bob}"` })
    const message = await last(token)
    const { file, 'mention-user1': bob } = message.messageParameters
    expect(message.message).toBe(`Look, @${bob.name}\n[${name}](${file.link})`)
    await s.h.ok('nc_webdav_delete_resource', { path: `/${name}` })
    const gone = await last(token)
    expect(gone.message).toMatch(/no longer available[\s\S]*Look, @/)
    expect(gone.messageParameters).not.toHaveProperty('file')
  })

  test('is deleted from the conversation with its message, and stays with its owner', async () => {
    const token = await s.room()
    const name = `mcp-kept-${Date.now()}.txt`
    await share(token, name)
    const { id: message_id } = await last(token)
    await s.h.ok('talk_delete_message', { token, message_id })
    expect(JSON.stringify((await s.okAsBob('talk_get_messages', { token })).results)).not.toContain(
      name,
    )
    await s.h.ok('nc_webdav_read_file', { path: `/${name}` })
  })

  test('has a caption that can be edited', async () => {
    const token = await s.room()
    const name = `mcp-edited-${Date.now()}.txt`
    await share(token, name, { caption: 'before' })
    const args = { token, message_id: (await last(token)).id, message: 'after' }
    const { message } = await s.h.ok('talk_edit_message', args)
    expect(message.message).toMatch(/^after\n\[mcp-edited/)
  })
})
