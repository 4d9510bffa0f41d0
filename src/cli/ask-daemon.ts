// How commands find the daemon, and the folder that is meant.
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { apiClient, type ServiceClient } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { Folder } from '../api/shapes/folders.ts'
import type { Remote } from '../api/shapes/remotes.ts'
import { findDaemon } from '../daemon/home/daemon-lock.ts'
import { findHome, type HomeDirectory } from '../daemon/home/home-directory.ts'
import { SyncError } from '../model/errors.ts'
import { codeOf } from '../platform/tree.ts'
import { shown } from '../words/show.ts'

export interface DaemonOptions {
  readonly home?: string
  readonly json?: boolean
}

/** Throws `not-running` when no daemon was ever started in this home; whether one runs now, the first question tells. */
export function daemonClient({ home: named }: DaemonOptions): ServiceClient {
  const home = findHome({ home: named, environment: process.env, platform: process.platform })
  return apiClient({ at: addressOf(home), token: tokenOf(home) })
}

/** The daemon's folder that `text` names: by its directory, or by its id. Throws `not-found`. */
export async function folderNamed(client: ServiceClient, text: string): Promise<Folder> {
  const folders = await client.folders.list()
  const found = folderIn(folders, text)
  if (found !== undefined) return found
  const known = folders.length === 0 ? 'It has none.' : `It has: ${folders.map(({ id }) => id).join(', ')}.`
  throw new ApiError('not-found', `The daemon has no folder '${text}'. ${known}`)
}

/** The daemon that has this folder now, if one runs and does: whoever needs no daemon asks this. */
export async function daemonOf(
  text: string,
  options: DaemonOptions,
): Promise<{ readonly client: ServiceClient; readonly folder: Folder } | undefined> {
  try {
    const client = daemonClient(options)
    const folder = folderIn(await client.folders.list(), text)
    return folder === undefined ? undefined : { client, folder }
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not-running') return undefined
    throw error
  }
}

/** The remote that `text` names, by its id or its address; the only one where nothing is named. Throws `not-found`. */
export function remoteNamed({ id, remotes }: Folder, text: string | undefined): Remote {
  const [first, ...others] = remotes
  if (text === undefined) {
    if (first !== undefined && others.length === 0) return first
    const say = first === undefined ? 'has no remote.' : 'has more than one remote: name one.'
    throw new ApiError('not-found', `The folder '${id}' ${say}`)
  }
  const found =
    remotes.find(remote => remote.id === text) ?? remotes.find(remote => isSameAddress(remote.address, text))
  if (found !== undefined) return found
  const known = remotes.map(remote => `${remote.id} (${shown(remote.address)})`).join(', ')
  throw new ApiError('not-found', `The folder '${id}' has no remote '${text}'. It has: ${known || 'none'}.`)
}

function isSameAddress(address: string, text: string): boolean {
  const plain = (url: string) => url.replace(/\/+$/, '')
  return plain(address) === plain(text) || plain(address) === resolve(text)
}

/** A directory that is there is meant before an id of the same spelling. */
function folderIn(folders: readonly Folder[], text: string): Folder | undefined {
  const path = realPath(text)
  return folders.find(folder => realPath(folder.path) === path) ?? folders.find(folder => folder.id === text)
}

function realPath(text: string): string {
  try {
    return realpathSync(resolve(text))
  } catch {
    // Not there now, as on a disk that is not connected: it is still named by where it would be.
    return resolve(text)
  }
}

function addressOf(home: HomeDirectory): Parameters<typeof apiClient>[0]['at'] {
  const { socket } = home.files
  if (statSync(socket, { throwIfNoEntry: false }) !== undefined) return { socketPath: socket }
  // Where its path would be too long for the system there is no socket.
  const url = findDaemon(home)?.urls.find(each => each.startsWith('http://'))
  if (url === undefined) throw notRunning(home)
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }
}

function tokenOf(home: HomeDirectory): string {
  const file = join(home.state, 'api-token')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') throw notRunning(home)
    throw new SyncError(
      'usage',
      `The token of the daemon, ${file}, cannot be read (${codeOf(cause) ?? String(cause)}).`,
      {
        cause,
      },
    )
  }
}

function notRunning({ state }: HomeDirectory): ApiError {
  return new ApiError(
    'not-running',
    `No daemon runs with the home ${state}. \`syncline start\` starts one; --home DIR names another home.`,
  )
}
