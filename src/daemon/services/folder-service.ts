// Folders: set up, told about, paused, looked at.
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { ApiError } from '../../api/errors.ts'
import type { FolderService } from '../../api/service.ts'
import type { Folder } from '../../api/shapes/folders.ts'
import type { Remote } from '../../api/shapes/remotes.ts'
import { SyncError } from '../../model/errors.ts'
import { codeOf } from '../../platform/tree.ts'
import type { FolderChange as ConfigChange, FolderConfig, RemoteConfig } from '../config/config.ts'
import { MESH_REMOTE } from '../config/read-config.ts'
import { folderConfigOf, loopOf, remoteLoopOf, type ServiceParts, sessionOf } from './service-parts.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export function folderService(parts: ServiceParts): FolderService {
  const { config, history, apply } = parts
  const told = (folder: string, what: 'added' | 'changed' | 'removed') => history.add({ type: 'folder', folder, what })
  const change = async (id: string, edit: ConfigChange) => {
    folderConfigOf(parts, id)
    await config.change(draft => draft.putFolder(id, edit))
    await apply()
    told(id, 'changed')
    return shownFolder(folderConfigOf(parts, id), parts)
  }
  return {
    list: async () => config.current.folders.map(folder => shownFolder(folder, parts)),
    get: async id => shownFolder(folderConfigOf(parts, id), parts),
    status: async id => loopOf(parts, id).status(),
    add: async draft => {
      const path = checkedPath(draft.path, config.current.folders)
      const id = draft.id ?? freeId(basename(path), config.current.folders)
      if (config.current.folders.some(folder => folder.id.toLowerCase() === id.toLowerCase()))
        throw new ApiError('exists', `There is a folder '${id}' already.`)
      makeDirectory(path)
      const label = draft.label === undefined ? {} : { label: draft.label }
      await config.change(edit => edit.putFolder(id, { path, ...label }))
      await apply()
      told(id, 'added')
      return shownFolder(folderConfigOf(parts, id), parts)
    },
    change: (id, { label, watch, rescanSeconds, trashDays, type, permissions }) =>
      change(id, {
        ...(type === undefined ? {} : { type }),
        ...(permissions === undefined ? {} : { permissions }),
        ...(label === undefined ? {} : { label }),
        ...(watch === undefined ? {} : { watch }),
        ...(rescanSeconds === undefined ? {} : { rescanMs: rescanSeconds * 1000 }),
        ...(trashDays === undefined ? {} : { trash: trashOf(trashDays, folderConfigOf(parts, id)) }),
      }),
    remove: async id => {
      folderConfigOf(parts, id)
      await config.change(draft => draft.removeFolder(id))
      await parts.secrets.removeFolder(id)
      parts.accounts.grants.removeFolder(id)
      await apply()
      parts.known.forget(id)
      told(id, 'removed')
    },
    override: id => settle(parts, id, 'override'),
    revert: id => settle(parts, id, 'revert'),
    pause: async id => void (await change(id, { isPaused: true })),
    resume: async id => void (await change(id, { isPaused: false })),
    scan: async (id, place, trust) => {
      const loop = loopOf(parts, id)
      // One that is gone is looked for again.
      if (loop.session === undefined && loop.condition.state !== 'paused') loop.reopen()
      else await sessionOf(parts, id).scan(place, trust)
    },
  }
}

const SETTLES = { override: 'send-only', revert: 'receive-only' } as const
const WHY_NOT = {
  override: 'it takes what other devices change, and need not be made right',
  revert: 'what is changed in it is told to all devices',
}

async function settle(parts: ServiceParts, id: string, what: 'override' | 'revert'): Promise<{ paths: number }> {
  const { type, devices } = folderConfigOf(parts, id)
  if (type !== SETTLES[what])
    throw new ApiError('wrong-state', `The folder '${id}' is not ${SETTLES[what]}: ${WHY_NOT[what]}.`)
  if (devices.length === 0) throw new ApiError('wrong-state', `The folder '${id}' is shared with no device.`)
  const paths = await remoteLoopOf(parts, id, MESH_REMOTE).settle(what, new AbortController().signal)
  return { paths: paths ?? 0 }
}

export function shownFolder(folder: FolderConfig, parts: Pick<ServiceParts, 'loops'>): Folder {
  const { id, label, path, isPaused, watch, rescanMs, trash } = folder
  return {
    id,
    label,
    path,
    isPaused,
    watch,
    rescanSeconds: Math.round(rescanMs / 1000),
    trashDays: trash.keepMs === 'for-ever' ? 'for-ever' : trash.keepMs / DAY_MS,
    remotes: folder.remotes.map(remote => shownRemote(folder.id, remote, parts)),
    devices: folder.devices,
    meshId: folder.meshId,
    type: folder.type,
    permissions: folder.permissions,
  }
}

export function shownRemote(folder: string, remote: RemoteConfig, { loops }: Pick<ServiceParts, 'loops'>): Remote {
  const { id, label, url, user, trustCert, isPaused, pollMs } = remote
  const loop = loops()
    .find(each => each.id === folder)
    ?.session?.remote(id)
  const kind = loop?.kind
  return {
    id,
    address: url,
    label,
    isPaused,
    pollSeconds: (pollMs === 'auto' ? (loop?.pollingMs ?? 0) : pollMs) / 1000,
    ...(user === undefined ? {} : { user }),
    ...(kind === undefined ? {} : { kind }),
    ...(trustCert === undefined ? {} : { trustCert }),
  }
}

function trashOf(days: number | 'for-ever', { trash }: FolderConfig): FolderConfig['trash'] {
  return { ...trash, keepMs: days === 'for-ever' ? days : days * DAY_MS }
}

/** With links resolved. Throws `invalid`, or `exists` when it overlaps a folder that is there. */
function checkedPath(text: string, folders: readonly FolderConfig[]): string {
  if (!isAbsolute(text)) throw new ApiError('invalid', `'${text}' is not an absolute path.`)
  const path = real(resolve(text))
  for (const folder of folders) {
    const other = real(folder.path)
    if (path === other) throw new ApiError('exists', `'${path}' is the folder '${folder.id}' already.`)
    if (isIn(path, other)) throw new ApiError('exists', `'${path}' is in the folder '${folder.id}' ('${other}').`)
    if (isIn(other, path)) throw new ApiError('exists', `'${path}' holds the folder '${folder.id}' ('${other}').`)
  }
  return path
}

/** Of what is not there, that of its parent. */
function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // It is made, or told, by whoever opens it.
    return path === dirname(path) ? path : join(real(dirname(path)), basename(path))
  }
}

function isIn(inner: string, outer: string): boolean {
  return inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`)
}

const WHY_NOT_MADE: Readonly<Record<string, string>> = {
  ENOENT: 'the directory it would be in is not there',
  EEXIST: 'something that is no directory is there',
  ENOTDIR: 'what it would be in is no directory',
  EACCES: 'you may not write there',
  EROFS: 'its disk can only be read',
  ENOSPC: 'its disk is full',
}

function makeDirectory(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    mkdirSync(path)
  } catch (error) {
    const why = WHY_NOT_MADE[codeOf(error) ?? ''] ?? codeOf(error) ?? String(error)
    throw new SyncError('usage', `'${path}' cannot be made: ${why}.`, { cause: error })
  }
}

/** Made from a name: letters, digits, '.', '_' and '-' only, and not taken. */
export function freeId(name: string, taken: readonly { readonly id: string }[]): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 48)
  const base = plain === '' ? 'folder' : plain
  const isTaken = (id: string) => taken.some(each => each.id.toLowerCase() === id.toLowerCase())
  if (!isTaken(base)) return base
  for (let n = 2; ; n += 1) if (!isTaken(`${base}-${n}`)) return `${base}-${n}`
}
