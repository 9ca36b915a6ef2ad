/** Comments on cards and files at them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CardPlace, type DeckStage, deckStage } from '../support/deck.ts'
import { basic, callTool, type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let deck: DeckStage
const folder = `mcp-test-deck-${process.pid}-${Date.now()}`

beforeAll(async () => {
  h = await startHarness({
    environment: {
      MCP_DEPLOYMENT_MODE: 'multi_user_basic',
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
    },
  })
  deck = await deckStage(h)
  await h.ok('nc_webdav_create_directory', { path: folder })
})
afterAll(async () => {
  await deck.clear()
  await h.call('nc_webdav_delete_resource', { path: folder })
  await h.close()
})

const bob = async () => {
  const { bob: user } = h.backend
  if (user === undefined) return undefined
  const client = await h.connect({ headers: { authorization: basic(user) } })
  return (name: string, args: Record<string, unknown>) => callTool(client, name, args)
}

describe('comments', () => {
  let card_id: number
  const post = (message: string, more = {}) =>
    h.ok('deck_create_card_comment', { card_id, message, ...more })

  beforeAll(async () => {
    card_id = (await deck.card()).card_id
  })

  test('are posted, answered, listed, changed and deleted', async () => {
    const { card_id } = await deck.card()
    const at = { card_id }
    const alice = h.backend.alice.loginName
    const first = await h.ok('deck_create_card_comment', { ...at, message: `hello @${alice}` })
    expect(first).toMatchObject({ parts: null, part_count: 1 })
    expect(first.comment).toMatchObject({
      objectId: card_id,
      message: `hello @${alice}`,
      actorId: alice,
      actorType: 'users',
      mentions: [{ mentionId: alice, mentionType: 'user' }],
      replyTo: null,
    })
    const parent_id = first.comment.id
    const answer = await h.ok('deck_create_card_comment', { ...at, message: 'yes', parent_id })
    expect(answer.comment.replyTo).toMatchObject({ id: parent_id, message: `hello @${alice}` })

    const { results, count } = await h.ok('deck_get_card_comments', at)
    expect(count).toBe(2)
    expect(results).toEqual([
      {
        id: answer.comment.id,
        actorId: alice,
        message: 'yes',
        creationDateTime: expect.any(String),
      },
      expect.objectContaining({ id: parent_id }),
    ])
    const full = await h.ok('deck_get_card_comments', { ...at, detail: 'full', order: 'oldest' })
    expect(full.results.map(({ id }: { id: number }) => id)).toEqual([parent_id, answer.comment.id])
    expect(full.results[1].replyTo.id).toBe(parent_id)

    const own = { ...at, comment_id: parent_id }
    const changed = await h.ok('deck_update_card_comment', { ...own, message: 'edited' })
    expect(changed).toMatchObject({ comment: { id: parent_id, message: 'edited' }, part_count: 1 })
    await h.ok('deck_delete_card_comment', own)
    const gone = await h.call('deck_delete_card_comment', own)
    expect(gone.error).toMatchObject({ code: 'NOT_FOUND' })
    expect((await h.ok('deck_get_card_comments', at)).count).toBe(1)
  })

  test('page by page, in either order, cut where asked', async () => {
    const at = { card_id: (await deck.card()).card_id }
    for (const message of ['one', 'two', 'three']) {
      await h.ok('deck_create_card_comment', { ...at, message })
    }
    const messages = async (args: Record<string, unknown>) => {
      const page = await h.ok('deck_get_card_comments', { ...at, ...args })
      const shown = page.results.map(({ message }: { message: string }) => message)
      return { shown, next: page.next_offset }
    }
    expect(await messages({ limit: 2 })).toEqual({ shown: ['three', 'two'], next: 2 })
    expect(await messages({ limit: 2, offset: 2 })).toEqual({ shown: ['one'], next: undefined })
    const oldest = { order: 'oldest', limit: 2 }
    expect(await messages(oldest)).toEqual({ shown: ['one', 'two'], next: 2 })
    expect(await messages({ ...oldest, offset: 2 })).toEqual({ shown: ['three'], next: undefined })
    expect((await messages({ message_max_length: 2 })).shown).toEqual(['th…', 'tw…', 'on…'])
  })

  test('are measured in characters as people count them, without blanks around', async () => {
    const { comment } = await post(`\n ${'😀'.repeat(1000)} \n`)
    expect([...comment.message]).toHaveLength(1000)
    const requests = await h.requestsOf(async () => {
      for (const message of ['é'.repeat(1001), '', ' \n\t ']) {
        const { error } = await h.call('deck_create_card_comment', { card_id, message })
        expect(error).toMatchObject({
          code: 'BAD_INPUT',
          message: expect.stringMatching(/^message/),
        })
        const edit = { card_id, comment_id: comment.id, message }
        expect((await h.call('deck_update_card_comment', edit)).error?.code).toBe('BAD_INPUT')
      }
    })
    expect(requests).toEqual([])
  })

  test('too long ones are split where that is wanted', async () => {
    const message = Array.from({ length: 450 }, (_, at) => `word${at}`).join(' ')
    const posted = await post(message, { overflow: 'split' })
    expect(posted.part_count).toBe(posted.parts.length)
    expect(posted.part_count).toBeGreaterThan(2)
    expect(posted.comment).toEqual(posted.parts[0])
    const parts: string[] = posted.parts.map(({ message }: { message: string }) => message)
    expect(parts.join(' ')).toBe(message)
  })

  test('an answer to what is not there is refused and named', async () => {
    const args = { card_id, message: 'x', parent_id: 99_999_999 }
    const { error } = await h.call('deck_create_card_comment', args)
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/^parent_id/) })
  })

  test('on a card that is missing, deleted or not there', async () => {
    const place = await deck.card()
    await h.ok('deck_delete_card', place)
    for (const card_id of [99_999_999, place.card_id]) {
      for (const [tool, more] of [
        ['deck_get_card_comments', {}],
        ['deck_create_card_comment', { message: 'x' }],
        ['deck_delete_card_comment', { comment_id: 1 }],
      ] as const) {
        const { error } = await h.call(tool, { card_id, ...more })
        expect(error, tool).toMatchObject({
          code: 'NOT_FOUND',
          message: expect.stringMatching(/^card_id/),
        })
      }
    }
  })

  test('of others are not to be touched', async () => {
    const other = await bob()
    if (other === undefined) return
    await deck.share()
    const { comment } = await post('mine')
    const theirs = { card_id, comment_id: comment.id }
    for (const [tool, more] of [
      ['deck_update_card_comment', { message: 'changed' }],
      ['deck_delete_card_comment', {}],
    ] as const) {
      const { error } = await other(tool, { ...theirs, ...more })
      expect(error, tool).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringMatching(/somebody else/),
      })
    }
    // Who may only read a board may still comment; Deck 1.15 cannot change what is an answer.
    const reply = await other('deck_create_card_comment', {
      card_id,
      message: 'theirs',
      parent_id: comment.id,
    })
    expect(reply.data.comment.message).toBe('theirs')
    const edit = { card_id, comment_id: reply.data.comment.id, message: 'better' }
    const edited = await other('deck_update_card_comment', edit)
    if (edited.isError)
      expect(edited.error).toMatchObject({
        code: 'FORBIDDEN',
        hint: expect.stringMatching(/answer/),
      })
    const { results } = await h.ok('deck_get_card_comments', { card_id, limit: 2 })
    expect(results[1].message).toBe('mine')
  })
})

describe('files at a card', () => {
  const write = async (name: string) => {
    const path = `${folder}/${name}`
    await h.ok('nc_webdav_write_file', { path, content: 'hello' })
    return path
  }
  const list = async (place: CardPlace) => (await h.ok('deck_list_attachments', place)).results

  test('a file is attached, listed, and taken away again; it stays where it is', async () => {
    const place = await deck.card()
    const path = await write('a file & more.txt')
    const made = await h.ok('deck_attach_file', { card_id: place.card_id, path: `/${path}/` })
    expect(made).toMatchObject({ card_id: place.card_id, path, attachment_id: expect.any(Number) })
    expect(await list(place)).toEqual([
      expect.objectContaining({
        id: made.attachment_id,
        cardId: place.card_id,
        type: 'file',
        data: 'a file & more.txt',
        createdBy: h.backend.alice.loginName,
        deletedAt: 0,
        extendedData: expect.objectContaining({
          filesize: 5,
          mimetype: 'text/plain',
          path: `/${path}`,
          permissions: 1,
        }),
      }),
    ])
    const again = await h.call('deck_attach_file', { card_id: place.card_id, path })
    expect(again.error).toMatchObject({ code: 'CONFLICT' })
    await h.ok('deck_delete_attachment', { ...place, attachment_id: made.attachment_id })
    expect(await list(place)).toEqual([])
    expect((await h.ok('nc_webdav_read_file', { path })).content).toBe('hello')
    const gone = { ...place, attachment_id: made.attachment_id }
    for (const more of [{}, { type: 'file' }]) {
      const { error } = await h.call('deck_delete_attachment', { ...gone, ...more })
      expect(error).toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/^attachment_id/),
      })
    }
  })

  test('of both kinds, also where they have the same id', async () => {
    const place = await deck.card()
    const kept = await upload(place)
    const path = await write('both.txt')
    const shared = await h.ok('deck_attach_file', { card_id: place.card_id, path })
    const kinds = (await list(place)).map(({ type }: { type: string }) => type)
    expect(kinds.toSorted()).toEqual(['deck_file', 'file'])
    if (kept === shared.attachment_id) {
      const { error } = await h.call('deck_delete_attachment', { ...place, attachment_id: kept })
      expect(error).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringMatching(/type/) })
    }
    await h.ok('deck_delete_attachment', { ...place, attachment_id: kept, type: 'deck_file' })
    expect((await list(place)).map(({ type }: { type: string }) => type)).toEqual(['file'])
  })

  test('a note is attached by its id', async () => {
    const place = await deck.card()
    const note = await h.ok('nc_notes_create_note', {
      title: 'For a card',
      content: 'text',
      category: folder,
    })
    const made = await h.ok('deck_attach_note', { card_id: place.card_id, note_id: note.id })
    expect(made.path).toMatch(new RegExp(`${folder}/For a card\\.\\w+$`))
    expect(await list(place)).toMatchObject([{ extendedData: { fileid: note.id } }])
    const missing = { card_id: place.card_id, note_id: 99_999_999 }
    const { error } = await h.call('deck_attach_note', missing)
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: 'note 99999999' })
    await h.ok('nc_notes_delete_note', { note_id: note.id })
    await h.call('nc_webdav_delete_resource', { path: `Notes/${folder}` })
  })

  test('what is missing is named, and nothing is attached', async () => {
    const place = await deck.card()
    const path = await write('named.txt')
    const attach = async (args: object) =>
      (await h.call('deck_attach_file', { card_id: place.card_id, path, ...args })).error
    expect(await attach({ path: `${folder}/nothing.txt` })).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^path/),
    })
    // Nextcloud says it in words, which are in the user's language otherwise.
    expect(h.proxy.requests.at(-1)?.path).toMatch(/\/shares\?forceLanguage=en$/)
    expect(await attach({ path: '/' })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^path/),
    })
    expect(await attach({ path: '../x' })).toMatchObject({ code: 'BAD_INPUT' })
    expect(await attach({ card_id: 99_999_999 })).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^card_id/),
    })
    expect(await list(place)).toEqual([])
  })

  test('who may only read the board attaches nothing and takes nothing away', async () => {
    const other = await bob()
    if (other === undefined) return
    const place = await deck.card()
    await deck.share()
    const path = await write('protected.txt')
    const { attachment_id } = await h.ok('deck_attach_file', { card_id: place.card_id, path })
    expect((await other('deck_list_attachments', { ...place })).data.count).toBe(1)
    const removal = await other('deck_delete_attachment', { ...place, attachment_id })
    expect(removal.error).toMatchObject({ code: 'FORBIDDEN' })
    const name = `${folder}.txt`
    await other('nc_webdav_write_file', { path: name, content: 'x' })
    const attached = await other('deck_attach_file', { card_id: place.card_id, path: name })
    expect(attached.error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^card_id/),
    })
    await other('nc_webdav_delete_resource', { path: name })
    expect(await list(place)).toHaveLength(1)
  })

  async function upload({ board_id, stack_id, card_id }: CardPlace): Promise<number> {
    const form = new FormData()
    form.append('type', 'deck_file')
    form.append('file', new Blob(['kept by Deck']), 'kept.txt')
    const path = `boards/${board_id}/stacks/${stack_id}/cards/${card_id}/attachments`
    const response = await fetch(`${h.backend.url}/index.php/apps/deck/api/v1.0/${path}`, {
      method: 'POST',
      headers: { authorization: basic(h.backend.alice), 'ocs-apirequest': 'true' },
      body: form,
    })
    const { id } = (await response.json()) as { id: number }
    return id
  }
})
