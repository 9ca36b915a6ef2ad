import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { multistatus, propertyText } from '../../../src/nextcloud/dav/multistatus.ts'
import { child, dav, document, escapeXml, oc, parseXml } from '../../../src/nextcloud/dav/xml.ts'
import { Reply } from '../../../src/nextcloud/reply.ts'

/** Characters that XML 1.0 can carry at all. */
const xmlText = fc
  .string({ unit: 'grapheme' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those XML forbids
  .map(text => text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, ''))
  // A reader turns every line end into \n (XML 1.0, section 2.11).
  .map(text => text.replace(/\r\n?/g, '\n'))

describe('escaping', () => {
  test('whatever goes into an element comes out of it', () => {
    fc.assert(
      fc.property(xmlText, text => {
        expect(parseXml(document('d:x', escapeXml(text))).text).toBe(text)
      }),
    )
  })

  test('any string at all makes a document that can be read, and adds no element to it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const root = parseXml(
          document('d:x', `<d:y a="${escapeXml(text)}">${escapeXml(text)}</d:y>`),
        )
        expect(root.children).toHaveLength(1)
        expect(root.children[0]?.children).toEqual([])
      }),
    )
  })
})

describe('reading', () => {
  test('namespaces count, prefixes do not', () => {
    const root = parseXml('<a xmlns="DAV:" xmlns:z="http://owncloud.org/ns"><z:id>7</z:id></a>')
    expect(root.name).toBe(dav('a'))
    expect(child(root, oc('id'))?.text).toBe('7')
  })

  test.each([
    ['cut off', '<d:a xmlns:d="DAV:"><d:b>'],
    ['badly nested', '<a><b></a></b>'],
    ['an undeclared prefix', '<x:a/>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['HTML', '<!DOCTYPE html><html><br></html>'],
    ['nothing', ''],
    ['no XML', 'hello'],
  ])('%s is refused', (_, source) => {
    expect(() => parseXml(source)).toThrow(/XML/)
  })

  test('characters that XML forbids do not keep the rest from being read', () => {
    const numbers = ['&#0;', '&#8;', '&#11;', '&#31;', '&#x1;', '&#x0B;', '&#x1F;', '&#xFFFF;']
    for (const bad of ['\0', '\u0001', '\u000B', '\u001F', '\uFFFE', '\uFFFF', ...numbers]) {
      expect(parseXml(`<a><b>one${bad}two</b><b c="x${bad}y"/></a>`), bad).toMatchObject({
        children: [{ text: 'onetwo' }, { attributes: { c: 'xy' } }],
      })
    }
    const kept = '\t\n&#9;&#x9;&#10;\u0080&#128;&#x20;&amp;#1;'
    expect(parseXml(`<a>${kept}</a>`).text).toBe('\t\n\t\t\n\u0080\u0080 &#1;')
  })

  test('never hangs or throws anything but a coded error', () => {
    fc.assert(
      fc.property(fc.string(), source => {
        try {
          parseXml(source)
        } catch (error) {
          expect(error).toMatchObject({ code: 'UNREACHABLE' })
        }
      }),
    )
  })
})

describe('multi-status', () => {
  const read = (xml: string) => multistatus(new Reply(207, {}, Buffer.from(xml)))

  test('keeps what was found, leaves out what was not, and lives with a broken response', () => {
    const resources = read(`<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">
      <d:response><d:propstat/></d:response>
      <d:response><d:href> /a%20b </d:href>
        <d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>
        <d:propstat><d:prop><oc:size>9</oc:size></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
      </d:response>
      <d:response><d:href>/gone</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
    </d:multistatus>`)
    expect(resources.map(({ href, status }) => [href, status])).toEqual([
      ['/a%20b', undefined],
      ['/gone', 404],
    ])
    const [first] = resources
    expect(first && propertyText(first, dav('getetag'))).toBe('"1"')
    expect(first && propertyText(first, oc('size'))).toBeUndefined()
  })

  test.each(['', '<html/>', '<d:multistatus xmlns:d="DAV:"><d:response>'])(
    '%j is no answer',
    xml => {
      expect(() => read(xml)).toThrow(expect.objectContaining({ code: 'UNREACHABLE' }))
    },
  )
})
