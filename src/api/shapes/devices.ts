// Devices of the mesh: this one, those it knows, and those that would like to be known.
import * as v from 'valibot'
import { Bytes, Count, Id, type Shape, Time, text } from './shape.ts'

/** The id of a device as people write it; routes take it with and without dashes. */
export const DeviceText = text(100, 1)
/** What a folder is called among devices: others choose what they like. */
const MeshFolderText = text(1024, 1)
const Addresses = v.pipe(v.array(text(2048, 1)), v.maxLength(32))
/** Whether this device gets to know those that it shares folders with, and forgets them again when it shares them with those no more. */
const Introducer = v.picklist(['no', 'adds', 'adds-and-removes'])
const Rate = v.union([v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(1e12)), v.literal('unlimited')])
const Compression = v.picklist(['metadata', 'always', 'never'])

/** This device. */
export const Self = v.object({
  /** What others are told, to know it. */
  id: v.string(),
  name: v.string(),
  /** Where it listens: `tcp://0.0.0.0:22000`, and the relays that took it. */
  listening: v.array(v.string()),
  /** Whether the router of this network leads calls from outside to this device. */
  portMapping: v.object({
    /** `off`: switched off, or nobody but this machine can call anyway. */
    state: v.picklist(['off', 'looking', 'mapped', 'not-mapped']),
    /** Where it is called from outside: `tcp://203.0.113.7:22000`. */
    address: v.exactOptional(v.string()),
    by: v.exactOptional(v.picklist(['upnp', 'nat-pmp'])),
    /** Why not. */
    fault: v.exactOptional(v.string()),
  }),
  /** Discovery servers and relays that do not let this device be found now. */
  unreached: v.exactOptional(v.array(v.object({ address: v.string(), sentence: v.string() }))),
})
export type Self = Shape<typeof Self>

export const Device = v.object({
  id: v.string(),
  name: v.string(),
  /** `dynamic`: wherever discovery finds it. */
  addresses: v.array(v.string()),
  compression: Compression,
  isPaused: v.boolean(),
  /** Ids of the folders that are shared with it. */
  folders: v.array(Id),
  introducer: Introducer,
  /** Where folders that it offers come to without asking; without it, they wait for a yes. */
  acceptInto: v.exactOptional(v.string()),
  /** The id of the device that made it known. */
  introducedBy: v.exactOptional(v.string()),
  uploadBytesPerSecond: Rate,
  downloadBytesPerSecond: Rate,
})
export type Device = Shape<typeof Device>

export const DeviceDraft = v.strictObject({
  id: DeviceText,
  name: v.exactOptional(text(256, 1)),
  /** Without any: `dynamic`. */
  addresses: v.exactOptional(Addresses),
  introducer: v.exactOptional(Introducer),
  acceptInto: v.exactOptional(text(4096, 1)),
})
export type DeviceDraft = Shape<typeof DeviceDraft>

export const DeviceChange = v.strictObject({
  name: v.exactOptional(text(256, 1)),
  addresses: v.exactOptional(Addresses),
  compression: v.exactOptional(Compression),
  introducer: v.exactOptional(Introducer),
  /** The absolute path of a directory; `nowhere`: they wait for a yes. */
  acceptInto: v.exactOptional(text(4096, 1)),
  uploadBytesPerSecond: v.exactOptional(Rate),
  downloadBytesPerSecond: v.exactOptional(Rate),
})
export type DeviceChange = Shape<typeof DeviceChange>

export const DeviceStatus = v.object({
  id: v.string(),
  name: v.string(),
  state: v.picklist(['connected', 'disconnected', 'paused']),
  /** `lan`: on a network that this machine is attached to. */
  way: v.exactOptional(v.picklist(['lan', 'wan', 'relay'])),
  address: v.exactOptional(v.string()),
  /** Who called. */
  called: v.exactOptional(v.picklist(['by-us', 'by-them'])),
  /** Of the program there, as it says itself. */
  client: v.exactOptional(v.string()),
  connectedAt: v.exactOptional(Time),
  /** Why it could not be reached when it was last tried. */
  fault: v.exactOptional(v.string()),
  /** Since the daemon was started, as they went over the wire. */
  inBytes: Bytes,
  outBytes: Bytes,
  /** Over the last seconds. */
  inBytesPerSecond: Bytes,
  outBytesPerSecond: Bytes,
})
export type DeviceStatus = Shape<typeof DeviceStatus>

/** How far a device is with one folder. */
export const DeviceCompletion = v.object({
  device: v.string(),
  name: v.string(),
  /** Connected, and it shares the folder from its side too. */
  isConnected: v.boolean(),
  /** Files, directories, links and deletions that it lacks. */
  lacks: Count,
  lacksBytes: Bytes,
  /** From 0 to 1, by bytes. Of a device that never told what it has: 0. */
  share: v.number(),
})
export type DeviceCompletion = Shape<typeof DeviceCompletion>

/** Somebody who called and is not known here. What it calls itself is its own word. */
export const PendingDevice = v.object({ device: v.string(), name: v.string(), address: v.string(), at: Time })
export type PendingDevice = Shape<typeof PendingDevice>

/** Somebody on the local network who says to be this device, and that it is to be reached there. */
export const NearbyDevice = v.object({ device: v.string(), addresses: v.array(v.string()) })
export type NearbyDevice = Shape<typeof NearbyDevice>

/** A folder that a known device shares with this one, and this one not with it. */
export const PendingFolder = v.object({
  device: v.string(),
  /** Of the device, here. */
  name: v.string(),
  folder: v.string(),
  label: v.string(),
  at: Time,
})
export type PendingFolder = Shape<typeof PendingFolder>

export const Pending = v.object({ devices: v.array(PendingDevice), folders: v.array(PendingFolder) })
export type Pending = Shape<typeof Pending>

/** Without `folder`: the device itself. With it: the folder comes to `path`, or is the folder `as` that is there. */
export const PendingAccept = v.strictObject({
  device: DeviceText,
  name: v.exactOptional(text(256, 1)),
  folder: v.exactOptional(MeshFolderText),
  path: v.exactOptional(text(4096, 1)),
  as: v.exactOptional(Id),
})
export type PendingAccept = Shape<typeof PendingAccept>

/** Not to be told of again. */
export const PendingIgnore = v.strictObject({ device: DeviceText, folder: v.exactOptional(MeshFolderText) })
export type PendingIgnore = Shape<typeof PendingIgnore>
