// Remotes of folders: tried, set up, told about, paused, run.
import { ApiError } from '../../api/errors.ts'
import type { RemoteService } from '../../api/service.ts'
import type { PlanPreview } from '../../api/shapes/plans.ts'
import type { Remote, RemoteDraft, RemoteFound } from '../../api/shapes/remotes.ts'
import { forgetRemote } from '../../assemble/forget-remote.ts'
import type { Login } from '../../assemble/login.ts'
import { realPlace } from '../../assemble/open-directory.ts'
import { openKnownFolder } from '../../assemble/open-folder.ts'
import { openRemote } from '../../assemble/open-remote.ts'
import type { OpenedRemote } from '../../assemble/opened-remote.ts'
import { parseRemote } from '../../assemble/remote-address.ts'
import { openIndex } from '../../index/sqlite-index.ts'
import { SyncError } from '../../model/errors.ts'
import { ROOT } from '../../model/path.ts'
import type { DeviceId } from '../../model/version.ts'
import { explainBrake } from '../../plan/brakes.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Unsynced } from '../../sync/summary.ts'
import { effectsOf, heldObject, stepObject } from '../../words/plan-objects.ts'
import { counted } from '../../words/show.ts'
import type { RemoteChange as ConfigChange, RemoteConfig } from '../config/config.ts'
import { MESH_REMOTE } from '../config/read-config.ts'
import { freeId, shownRemote } from './folder-service.ts'
import type { RemoteLogins } from './remote-logins.ts'
import { folderConfigOf, remoteConfigOf, remoteLoopOf, type ServiceParts, sessionOf } from './service-parts.ts'

export function remoteService(parts: ServiceParts, logins: RemoteLogins): RemoteService {
  const { config, history, apply, secrets } = parts
  const told = (folder: string, remote: string, what: 'added' | 'changed' | 'removed') =>
    history.add({ type: 'remote', folder, remote, what })
  const shown = (folder: string, id: string): Remote => shownRemote(folder, remoteConfigOf(parts, folder, id), parts)
  const change = async (folder: string, id: string, edit: ConfigChange) => {
    remoteConfigOf(parts, folder, id)
    await config.change(draft => draft.putRemote(folder, id, edit))
    await apply()
    told(folder, id, 'changed')
    return shown(folder, id)
  }
  return {
    list: async folder => folderConfigOf(parts, folder).remotes.map(remote => shownRemote(folder, remote, parts)),
    get: async (folder, id) => shown(folder, id),
    test: async (folder, draft, signal) => tryRemote(parts, folder, logins.filled(draft), signal),
    add: async (folder, wanted, signal) => {
      const draft = logins.filled(wanted)
      const { remotes } = folderConfigOf(parts, folder)
      const id = draft.id ?? freeId(nameOf(draft.address), remotes)
      if (remotes.some(remote => remote.id.toLowerCase() === id.toLowerCase()))
        throw new ApiError('exists', `The folder '${folder}' has a remote '${id}' already.`)
      checkNew(folder, draft, remotes)
      const found = await tryRemote(parts, folder, draft, signal)
      // Before the settings: a remote that begins without its password would be refused.
      if (draft.password !== undefined) await secrets.setPassword({ folder, remote: id }, draft.password)
      const { user, trustCert } = draft
      const url = addressOf(draft)
      const rest = { ...(user === undefined ? {} : { user }), ...(trustCert === undefined ? {} : { trustCert }) }
      await config.change(edit => edit.putRemote(folder, id, { url, ...rest }))
      await apply()
      await logins.end(wanted.login)
      told(folder, id, 'added')
      return { remote: shown(folder, id), found }
    },
    change: async (folder, id, { user, password, trustCert, pollSeconds }) => {
      remoteConfigOf(parts, folder, id)
      if (password !== undefined) await secrets.setPassword({ folder, remote: id }, password)
      const changed = await change(folder, id, {
        ...(user === undefined ? {} : { user }),
        ...(trustCert === undefined ? {} : { trustCert }),
        ...(pollSeconds === undefined ? {} : { pollMs: pollSeconds * 1000 }),
      })
      // With another password it is worth trying at once.
      if (password !== undefined)
        parts
          .loops()
          .find(loop => loop.id === folder)
          ?.session?.remote(id)
          ?.press()
      return changed
    },
    remove: async (folder, id) => {
      const remote = remoteConfigOf(parts, folder, id)
      await config.change(draft => draft.removeRemote(folder, id))
      await secrets.remove({ folder, remote: id })
      await apply()
      await forget(parts, folder, remote).catch(error => {
        // An address that is none was never met, and a folder that cannot be opened now cannot forget.
        if (!(error instanceof SyncError) || !['usage', 'folder-unusable', 'folder-locked'].includes(error.code))
          throw error
      })
      told(folder, id, 'removed')
    },
    pause: async (folder, id) => void (await change(folder, id, { isPaused: true })),
    resume: async (folder, id) => void (await change(folder, id, { isPaused: false })),
    sync: async (folder, id) => {
      if (id !== MESH_REMOTE) remoteConfigOf(parts, folder, id)
      const session = sessionOf(parts, folder)
      await session.scan(ROOT, 'metadata')
      const loop = remoteLoopOf(parts, folder, id)
      loop.pair?.tryAgain()
      loop.press()
    },
    preview: async (folder, id, limit, signal) => {
      if (id !== MESH_REMOTE) remoteConfigOf(parts, folder, id)
      const { pair } = await remoteLoopOf(parts, folder, id).forLooking(signal)
      return previewOf({ folder, remote: id, limit }, await pair.preview(signal))
    },
  }
}

/** The same place twice would be two that do the same work, and hinder each other. */
function checkNew(folder: string, draft: RemoteDraft, remotes: readonly RemoteConfig[]): void {
  const place = placeOf(draft.address, draft.user)
  const same = remotes.find(({ url, user }) => placeOf(url, user) === place)
  if (same !== undefined)
    throw new ApiError(
      'exists',
      `The folder '${folder}' is kept equal with that already: it is its remote '${same.id}'.`,
    )
}

/** Where an address leads, in one spelling; of what is none, the text. */
function placeOf(text: string, user: string | undefined): string {
  try {
    const address = parseRemote(text)
    if (address.kind === 'directory') return realPlace(address.path)
    return `${user ?? address.user ?? ''} ${address.url.href.replace(/\/*$/, '/')}`
  } catch (error) {
    if (error instanceof SyncError) return text
    throw error
  }
}

/** What a folder knows of a remote that was removed. A folder whose disk is away keeps it. */
async function forget(parts: ServiceParts, id: string, { url, user }: RemoteConfig): Promise<void> {
  const session = parts.loops().find(loop => loop.id === id)?.session
  if (session !== undefined) return void forgetRemote(session.local.files.index, parseRemote(url), user)
  const files = await openKnownFolder(folderConfigOf(parts, id).path, 'write')
  try {
    forgetRemote(files.index, parseRemote(url), user)
  } finally {
    await files.close()
  }
}

function previewOf(
  { folder, remote, limit }: { readonly folder: string; readonly remote: string; readonly limit: number },
  { plan, unsynced }: { readonly plan: Plan; readonly unsynced: readonly Unsynced[] },
): PlanPreview {
  const steps = effectsOf(plan)
  return {
    folder,
    remote,
    stepCount: steps.length,
    steps: steps.slice(0, limit).map(step => {
      const { below, ...shown } = stepObject(step)
      return { ...shown, ...(below === undefined ? {} : { below: below.length }) } as PlanPreview['steps'][number]
    }),
    heldCount: plan.held.length,
    held: plan.held.slice(0, limit).map(heldObject),
    unsynced: unsynced.slice(0, limit),
    ...(plan.brake === undefined ? {} : { brake: brakeOf(plan.brake) }),
    sentence:
      steps.length === 0 ? 'There is nothing to do.' : `${counted(steps.length, 'step')} to do. Nothing was changed.`,
  }
}

function brakeOf(brake: NonNullable<Plan['brake']>): NonNullable<PlanPreview['brake']> {
  const { because, on, count, of } = brake
  return {
    because,
    on: on === 'local' ? 'here' : 'there',
    count,
    of,
    sentence: explainBrake(brake),
    isApproved: false,
  }
}

/** Makes contact and leaves nothing behind. */
async function tryRemote(
  parts: ServiceParts,
  folder: string,
  draft: RemoteDraft,
  signal: AbortSignal,
): Promise<RemoteFound> {
  const { path } = folderConfigOf(parts, folder)
  const { world } = parts
  const index = openIndex(':memory:', { device: 1n as DeviceId, now: world.clock.now })
  try {
    const address = parseRemote(addressOf(draft))
    const remote = await openRemote(
      address,
      {
        root: path,
        index,
        world,
        access: 'look',
        trash: 'none',
        login: loginOf(draft),
        trustCert: draft.trustCert,
      },
      signal,
    )
    try {
      return await found(remote, world.clock.now(), signal)
    } finally {
      await remote.close()
    }
  } finally {
    index.close()
  }
}

/** Throws `invalid` for one that holds a password: it would end in the configuration and in logs. */
function addressOf({ address }: RemoteDraft): string {
  const parsed = parseRemote(address)
  if (parsed.kind === 'directory') return parsed.path
  if (parsed.password !== undefined)
    throw new ApiError('invalid', 'The address holds a password. Give it apart from the address.')
  return parsed.url.href
}

function loginOf({ address, user, password }: RemoteDraft): Login | undefined {
  const parsed = parseRemote(address)
  const name = user ?? (parsed.kind === 'server' ? parsed.user : undefined)
  if (parsed.kind === 'directory' || (name === undefined && password === undefined)) return undefined
  if (name === undefined) throw new SyncError('usage', 'There is a password, but no user.')
  if (password === undefined) throw new SyncError('usage', `There is no password for ${name}.`)
  return { user: name, password }
}

async function found({ replica, directory }: OpenedRemote, now: number, signal: AbortSignal): Promise<RemoteFound> {
  const isEmpty = await isEmptyThere({ replica }, signal)
  return {
    kind: kindOf({ replica, directory }),
    // One that does not exist yet is looked at elsewhere.
    label: directory ?? replica.label,
    remarks: remarksOn({ replica, directory }),
    ...(isEmpty === undefined ? {} : { isEmpty }),
    foundAt: Math.floor(now),
  }
}

/** `directory`, `webdav`, `owncloud` … */
export function kindOf({ replica, directory }: Pick<OpenedRemote, 'replica' | 'directory'>): string {
  return directory === undefined ? (replica.id.split(':', 1)[0] ?? 'unknown') : 'directory'
}

function remarksOn({
  replica: { can, watch },
  directory,
}: Pick<OpenedRemote, 'replica' | 'directory'>): readonly string[] {
  const remarks: string[] = []
  if (can.directoryStamps === 'recursive') remarks.push('One request tells whether anything has changed.')
  else if (watch === undefined && directory === undefined)
    remarks.push('To find out what has changed, all directories have to be looked at.')
  if (can.moves === 'none') remarks.push('What is moved has to be transferred again.')
  if (can.setsMtime === 'never') remarks.push('It sets its own modification times.')
  if (!can.symlinks) remarks.push('It cannot hold symbolic links: they are left alone.')
  if (!can.names.caseSensitive) remarks.push("Names that differ only in case, as 'a' and 'A', are the same there.")
  if (can.guard === 'check-then-act')
    remarks.push('It cannot check and change in one act: an edit there in the same instant may go to its trash only.')
  return remarks
}

async function isEmptyThere(
  { replica }: Pick<OpenedRemote, 'replica'>,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  for await (const seen of replica.observe({ directory: () => undefined, skips: () => true }, signal)) {
    if (seen.place !== '' || seen.as !== 'listing') continue
    return seen.children.size === 0
  }
  return undefined
}

function nameOf(address: string): string {
  const parsed = parseRemote(address)
  return parsed.kind === 'directory' ? (parsed.path.split('/').at(-1) ?? '') : parsed.url.hostname
}
