// `syncline service …`: has systemd or launchd start the daemon when the user logs in.
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findDaemon } from '../daemon/home/daemon-lock.ts'
import { AGENT_LABEL, launchdAgent, systemdUnit, UNIT_NAME } from '../daemon/home/service-unit.ts'
import { SyncError } from '../model/errors.ts'
import { shown } from '../words/show.ts'
import type { HomeOption, ServiceAction } from './daemon-options.ts'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'
import { homeOf } from './stop.ts'

interface ServiceOptions extends HomeOption {
  readonly print?: boolean
}

interface Service {
  readonly file: string
  readonly text: string
  /** What makes the system take note of it, and forget it. */
  readonly enable: readonly (readonly string[])[]
  readonly disable: readonly (readonly string[])[]
}

export async function serviceCommand(
  action: ServiceAction,
  options: ServiceOptions,
  { out }: Streams,
): Promise<number> {
  const service = serviceOf(options.home)
  if (options.print) {
    out.write(action === 'install' ? `# ${service.file}\n${service.text}` : `${service.file}\n`)
    return EXIT.equal
  }
  switch (action) {
    case 'install':
      return install(service, out)
    case 'uninstall':
      return uninstall(service, out)
    case 'status':
      return tell(service, options, out)
  }
}

/** The program as it was started now, to start a daemon. Absolute. */
export function programArguments(home: string | undefined): readonly string[] {
  const program = resolve(process.argv[1] ?? fileURLToPath(import.meta.url))
  return [process.execPath, program, 'start', ...(home === undefined ? [] : ['--home', resolve(home)])]
}

async function install({ file, text, enable }: Service, out: Streams['out']): Promise<number> {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  for (const command of enable) await run(command, `${file} is written, but could not be enabled`)
  out.write(`Installed: ${shown(file)}. The daemon runs now, and whenever you log in.\n`)
  return EXIT.equal
}

async function uninstall({ file, disable }: Service, out: Streams['out']): Promise<number> {
  if (!isThere(file)) {
    out.write('It is not installed.\n')
    return EXIT.equal
  }
  // What is not loaded cannot be unloaded, and has to go all the same.
  for (const command of disable) await run(command, 'It could not be disabled').catch(() => {})
  rmSync(file, { force: true })
  out.write(`Removed: ${shown(file)}. Folders and settings stay as they are.\n`)
  return EXIT.equal
}

function tell({ file }: Service, { home }: ServiceOptions, out: Streams['out']): number {
  const daemon = findDaemon(homeOf(home))
  out.write(isThere(file) ? `Installed: ${shown(file)}.\n` : 'Not installed.\n')
  out.write(daemon === undefined ? 'No daemon runs.\n' : `A daemon runs: process ${daemon.pid}, ${daemon.urls[0]}/\n`)
  return isThere(file) ? EXIT.equal : EXIT.unsynced
}

function serviceOf(home: string | undefined): Service {
  const named = home ?? (process.env['SYNCLINE_HOME'] || undefined)
  const program = { command: programArguments(named), home: named }
  switch (process.platform) {
    case 'linux': {
      const config = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config')
      return {
        file: join(config, 'systemd', 'user', UNIT_NAME),
        text: systemdUnit(program),
        enable: [
          ['systemctl', '--user', 'daemon-reload'],
          ['systemctl', '--user', 'enable', '--now', UNIT_NAME],
        ],
        disable: [['systemctl', '--user', 'disable', '--now', UNIT_NAME]],
      }
    }
    case 'darwin': {
      const file = join(homedir(), 'Library', 'LaunchAgents', `${AGENT_LABEL}.plist`)
      const domain = `gui/${process.getuid?.() ?? 0}`
      return {
        file,
        text: launchdAgent(program),
        enable: [['launchctl', 'bootstrap', domain, file]],
        disable: [['launchctl', 'bootout', `${domain}/${AGENT_LABEL}`]],
      }
    }
    default:
      throw new SyncError('unsupported', 'On this system, have `syncline start` run at login by its own means.', {
        scope: 'folder',
      })
  }
}

async function run([command = '', ...args]: readonly string[], failed: string): Promise<void> {
  try {
    await promisify(execFile)(command, args)
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string }
    const why = stderr === undefined || stderr.trim() === '' ? String((error as Error).message) : stderr.trim()
    throw new SyncError('unsupported', `${failed}: ${why}`, { cause: error, scope: 'folder' })
  }
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined
}
