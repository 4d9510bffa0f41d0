// What the word of a device that introduces others changes in the configuration: whom it shares our folders with is known here too, and no longer
// once it shares them with that one no more.
import { parseAddress } from '../../bep/address.ts'
import { type DeviceKey, deviceKeyOf } from '../../wire/bep/device-key.ts'
import type { ClusterDevice, ClusterFolder } from '../../wire/bep/messages.ts'
import type { Config, ConfigDraft, DeviceConfig, FolderConfig } from '../config/config.ts'

/** Nobody is made known beyond so many: an introducer could name any number. */
export const MAX_DEVICES = 250
const MAX_ADDRESSES = 8
const MAX_NAME = 100

export interface Introductions {
  /** Not known yet. */
  readonly devices: readonly { readonly id: DeviceKey; readonly name: string; readonly addresses: readonly string[] }[]
  readonly shares: readonly Share[]
  readonly unshares: readonly Share[]
  readonly removals: readonly DeviceKey[]
  /** How many devices were named that there is no room for. */
  readonly surplus: number
}

export interface Share {
  readonly folder: string
  readonly device: DeviceKey
}

type Known = Pick<Config, 'devices' | 'folders' | 'mesh'>

/** `told`: all folders that the introducer shares with us. */
export function introductionsOf(
  introducer: DeviceConfig,
  told: readonly ClusterFolder[],
  known: Known,
  self: DeviceKey,
): Introductions {
  const named = namedIn(told, introducer, known, self)
  const { devices, surplus } = newcomers(named, known)
  const isKnown = new Set([...known.devices, ...devices].map(({ id }) => id))
  const shares = named.flatMap(({ folder, id }) =>
    isKnown.has(id) && !folder.devices.includes(id) ? [{ folder: folder.id, device: id }] : [],
  )
  const { unshares, removals } = introducer.introducer === 'adds-and-removes' ? over(introducer, named, known) : NOTHING
  return { devices, shares, unshares, removals, surplus }
}

export function isNothing({ devices, shares, unshares, removals }: Introductions): boolean {
  return devices.length + shares.length + unshares.length + removals.length === 0
}

/** Writes them down. */
export function introduce(
  by: DeviceKey,
  { devices, shares, unshares, removals }: Introductions,
  draft: ConfigDraft,
): void {
  // Looked at once: to read it anew takes long where there are many.
  const before = draft.current
  for (const { id, name, addresses } of devices) draft.putDevice(id, { name, addresses, introducedBy: by })
  for (const id of new Set([...shares, ...unshares].map(({ device }) => device))) {
    const known = before.devices.find(device => device.id === id)?.introducedFolders ?? {}
    const folders = new Map(Object.entries(known))
    for (const { folder, device } of unshares) if (device === id) folders.delete(folder)
    for (const { folder, device } of shares) if (device === id) folders.set(folder, by)
    draft.putDevice(id, { introducedFolders: Object.fromEntries(folders) })
  }
  for (const { id, devices: sharing } of before.folders) {
    const added = shares.flatMap(({ folder, device }) => (folder === id ? [device] : []))
    const gone = new Set(unshares.flatMap(({ folder, device }) => (folder === id ? [device] : [])))
    if (added.length + gone.size === 0) continue
    draft.putFolder(id, { devices: [...sharing.filter(device => !gone.has(device)), ...added] })
  }
  for (const device of removals) draft.removeDevice(device)
}

interface Named {
  readonly folder: FolderConfig
  readonly id: DeviceKey
  readonly told: ClusterDevice
}

/** Whom the introducer shares folders with that are ours too. Those that hold them encrypted only are left out. */
function namedIn(told: readonly ClusterFolder[], introducer: DeviceConfig, known: Known, self: DeviceKey): Named[] {
  const ours = new Map(
    known.folders.filter(({ devices }) => devices.includes(introducer.id)).map(folder => [folder.meshId, folder]),
  )
  return told.flatMap(({ id: meshId, devices }) => {
    const folder = ours.get(meshId)
    if (folder === undefined) return []
    return devices.flatMap(device => {
      const id = deviceKeyOf(device.id)
      const isOther = id !== self && id !== introducer.id
      return isOther && device.encryptionToken.length === 0 ? [{ folder, id, told: device }] : []
    })
  })
}

function newcomers(named: readonly Named[], { devices, mesh }: Known): Pick<Introductions, 'devices' | 'surplus'> {
  const known = new Set([...devices.map(({ id }) => id), ...mesh.ignoredDevices])
  const all = new Map<DeviceKey, ClusterDevice>()
  for (const { id, told } of named) if (!known.has(id) && !all.has(id)) all.set(id, told)
  const room = Math.max(0, MAX_DEVICES - devices.length)
  const taken = [...all].slice(0, room).map(([id, { name, addresses }]) => ({
    id,
    name: oneLine(name) || id.slice(0, 7),
    addresses: usable(addresses),
  }))
  return { devices: taken, surplus: all.size - taken.length }
}

const NOTHING = { unshares: [], removals: [] }

/** What was introduced by it and is so no more. */
function over({ id: by }: DeviceConfig, named: readonly Named[], { devices }: Known) {
  const still = new Set(named.map(({ folder, id }) => `${folder.id} ${id}`))
  const unshares = devices.flatMap(({ id, introducedFolders }) =>
    Object.entries(introducedFolders).flatMap(([folder, introducer]) =>
      introducer === by && !still.has(`${folder} ${id}`) ? [{ folder, device: id }] : [],
    ),
  )
  const mentioned = new Set(named.map(({ id }) => id))
  const removals = devices.flatMap(({ id, introducedBy }) => (introducedBy === by && !mentioned.has(id) ? [id] : []))
  return { unshares: unshares.filter(({ device }) => !removals.includes(device)), removals }
}

/** Where nothing of it can be used, it is found like any other. */
function usable(addresses: readonly string[]): readonly string[] {
  const good = addresses.filter(text => text === 'dynamic' || isAddress(text)).slice(0, MAX_ADDRESSES)
  return good.length > 0 ? good : ['dynamic']
}

function isAddress(text: string): boolean {
  const address = text.length > 2048 ? undefined : parseAddress(text)
  return address !== undefined && address.host !== '' && address.port !== 0
}

/** What others call themselves, as it can stand in the configuration. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME)
}
