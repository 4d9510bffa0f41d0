// Who we are at the server. A password comes from a file or the environment; it is kept nowhere and shown nowhere.
import { closeSync, openSync, readSync } from 'node:fs'
import { SyncError } from '../model/errors.ts'
import { codeOf } from '../platform/tree.ts'
import type { RemoteAddress } from './remote-address.ts'

export interface Login {
  readonly user: string
  readonly password: string
}

export interface LoginOptions {
  readonly user?: string
  readonly passwordFile?: string
}

export const PASSWORD_VARIABLE = 'SYNCLINE_PASSWORD'
const MAX_PASSWORD_BYTES = 64 * 1024

/** The password that the environment holds, which nothing started from here inherits. */
export function takePassword(environment: NodeJS.ProcessEnv): string | undefined {
  const password = environment[PASSWORD_VARIABLE]
  delete environment[PASSWORD_VARIABLE]
  return password
}

/** Throws `usage` when a user is named without a password, or a password without a user. */
export function loginFor(
  address: RemoteAddress,
  options: LoginOptions,
  fromEnvironment: string | undefined,
): Login | undefined {
  if (address.kind === 'directory') return undefined
  const user = options.user ?? address.user
  const password =
    options.passwordFile === undefined ? (address.password ?? fromEnvironment) : readPassword(options.passwordFile)
  if (user === undefined && password === undefined) return undefined
  if (user === undefined) throw new SyncError('usage', 'There is a password, but no user: add --user NAME.')
  if (password === undefined)
    throw new SyncError(
      'usage',
      `There is no password for ${user}: put it into a file and add --password-file FILE, or set ${PASSWORD_VARIABLE}.`,
    )
  return { user, password }
}

/** The password from a file or the environment. Throws `usage` when there is none. */
export function passwordFrom(
  { passwordFile }: Pick<LoginOptions, 'passwordFile'>,
  fromEnvironment: string | undefined,
): string {
  const password = passwordFile === undefined ? fromEnvironment : readPassword(passwordFile)
  if (password !== undefined) return password
  throw new SyncError(
    'usage',
    `There is no password: put it into a file and add --password-file FILE, or set ${PASSWORD_VARIABLE}.`,
  )
}

/** The first line. A pipe will do, so that a password manager can be asked: `--password-file <(pass show cloud)`. */
function readPassword(file: string): string {
  const bytes = Buffer.alloc(MAX_PASSWORD_BYTES)
  try {
    const descriptor = openSync(file, 'r')
    try {
      let size = 0
      for (;;) {
        const read = readSync(descriptor, bytes, size, bytes.length - size, null)
        size += read
        if (read === 0 || size === bytes.length) break
      }
      const [line = ''] = bytes.toString('utf8', 0, size).split(/\r?\n/)
      if (line === '') throw new SyncError('usage', `The password file '${file}' is empty.`)
      return line
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (error instanceof SyncError) throw error
    throw new SyncError('usage', `The password file '${file}' cannot be read (${codeOf(error) ?? String(error)}).`, {
      cause: error,
    })
  }
}
