// Devices of the mesh: known, paused, sharing folders; and those that wait for a yes or a no.
import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { ApiError } from '../../api/errors.ts'
import type { DeviceService } from '../../api/service.ts'
import type { Device, PendingAccept, PendingFolder, Self } from '../../api/shapes/devices.ts'
import { type DeviceKey, parseDeviceKey } from '../../wire/bep/device-key.ts'
import type { DeviceChange, DeviceConfig } from '../config/config.ts'
import type { Devices } from '../devices/devices.ts'
import { oneLine } from '../devices/introductions.ts'
import { offerAcceptor } from './accept-offers.ts'
import { folderService, shownFolder } from './folder-service.ts'
import { folderConfigOf, type ServiceParts } from './service-parts.ts'

export function deviceService(parts: ServiceParts, devices: Devices): DeviceService {
  const { config, history, apply } = parts
  const told = (device: string, what: 'added' | 'changed' | 'removed') => history.add({ type: 'device', device, what })
  const shown = (id: DeviceKey): Device => {
    const { folders } = config.current
    return shownDevice(deviceConfigOf(parts, id), folders.filter(folder => folder.devices.includes(id)).map(idOf))
  }
  const change = async (text: string, edit: DeviceChange) => {
    const { id } = deviceConfigOf(parts, keyOf(text))
    await config.change(draft => draft.putDevice(id, edit))
    await apply()
    told(id, 'changed')
    if (edit.acceptInto !== undefined) await acceptAll(id)
    return shown(id)
  }
  const add = async (id: DeviceKey, edit: DeviceChange) => {
    if (id === devices.identity.device) throw new ApiError('exists', 'This is the id of this device itself.')
    if (config.current.devices.some(device => device.id === id))
      throw new ApiError('exists', `The device ${id} is known already.`)
    await config.change(draft => {
      draft.putDevice(id, edit)
      const { ignoredDevices } = draft.current.mesh
      // Who adds a device has changed their mind.
      if (ignoredDevices.includes(id)) draft.setMesh({ ignoredDevices: ignoredDevices.filter(each => each !== id) })
    })
    await apply()
    told(id, 'added')
    return shown(id)
  }
  const setShared = async (folder: string, device: DeviceKey, isShared: boolean) => {
    const before = folderConfigOf(parts, folder).devices
    if (before.includes(device) === isShared) return
    const now = isShared ? [...before, device] : before.filter(each => each !== device)
    await config.change(draft => {
      draft.putFolder(folder, { devices: now })
      // Whose word it was shared on matters no more.
      const { [folder]: introducer, ...others } = deviceConfigOf(parts, device).introducedFolders
      if (introducer !== undefined) draft.putDevice(device, { introducedFolders: others })
    })
    await apply()
    history.add({ type: 'folder', folder, what: 'changed' })
  }
  const accept = offerAcceptor({
    service: parts,
    take: async (offer, path) => {
      const device = keyOf(offer.device)
      await setShared(await folderFor(parts, offer, { device, path }), device, true)
    },
  })
  const acceptAll = async (id: DeviceKey) => {
    for (const offer of devices.pending().folders) if (offer.device === id) await accept(offer)
  }
  devices.whenOffered(accept)
  return {
    self: async () => ({
      id: devices.identity.device,
      name: config.current.mesh.name,
      listening: devices.listening,
      portMapping: devices.mapping,
      ...unreachedOf(devices),
    }),
    list: async () => config.current.devices.map(({ id }) => shown(id)),
    get: async text => shown(deviceConfigOf(parts, keyOf(text)).id),
    add: async ({ id, name, addresses, introducer, acceptInto }) =>
      add(keyOf(id), {
        ...acceptsInto(acceptInto),
        ...(introducer === undefined ? {} : { introducer }),
        ...(name === undefined ? {} : { name }),
        ...(addresses === undefined || addresses.length === 0 ? {} : { addresses }),
      }),
    change: async (text, { uploadBytesPerSecond, downloadBytesPerSecond, acceptInto, ...edit }) => {
      const { limits } = deviceConfigOf(parts, keyOf(text))
      const rates = {
        uploadBytesPerSecond: uploadBytesPerSecond ?? limits.uploadBytesPerSecond,
        downloadBytesPerSecond: downloadBytesPerSecond ?? limits.downloadBytesPerSecond,
      }
      const settings = { ...edit, ...acceptsInto(acceptInto) }
      return change(text, {
        ...settings,
        ...(JSON.stringify(rates) === JSON.stringify(limits) ? {} : { limits: rates }),
      })
    },
    remove: async text => {
      const { id } = deviceConfigOf(parts, keyOf(text))
      await config.change(draft => draft.removeDevice(id))
      await apply()
      told(id, 'removed')
    },
    pause: async text => void (await change(text, { isPaused: true })),
    resume: async text => void (await change(text, { isPaused: false })),
    share: async (folder, text) => {
      await setShared(folder, deviceConfigOf(parts, keyOf(text)).id, true)
      return shownFolder(folderConfigOf(parts, folder), parts)
    },
    unshare: async (folder, text) => {
      const device = keyOf(text)
      if (!folderConfigOf(parts, folder).devices.includes(device))
        throw new ApiError('not-found', `The folder '${folder}' is not shared with ${device}.`)
      await setShared(folder, device, false)
    },
    nearby: async () => devices.nearby(),
    pending: async () => devices.pending(),
    accept: async wanted => {
      const device = keyOf(wanted.device)
      if (wanted.folder === undefined) {
        const stranger = devices.pending().devices.find(each => each.device === device)
        if (stranger === undefined) throw new ApiError('not-found', `No device ${device} waits to be known.`)
        await add(device, { name: wanted.name ?? (oneLine(stranger.name) || device.slice(0, 7)) })
        return
      }
      const offer = offerOf(devices, device, wanted.folder)
      await setShared(await folderFor(parts, offer, wanted), device, true)
    },
    ignore: async wanted => {
      const device = keyOf(wanted.device)
      if (wanted.folder === undefined) {
        const { ignoredDevices } = config.current.mesh
        if (!ignoredDevices.includes(device))
          await config.change(draft => draft.setMesh({ ignoredDevices: [...ignoredDevices, device] }))
      } else {
        const { folder } = offerOf(devices, device, wanted.folder)
        const { ignoredFolders } = deviceConfigOf(parts, device)
        await config.change(draft => draft.putDevice(device, { ignoredFolders: [...ignoredFolders, folder] }))
      }
      await apply()
    },
  }
}

function unreachedOf({ unreached }: Devices): Pick<Self, 'unreached'> {
  if (unreached.length === 0) return {}
  return { unreached: unreached.map(({ address, fault }) => ({ address, sentence: fault.message })) }
}

/** The folder here that the offered one comes to: one that is there, or a new one. Throws `exists` where it cannot be. */
async function folderFor(parts: ServiceParts, offer: PendingFolder, { path, as }: PendingAccept): Promise<string> {
  const same = parts.config.current.folders.find(({ meshId }) => meshId === offer.folder)
  if (same !== undefined && as === undefined && path === undefined) return same.id
  if (same !== undefined)
    throw new ApiError('exists', `'${offer.folder}' is the folder '${same.id}' here. Share that one.`)
  if (as !== undefined) {
    const { devices } = folderConfigOf(parts, as)
    if (devices.length > 0)
      throw new ApiError('exists', `The folder '${as}' is shared with devices under another id already.`)
    await parts.config.change(draft => draft.putFolder(as, { meshId: offer.folder }))
    return as
  }
  if (path === undefined) throw new ApiError('invalid', 'Name a directory for it, or the folder that it is.')
  const label = oneLine(offer.label)
  const isId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(offer.folder)
  const isFree = !parts.config.current.folders.some(({ id }) => id.toLowerCase() === offer.folder.toLowerCase())
  const { id } = await folderService(parts).add({
    path,
    ...(isId && isFree ? { id: offer.folder } : {}),
    ...(label === '' ? {} : { label }),
  })
  if (id !== offer.folder) await parts.config.change(draft => draft.putFolder(id, { meshId: offer.folder }))
  return id
}

function offerOf(devices: Devices, device: DeviceKey, folder: string): PendingFolder {
  const offer = devices.pending().folders.find(each => each.device === device && each.folder === folder)
  if (offer === undefined) throw new ApiError('not-found', `The device ${device} offers no folder '${folder}'.`)
  return offer
}

/** Throws `invalid`. */
function keyOf(text: string): DeviceKey {
  const key = parseDeviceKey(text)
  if (key !== undefined) return key
  throw new ApiError('invalid', `'${text}' is not the id of a device, or a letter of it is wrong.`)
}

function deviceConfigOf({ config }: Pick<ServiceParts, 'config'>, id: DeviceKey): DeviceConfig {
  const device = config.current.devices.find(each => each.id === id)
  if (device === undefined) throw new ApiError('not-found', `The device ${id} is not known.`)
  return device
}

/** Throws `invalid`. */
function acceptsInto(text: string | undefined): DeviceChange {
  if (text === undefined) return {}
  if (text === 'nowhere') return { acceptInto: undefined }
  if (!isAbsolute(text)) throw new ApiError('invalid', `'${text}' is not an absolute path.`)
  if (!isDirectory(text)) throw new ApiError('invalid', `There is no directory '${text}'.`)
  return { acceptInto: text }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function shownDevice(device: DeviceConfig, folders: readonly string[]): Device {
  const { id, name, addresses, compression, isPaused, introducer, introducedBy, limits, acceptInto } = device
  return {
    ...{ id, name, addresses, compression, isPaused, folders, introducer, ...limits },
    ...(introducedBy === undefined ? {} : { introducedBy }),
    ...(acceptInto === undefined ? {} : { acceptInto }),
  }
}

const idOf = ({ id }: { readonly id: string }) => id
