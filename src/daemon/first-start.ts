// What a first start makes, so that there is something to use without any settings.
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Identity as DeviceIdentity, openIdentity as openDevice } from '../bep/identity.ts'
import type { ConfigFile } from './config/config.ts'
import type { HomeDirectory } from './home/home-directory.ts'
import { readText, replaceFile } from './home/private-file.ts'

export interface Identity {
  /** Who this daemon is in the mesh; it also signs the versions of what is changed here. */
  readonly device: DeviceIdentity
  /** Who has it may ask the API for everything. */
  readonly apiToken: string
}

/** Reads both, or makes them. */
export async function openIdentity({ state }: Pick<HomeDirectory, 'state'>): Promise<Identity> {
  return {
    device: await openDevice(state),
    apiToken: await kept(join(state, 'api-token'), /^[\w-]{32,}$/, () => randomBytes(32).toString('base64url')),
  }
}

async function kept(file: string, isWhole: RegExp, make: () => string): Promise<string> {
  const found = (await readText(file))?.trim()
  if (found !== undefined && isWhole.test(found)) return found
  const made = make()
  await replaceFile(file, `${made}\n`)
  return made
}

/** A folder `~/Syncline`, as the first one. */
export async function addFirstFolder(config: ConfigFile): Promise<void> {
  const path = join(homedir(), 'Syncline')
  mkdirSync(path, { recursive: true })
  await config.change(draft => draft.putFolder('Syncline', { path, label: 'Syncline' }))
}
