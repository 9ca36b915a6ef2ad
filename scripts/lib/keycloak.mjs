import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './cache.mjs'
import { run, TaskFailed, tool } from './run.mjs'

const VERSION = '26.7.3'

/** The oldest Java that this Keycloak runs on. */
const JAVA = 17

const UNPACK = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack'

/** What is compiled into a Keycloak: an in-memory database, and a health check to wait for. */
const OPTIONS = ['--db=dev-mem', '--health-enabled=true']

/**
 * The Keycloaks that the tests run against. The legacy token exchange is the one that impersonates
 * users; without the first version of the fine-grained permissions nobody may name an audience.
 */
const VARIANTS = {
  standard: [],
  legacy: ['--features=token-exchange,admin-fine-grained-authz:v1'],
}

/** Runs the tests against a real Keycloak; the arguments go to vitest. */
export async function testKeycloak(args) {
  process.env.KEYCLOAK_TEST_BROWSER ??= findBrowser()
  requireProgram('java', ['-version'], `Java ${JAVA} or newer (Debian: openjdk-17-jre-headless)`)
  for (const variant of Object.keys(VARIANTS)) {
    process.env[`KEYCLOAK_TEST_${variant.toUpperCase()}`] = await cachedKeycloak(variant)
  }
  return tool('vitest', 'vitest', ['run', '--config', 'test/keycloak/vitest.config.ts', ...args])
}

/**
 * The folder of a Keycloak that is ready to start with `--optimized`. Fetched from Maven Central
 * and built on first use: half a minute and 190 MB each.
 */
async function cachedKeycloak(variant) {
  const place = join(cacheFolder, `keycloak-${VERSION}-${variant}`)
  if (existsSync(place)) return place

  requireProgram('mvn', ['--version'], 'Maven (Debian: maven)')
  process.stderr.write(`Fetching Keycloak ${VERSION} (${variant}) into ${place} (once)\n`)
  await mkdir(cacheFolder, { recursive: true })
  const draft = await mkdtemp(`${place}.tmp-`)
  try {
    const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`
    // Where Maven notes what it has unpacked, so that it would not do so again.
    const notes = join(draft, 'markers')
    const places = [`-DoutputDirectory=${draft}`, `-Dmdep.unpack.markersDirectory=${notes}`]
    await quietly('mvn', ['-B', '-q', UNPACK, `-Dartifact=${artifact}`, ...places], draft)
    const home = join(draft, `keycloak-${VERSION}`)
    await quietly(join(home, 'bin', 'kc.sh'), ['build', ...OPTIONS, ...VARIANTS[variant]])
    // Only what is complete gets the name; of two runs that race the second finds it taken.
    await rename(home, place).catch(error => {
      if (!existsSync(place)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return place
}

async function quietly(command, args, cwd) {
  const exitCode = await run(command, args, { output: 'quiet', ...(cwd && { cwd }) })
  if (exitCode !== 0) throw new TaskFailed(exitCode, `${command} failed.`)
}

function requireProgram(name, args, needed) {
  if (spawnSync(name, args).status !== 0) {
    throw new TaskFailed(1, `test:keycloak needs ${needed}; ${name} was not found.`)
  }
}

function findBrowser() {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const found = names.map(name => `/usr/bin/${name}`).find(path => existsSync(path))
  if (found === undefined) {
    throw new TaskFailed(
      1,
      'test:keycloak needs Chromium (Debian: apt-get install chromium), or its path in KEYCLOAK_TEST_BROWSER.',
    )
  }
  return found
}
