import type { Reply } from '../http.ts'
import type { View } from '../shares/mounts.ts'
import type { StoredNode } from '../storage/tree.ts'
import { childOf, type XmlElement } from '../xml.ts'
import { bodyXml, type DavCall } from './call.ts'
import { DavError } from './errors.ts'
import { fileResource } from './file-properties.ts'
import { everythingIn, viewIn } from './locate.ts'
import { multistatus, ns } from './multistatus.ts'
import { describe, multistatusReply } from './propfind.ts'

/** Answers REPORT `oc:filter-files`: the files in a folder that are starred or have given tags. */
export function filterFiles(call: DavCall, folder: View): Reply {
  const body = bodyXml(call)
  if (body?.name !== `{${ns.oc}}filter-files`) throw unsupportedReport(body)
  const rules = childOf(body, `{${ns.oc}}filter-rules`)
  if (rules === undefined || rules.children.length === 0) {
    throw new DavError('BadRequest', 'Missing filter-rule block in request')
  }
  const tests = rules.children.map(rule => testOf(call, rule))
  const wanted = (childOf(body, `{${ns.d}}prop`)?.children ?? []).map(({ name }) => name)
  const responses = []
  for (const node of everythingIn(call, folder)) {
    if (!tests.every(test => test(node))) continue
    const found = viewIn(call, node)
    if (found !== undefined) responses.push(describe(fileResource(call, found), wanted))
  }
  return multistatusReply(multistatus(responses, { indented: true }))
}

/** The error for a report nobody answers. */
export function unsupportedReport(body: XmlElement | undefined): DavError {
  if (body === undefined) return new DavError('BadRequest', 'The REPORT body is missing')
  return new DavError('ReportNotSupported')
}

function testOf(call: DavCall, rule: XmlElement): (node: StoredNode) => boolean {
  const { tags } = call.instance.state
  switch (rule.name) {
    case `{${ns.oc}}favorite`: {
      const wanted = rule.text === '1' || rule.text === 'true'
      // Nextcloud can only look for what is starred; anything else is no rule.
      return node => !wanted || node.favorite
    }
    case `{${ns.oc}}systemtag`: {
      const id = Number(rule.text)
      const tag = tags.tags.get(id)
      if (tag === undefined || !(tag.visible || call.identity.account.admin)) {
        throw new DavError('PreconditionFailed', 'Cannot filter by non-existing tag')
      }
      return node => tags.assigned.get(node.id)?.has(id) ?? false
    }
  }
  throw new DavError('BadRequest', `Unknown filter rule ${rule.name}`)
}
