// Devices of the mesh: known, paused, sharing folders; and those that wait for a yes.
import * as v from 'valibot'
import { topic } from '../route.ts'
import {
  Device,
  DeviceChange,
  DeviceDraft,
  DeviceText,
  NearbyDevice,
  Pending,
  PendingAccept,
  PendingIgnore,
  Self,
} from '../shapes/devices.ts'
import { Folder } from '../shapes/folders.ts'
import { Id, Ok } from '../shapes/shape.ts'
import { DONE, InFolder } from './parts.ts'

const route = topic('devices')
const OfDevice = v.object({ device: DeviceText })

export const DEVICE_ROUTES = [
  route('GET /device', {
    id: 'self',
    summary: 'This device: the id that others have to be told',
    answer: Self,
    handle: service => service.devices.self(),
  }),
  route('GET /devices', {
    id: 'listDevices',
    summary: 'The devices that are known',
    answer: v.object({ devices: v.array(Device) }),
    handle: async service => ({ devices: await service.devices.list() }),
  }),
  route('POST /devices', {
    id: 'addDevice',
    summary: 'Know a device: it is called, and may call',
    body: DeviceDraft,
    answer: Device,
    status: 201,
    handle: (service, { body }) => service.devices.add(body),
  }),
  route('GET /devices/:device', {
    id: 'getDevice',
    summary: 'One device',
    params: OfDevice,
    answer: Device,
    handle: (service, { params }) => service.devices.get(params.device),
  }),
  route('PATCH /devices/:device', {
    id: 'changeDevice',
    summary: 'Change what is set for a device',
    params: OfDevice,
    body: DeviceChange,
    answer: Device,
    handle: (service, { params, body }) => service.devices.change(params.device, body),
  }),
  route('DELETE /devices/:device', {
    id: 'removeDevice',
    summary: 'Know it no more, and share nothing with it; files stay where they are',
    params: OfDevice,
    answer: Ok,
    handle: async (service, { params }) => {
      await service.devices.remove(params.device)
      return DONE
    },
  }),
  route('POST /devices/:device/pause', {
    id: 'pauseDevice',
    summary: 'Do not connect to it until it is resumed',
    params: OfDevice,
    answer: Ok,
    status: 202,
    handle: async (service, { params }) => {
      await service.devices.pause(params.device)
      return DONE
    },
  }),
  route('POST /devices/:device/resume', {
    id: 'resumeDevice',
    summary: 'Connect to a paused device again',
    params: OfDevice,
    answer: Ok,
    status: 202,
    handle: async (service, { params }) => {
      await service.devices.resume(params.device)
      return DONE
    },
  }),
  route('POST /folders/:folder/devices', {
    id: 'shareFolder',
    summary: 'Share a folder with a device',
    params: InFolder,
    body: v.strictObject({ device: DeviceText }),
    answer: Folder,
    handle: (service, { params, body }) => service.devices.share(params.folder, body.device),
  }),
  route('DELETE /folders/:folder/devices/:device', {
    id: 'unshareFolder',
    summary: 'Share a folder no more; files stay where they are',
    params: v.object({ folder: Id, device: DeviceText }),
    answer: Ok,
    handle: async (service, { params }) => {
      await service.devices.unshare(params.folder, params.device)
      return DONE
    },
  }),
  route('GET /nearby', {
    id: 'listNearby',
    summary: 'Devices that were heard lately on the local network, and are not known',
    answer: v.object({ devices: v.array(NearbyDevice) }),
    handle: async service => ({ devices: await service.devices.nearby() }),
  }),
  route('GET /pending', {
    id: 'listPending',
    summary: 'Devices that called and are not known, and folders that known devices offer',
    answer: Pending,
    handle: service => service.devices.pending(),
  }),
  route('POST /pending/accept', {
    id: 'acceptPending',
    summary: 'Know the device, or take the folder',
    body: PendingAccept,
    answer: Ok,
    handle: async (service, { body }) => {
      await service.devices.accept(body)
      return DONE
    },
  }),
  route('POST /pending/ignore', {
    id: 'ignorePending',
    summary: 'Not to be told of it again',
    body: PendingIgnore,
    answer: Ok,
    handle: async (service, { body }) => {
      await service.devices.ignore(body)
      return DONE
    },
  }),
]
