// Devices of a service that has no network: known, shared with, waiting.
import { ApiError } from '../../src/api/errors.ts'
import type { DeviceService } from '../../src/api/service.ts'
import type { Device, Pending } from '../../src/api/shapes/devices.ts'
import type { News } from '../../src/api/shapes/events.ts'
import type { Folder } from '../../src/api/shapes/folders.ts'
import { type DeviceKey, deviceKeyOf, parseDeviceKey } from '../../src/wire/bep/device-key.ts'

export interface FakeDevices extends DeviceService {
  /** What the daemon would have heard. */
  wait(pending: Partial<Pending>): void
}

export interface FakeDevicesParts {
  readonly tell: (news: News) => void
  readonly folder: (id: string) => Folder
  readonly changeFolder: (id: string, change: Pick<Folder, 'devices'>) => Folder
  readonly addFolder: (path: string, id: string) => Promise<Folder>
}

const SELF = deviceKeyOf(new Uint8Array(32))
const HEARD = [{ device: deviceKeyOf(new Uint8Array(32).fill(7)), addresses: ['tcp://192.0.2.7:22000'] }]

export function fakeDevices({ tell, folder, changeFolder, addFolder }: FakeDevicesParts): FakeDevices {
  const known = new Map<DeviceKey, Device>()
  let pending: Pending = { devices: [], folders: [] }
  const told = (device: string, what: 'added' | 'changed' | 'removed') => tell({ type: 'device', device, what })
  const knownOf = (text: string): Device => {
    const device = known.get(keyOf(text))
    if (device === undefined) throw new ApiError('not-found', 'The device is not known.')
    return device
  }
  const change = (text: string, edit: Partial<Device>): Device => {
    const changed = { ...knownOf(text), ...edit }
    known.set(keyOf(text), changed)
    told(changed.id, 'changed')
    return changed
  }
  const add = (text: string, edit: Partial<Device>): Device => {
    const id = keyOf(text)
    if (id === SELF || known.has(id)) throw new ApiError('exists', 'The device is known already.')
    const device: Device = {
      ...{ id, name: id.slice(0, 7), addresses: ['dynamic'], compression: 'metadata' as const, isPaused: false },
      ...{ folders: [], introducer: 'no' as const },
      ...{ uploadBytesPerSecond: 'unlimited' as const, downloadBytesPerSecond: 'unlimited' as const },
      ...edit,
    }
    known.set(id, device)
    pending = { ...pending, devices: pending.devices.filter(({ device: each }) => each !== id) }
    told(id, 'added')
    return device
  }
  const setShared = (id: string, text: string, isShared: boolean): Folder => {
    const { id: device, folders } = knownOf(text)
    const others = folder(id).devices.filter(each => each !== device)
    change(device, { folders: [...folders.filter(each => each !== id), ...(isShared ? [id] : [])] })
    return changeFolder(id, { devices: isShared ? [...others, device] : others })
  }
  const waiting = (device: DeviceKey, id: string | undefined) => {
    const isThere =
      id === undefined
        ? pending.devices.some(each => each.device === device)
        : pending.folders.some(each => each.device === device && each.folder === id)
    if (!isThere) throw new ApiError('not-found', 'Nothing like that is waiting.')
    pending = {
      devices: pending.devices.filter(each => id !== undefined || each.device !== device),
      folders: pending.folders.filter(each => id === undefined || each.device !== device || each.folder !== id),
    }
  }
  return {
    wait: more => {
      pending = { ...pending, ...more }
    },
    self: async () => ({ id: SELF, name: 'fake', listening: ['tcp://127.0.0.1:22000'], portMapping: { state: 'off' } }),
    list: async () => [...known.values()],
    get: async device => knownOf(device),
    add: async ({ id, ...edit }) => add(id, edit),
    change: async (device, edit) => change(device, edit),
    remove: async device => {
      const { id } = knownOf(device)
      known.delete(keyOf(id))
      told(id, 'removed')
    },
    pause: async device => void change(device, { isPaused: true }),
    resume: async device => void change(device, { isPaused: false }),
    share: async (id, device) => {
      folder(id)
      if (knownOf(device).folders.includes(id)) return folder(id)
      return setShared(id, device, true)
    },
    unshare: async (id, device) => {
      const isShared = folder(id).devices.includes(keyOf(device))
      if (!isShared) throw new ApiError('not-found', 'The folder is not shared with it.')
      setShared(id, device, false)
    },
    nearby: async () => HEARD.filter(({ device }) => !known.has(device)),
    pending: async () => pending,
    accept: async ({ device, folder: id, path, name }) => {
      waiting(keyOf(device), id)
      if (id === undefined) return void add(device, name === undefined ? {} : { name })
      if (path === undefined) throw new ApiError('invalid', 'Name a directory for it.')
      await addFolder(path, id)
      setShared(id, device, true)
    },
    ignore: async ({ device, folder: id }) => waiting(keyOf(device), id),
  }
}

function keyOf(text: string): DeviceKey {
  const key = parseDeviceKey(text)
  if (key === undefined) throw new ApiError('invalid', 'This is not the id of a device.')
  return key
}
