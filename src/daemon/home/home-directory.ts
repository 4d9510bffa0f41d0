// Where the daemon keeps what is its own: settings, secrets, accounts, logs.
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { SyncError } from '../../model/errors.ts'
import { codeOf } from '../../platform/tree.ts'

/** Absolute paths. `state` is what no person edits; both are one where the user named the home. */
export interface HomeDirectory {
  readonly settings: string
  readonly state: string
  readonly files: HomeFiles
}

export interface HomeFiles {
  readonly config: string
  readonly secrets: string
  readonly accounts: string
  readonly certificate: string
  readonly certificateKey: string
  readonly log: string
  /** Of the command line; in the state directory, so that a long home does not make it too long for the system. */
  readonly socket: string
}

export interface HomeRequest {
  /** `--home DIR`. */
  readonly home?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly userHome?: string
}

/** Decides; makes nothing. `--home`, then SYNCLINE_HOME, then the platform's own places. */
export function findHome({ home, environment, platform, userHome = homedir() }: HomeRequest): HomeDirectory {
  const named = home ?? (environment['SYNCLINE_HOME'] || undefined)
  if (named === '') throw new SyncError('usage', 'The home directory is empty: name one after --home.')
  if (named !== undefined) return at(resolve(named), resolve(named))
  const inHome = (...names: string[]) => join(userHome, ...names)
  switch (platform) {
    case 'darwin':
      return at(inHome('Library/Application Support/Syncline'), inHome('Library/Application Support/Syncline'))
    case 'win32': {
      const local = environment['LOCALAPPDATA'] || inHome('AppData', 'Local')
      const roaming = environment['APPDATA'] || inHome('AppData', 'Roaming')
      return at(join(roaming, 'Syncline'), join(local, 'Syncline'))
    }
    default: {
      const settings = xdg(environment['XDG_CONFIG_HOME']) ?? inHome('.config')
      const state = xdg(environment['XDG_STATE_HOME']) ?? inHome('.local/state')
      return at(join(settings, 'syncline'), join(state, 'syncline'))
    }
  }
}

/**
 * Both directories, for their user only (0700), so that nobody else gets to what is in them. The mask of the process stays as it is: it
 * also decides who may read the files that are synced.
 */
export function makeHome(home: HomeDirectory): void {
  for (const directory of new Set([home.settings, home.state])) makePrivate(directory)
}

/** A relative path there is to be ignored (XDG Base Directory Specification). */
const xdg = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined

function at(settings: string, state: string): HomeDirectory {
  return {
    settings,
    state,
    files: {
      config: join(settings, 'config.yaml'),
      secrets: join(settings, 'secrets.json'),
      accounts: join(state, 'accounts.db'),
      certificate: join(state, 'certificate.pem'),
      certificateKey: join(state, 'certificate-key.pem'),
      log: join(state, 'syncline.log'),
      socket: join(state, 'api.sock'),
    },
  }
}

function makePrivate(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const stat = statSync(directory)
    if (!stat.isDirectory()) throw notUsable(directory, 'is not a directory')
    if (process.platform === 'win32') return
    if (stat.uid !== process.getuid?.()) throw notUsable(directory, 'belongs to another user')
    if ((stat.mode & 0o077) !== 0) chmodSync(directory, 0o700)
  } catch (error) {
    if (error instanceof SyncError) throw error
    throw notUsable(directory, `cannot be used (${codeOf(error) ?? String(error)})`, error)
  }
}

function notUsable(directory: string, what: string, cause?: unknown): SyncError {
  return new SyncError('folder-unusable', `The home directory ${directory} ${what}. Name another one by --home.`, {
    cause,
  })
}
