/** The command line: `run`, `demo`, `doctor`. Each command lives in a file of its own and loads when asked for. */
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
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!isOperatorsMatter(error)) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  }
}

/** A faulty configuration or a port that is taken: told in words, without a stack. */
function isOperatorsMatter(error: unknown): boolean {
  const { name, syscall } = error as { name?: unknown; syscall?: unknown }
  return name === 'ConfigError' || syscall === 'listen'
}

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
    .option(
      '--tools <names>',
      'offer only these tools, comma separated, * for any characters',
      collect,
    )
    .option('--exclude-tools <names>', 'do not offer these tools', collect)
  addNextcloudOptions(command).action(async options => {
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
  addNextcloudOptions(command).action(async options => {
    const { doctor } = await import('./commands/doctor.ts')
    await doctor(options)
  })
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
