/** The command line. Each command lives in a file of its own and loads when asked for. */
import { Command, Option } from 'commander'
import { NAME, VERSION } from './version.ts'

/**
 * Runs the command that the arguments name; sets the process's exit code on failure.
 * @param args without the interpreter and the script
 */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command(NAME)
    .description(
      'MCP server for Nextcloud: lets AI assistants work in it, as the user and only as the user.',
    )
    .version(VERSION)
    .showHelpAfterError()
  addRun(program)
  addDemo(program)
  addDoctor(program)
  addClient(program)
  addKeygen(program)
  addAudit(program)
  addSync(program)
  addIndex(program)
  addDb(program)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!isOperatorsMatter(error)) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  }
}

/** What an operator can mend, or wait for: told in words, without a stack. */
function isOperatorsMatter(error: unknown): boolean {
  const { name, syscall } = error as { name?: unknown; syscall?: unknown }
  return OPERATORS_ERRORS.includes(String(name)) || syscall === 'listen'
}

const OPERATORS_ERRORS = [
  'ConfigError',
  'VaultError',
  'ProviderError',
  'IndexError',
  'EmbeddingError',
]

function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('serve MCP for a Nextcloud')
    .addOption(
      new Option('-t, --transport <transport>', 'how clients connect').choices([
        'streamable-http',
        'http',
        'stdio',
      ]),
    )
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('-p, --port <port>', 'port to listen on (default: 8000)')
    .option('-l, --log-level <level>', 'how much is logged: error, warning, info, debug')
    .option('-e, --enable-app <app>', 'offer only this app; repeatable', collect)
    .option('--mcp-server-url <url>', 'address under which clients reach this server')
    .option('--read-only', 'offer only tools that read')
    .option('--toolset <names>', 'offer sets of apps such as organizer or teamwork', collect)
    .option('--compact', 'list the essential tools; all others are found when needed')
    .option('--lockdown', 'offer no way out to those who can read what others wrote')
    .option(
      '--tools <names>',
      'offer only these tools, comma separated, * for any characters',
      collect,
    )
    .option('--exclude-tools <names>', 'do not offer these tools', collect)
  addProviderOptions(addNextcloudOptions(command)).action(async options => {
    const { run } = await import('./commands/run.ts')
    await run(options)
  })
}

function addDemo(program: Command): void {
  program
    .command('demo')
    .description('try it without a Nextcloud: serves MCP over one in memory with sample data')
    .option('-p, --port <port>', 'port to listen on', '8000')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--nextcloud-only', 'serve the Nextcloud alone, for trying any other client on it')
    .action(async options => {
      const { demo } = await import('./commands/demo.ts')
      await demo(options)
    })
}

function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('check address, certificate, login, apps and clock, and say what to do')
  addProviderOptions(addNextcloudOptions(command)).action(async options => {
    const { doctor } = await import('./commands/doctor.ts')
    await doctor(options)
  })
}

function addClient(program: Command): void {
  const parent = program
    .command('client')
    .description("this server's own registration at the identity provider")
  for (const [action, about] of [
    ['show', 'print it, without its secret'],
    ['delete', 'delete it at the provider and here; it is registered anew when it is needed'],
  ] as const) {
    const command = parent.command(action).description(about)
    addProviderOptions(addNextcloudOptions(command)).action(async options => {
      const { client } = await import('./commands/client.ts')
      await client(action, options)
    })
  }
}

function addKeygen(program: Command): void {
  program
    .command('keygen')
    .description('print a new key for TOKEN_ENCRYPTION_KEY')
    .action(async () => {
      const { keygen } = await import('./commands/keygen.ts')
      await keygen()
    })
}

function addAudit(program: Command): void {
  program
    .command('audit')
    .description('print the audit log, the newest lines first')
    .option('--config <file>', 'file with NAME=value lines; the environment wins over it')
    .option('--user <id>', 'only what concerns this user')
    .option('--since <when>', 'only from a date, a time, or an age such as 24h or 7d')
    .option('--limit <lines>', 'number of lines (default: 100)')
    .option('--json', 'as JSON')
    .action(async options => {
      const { audit } = await import('./commands/audit.ts')
      await audit(options)
    })
}

function addSync(program: Command): void {
  const command = program
    .command('sync')
    .description('bring the index of search by meaning up to date')
    .option('--watch', 'go on until asked to stop')
  addProviderOptions(addNextcloudOptions(command)).action(async options => {
    const { sync } = await import('./commands/sync.ts')
    await sync(options)
  })
}

function addIndex(program: Command): void {
  const parent = program.command('index').description('the index of search by meaning')
  for (const [action, about] of [
    ['status', 'tell what is in it, what is missing and why'],
    ['rebuild', 'have it built anew beside the one that is searched'],
    ['retry', 'have documents tried again that failed'],
    ['export', 'print documents and passages as lines of JSON'],
  ] as const) {
    const command = parent.command(action).description(about)
    if (action !== 'rebuild') command.option('--user <id>', 'only what is of this user')
    if (action === 'status') command.option('--json', 'as JSON')
    addProviderOptions(addNextcloudOptions(command)).action(async options => {
      const { searchIndex } = await import('./commands/search-index.ts')
      await searchIndex(action, options)
    })
  }
}

function addDb(program: Command): void {
  const parent = program
    .command('db')
    .description('the database of DATABASE_URL or TOKEN_STORAGE_DB')
  const add = (name: string, about: string) =>
    parent
      .command(name)
      .description(about)
      .option('--config <file>', 'file with NAME=value lines; the environment wins over it')
  for (const [action, about] of [
    ['status', 'print where it is, its schema and its rows; changes nothing'],
    ['check', 'try every encrypted value, and name the rows that no key opens; changes nothing'],
    ['migrate', 'bring its tables up to date, as every start of the server does'],
    ['reencrypt', 'encrypt everything with the first key, so that the others can be dropped'],
  ] as const) {
    add(action, about).action(async options => {
      const { db } = await import('./commands/db.ts')
      await db(action, options)
    })
  }
  add('copy', 'copy an SQLite file into an empty PostgreSQL database, all of it or nothing')
    .option('--from <file>', 'the file (default: TOKEN_STORAGE_DB)')
    .option('--to <url>', 'postgres://... (default, and better: DATABASE_URL)')
    .action(async options => {
      const { copy } = await import('./commands/db-copy.ts')
      await copy(options)
    })
}

function addProviderOptions(command: Command): Command {
  return command
    .option('--oauth', 'callers bring access tokens, whatever user is configured')
    .option('--no-oauth', 'they do not: act as the configured user')
    .option('--oauth-client-id <id>', "this server's client id at the identity provider")
    .option('--oauth-client-secret <secret>', 'its secret (better in the environment)')
    .option('--oauth-scopes <scopes>', 'scopes that clients are told to ask for')
    .option('--oauth-token-type <type>', "jwt or opaque, for Nextcloud's oidc app")
    .option('--public-issuer-url <url>', 'issuer as clients know it')
}

function addNextcloudOptions(command: Command): Command {
  return command
    .option('--config <file>', 'file with NAME=value lines; the environment wins over it')
    .option('--nextcloud-host <url>', 'address of the Nextcloud')
    .option('--nextcloud-username <name>', 'login name')
    .option('--nextcloud-password <password>', 'app password (better in the environment)')
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}
