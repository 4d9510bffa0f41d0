// The secret that proves to the API who runs the daemon: in a file of the home that nobody else can read.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SyncError } from '../model/errors.ts'
import type { HomeDirectory } from './home-directory.ts'
import { readText, replaceFile } from './private-file.ts'

export function apiTokenFile({ state }: HomeDirectory): string {
  return join(state, 'api-token')
}

/** The token, made at the first start. Throws `usage` when the file holds something else. */
export async function ensureApiToken(home: HomeDirectory): Promise<string> {
  const known = await readApiToken(home)
  if (known !== undefined) return known
  await replaceFile(apiTokenFile(home), `${randomBytes(32).toString('base64url')}\n`)
  const made = await readApiToken(home)
  if (made === undefined) throw new SyncError('io', `The file ${apiTokenFile(home)} could not be made.`)
  return made
}

/** Undefined where no daemon was started yet. */
export async function readApiToken(home: HomeDirectory): Promise<string | undefined> {
  const text = (await readText(apiTokenFile(home)))?.trim()
  if (text === undefined) return undefined
  if (/^[\w-]{43,128}$/.test(text)) return text
  throw new SyncError(
    'usage',
    `The file ${apiTokenFile(home)} holds no token. Stop the daemon and delete it: a new one is made at the next start.`,
  )
}
