/** Changing properties (RFC 4918, section 9.2): all of them, or none. */
import { CodedError } from '../errors.ts'
import type { Session } from '../session.ts'
import { multistatus } from './multistatus.ts'
import { document, escapeXml, type Prefixed, resolved } from './xml.ts'

/**
 * Sets properties of one resource; one request.
 * @param properties texts by prefixed name, as in `oc:favorite`
 * @param subject the resource as a person names it
 * @throws CodedError `FORBIDDEN` where Nextcloud does not take one of them, as it then takes none
 */
export async function setProperties(
  session: Session,
  path: string,
  properties: Readonly<Record<Prefixed, string>>,
  subject: string,
): Promise<void> {
  const set = Object.entries(properties)
  const reply = await session.send({
    method: 'PROPPATCH',
    path,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: document(
      'd:propertyupdate',
      `<d:set><d:prop>${set.map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`).join('')}</d:prop></d:set>`,
    ),
    expect: [207],
    subject,
  })
  const [answer] = multistatus(reply)
  if (set.some(([name]) => !answer?.properties.has(resolved(name as Prefixed)))) {
    throw new CodedError('FORBIDDEN', 'Nextcloud did not accept the change', { subject })
  }
}
