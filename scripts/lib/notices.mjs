import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TaskFailed } from './run.mjs'

/** Licences that may become part of a program under the AGPL. */
const COMPATIBLE =
  /^(MIT|MIT-0|ISC|BSD-[23]-Clause|0BSD|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|Zlib)$/

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i

/**
 * Writes who has written what is bundled, and under which licences, which these demand.
 * @param modules paths of the bundled files
 */
export async function writeNotices(file, modules) {
  const folders = [...new Set(modules.map(packageFolder).filter(Boolean))]
  const notices = await Promise.all(folders.map(noticeOf))
  // The same version can lie in two places.
  await writeFile(file, [...new Set(notices)].toSorted().join(`\n${'-'.repeat(78)}\n\n`))
}

/** The innermost package that a file belongs to. */
function packageFolder(path) {
  return /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(path.replaceAll('\\', '/'))?.[0]
}

async function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  // "(MIT OR GPL-3.0-or-later)": ours to choose; "(MIT AND Zlib)": both.
  const offered = String(license).replace(/[()]/g, '').split(' OR ')
  const chosen = offered.find(terms => terms.split(' AND ').every(id => COMPATIBLE.test(id)))
  if (chosen === undefined) {
    throw new TaskFailed(1, `${name} ${version} is under ${license}, which nobody has looked at.`)
  }
  const texts = (await readdir(folder)).filter(entry => LICENCE_FILE.test(entry)).toSorted()
  const said = await Promise.all(texts.map(text => readFile(join(folder, text), 'utf8')))
  const by = typeof author === 'object' ? author.name : author
  const heading = [`${name} ${version}`, chosen, by && `by ${by}`].filter(Boolean).join(', ')
  return `${[heading, ...said.map(text => text.trim())].join('\n\n')}\n`
}
