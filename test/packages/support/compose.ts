/** The compose file, as Compose reads it. */
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { parseYaml, read } from './files.ts'

const Service = z.object({
  image: z.string(),
  profiles: z.array(z.string()).min(1),
  container_name: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
})
export type Service = z.infer<typeof Service>

const File = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.object({})),
  secrets: z.record(z.string(), z.object({}).catchall(z.string())),
})

/** The file with merged anchors; placeholders are as they are. */
export async function composeFile(): Promise<z.infer<typeof File>> {
  const [document] = await parseYaml(read('deploy/compose/compose.yaml'))
  return File.parse(document)
}

/** `example.env` with everything in it that is commented out, and a word for what is empty. */
export function filledExample(): Record<string, string> {
  const text = read('deploy/compose/example.env').replace(/^#(?=[A-Z_]+=)/gm, '')
  const settings: Record<string, string> = {}
  for (const [name, value] of Object.entries(parseEnv(text))) {
    settings[name] = value === '' || value === undefined ? 'secret' : value
  }
  return settings
}

/** `${NAME:-default}` replaced, the only form that the file uses. */
export function interpolated(text: string, variables: Record<string, string>): string {
  return text.replace(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, otherwise: string) => variables[name] || otherwise,
  )
}
