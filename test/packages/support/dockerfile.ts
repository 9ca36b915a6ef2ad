/** The Dockerfile, as far as what is built from it says how it runs. */
import { z } from 'zod'
import { read } from './files.ts'

const text = read('Dockerfile')
const Words = z.array(z.string()).min(1)

/** What an instruction of the form `NAME value` says. @throws where there is none */
export function instruction(name: string): string {
  const [, value] = new RegExp(`^${name} (.*)$`, 'm').exec(text) ?? []
  if (value === undefined) throw new Error(`no ${name} in the Dockerfile`)
  return value
}

/** The words of an instruction in its list form. */
export function words(name: string): string[] {
  return Words.parse(JSON.parse(instruction(name)))
}

/** The words of the health check. */
export function healthCheck(): string[] {
  const [, list = ''] = /^HEALTHCHECK .*\\\n +CMD (.*)$/m.exec(text) ?? []
  return Words.parse(JSON.parse(list))
}

/** The image's environment. */
export function imageEnvironment(): Record<string, string> {
  const [, block = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(text) ?? []
  const pairs = [...block.matchAll(/(\w+)=(\S+)/g)]
  return Object.fromEntries(pairs.map(([, name, value]) => [name, value]))
}
