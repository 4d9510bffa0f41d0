// `syncline device …`, `share` and `unshare`: the other devices of the mesh.
import { resolve } from 'node:path'
import type { ServiceClient } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { Device, DeviceStatus, Self } from '../api/shapes/devices.ts'
import { shown, shownBytes } from '../words/show.ts'
import { type DaemonOptions, daemonClient, folderNamed } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printList, printObject } from './listing.ts'
import type { Streams } from './output.ts'

export interface DeviceAddOptions extends DaemonOptions {
  readonly name?: string
  readonly address?: readonly string[]
  readonly introducer?: boolean
  readonly acceptInto?: string
}

export interface DeviceChangeOptions extends DaemonOptions {
  readonly name?: string
  readonly address?: readonly string[]
  readonly introducer?: Device['introducer']
  readonly acceptInto?: string
  readonly upload?: Device['uploadBytesPerSecond']
  readonly download?: Device['downloadBytesPerSecond']
}

export async function deviceAdd(id: string, options: DeviceAddOptions, { out }: Streams): Promise<number> {
  const { name, address } = options
  const client = daemonClient(options)
  const device = await client.devices.add({
    id,
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { addresses: address }),
    ...acceptsInto(options.acceptInto),
    ...(options.introducer === true ? { introducer: 'adds-and-removes' as const } : {}),
  })
  if (options.json) printObject(out, 'device', device)
  else {
    const { id: own } = await client.devices.self()
    out.write(`'${shown(device.name)}' is known now. It has to know this device too: ${own}\n`)
    out.write(
      `\`syncline share FOLDER ${shown(device.name.includes(' ') ? `'${device.name}'` : device.name)}\` shares a folder with it.\n`,
    )
  }
  return EXIT.equal
}

export async function deviceChange(text: string, options: DeviceChangeOptions, { out }: Streams): Promise<number> {
  const client = daemonClient(options)
  const { id } = await deviceNamed(client, text)
  const { name, address, introducer, upload, download } = options
  const device = await client.devices.change(id, {
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { addresses: address }),
    ...(introducer === undefined ? {} : { introducer }),
    ...acceptsInto(options.acceptInto),
    ...(upload === undefined ? {} : { uploadBytesPerSecond: upload }),
    ...(download === undefined ? {} : { downloadBytesPerSecond: download }),
  })
  if (options.json) printObject(out, 'device', device)
  else out.write(`'${shown(device.name)}' is set up so from now on.\n`)
  return EXIT.equal
}

/** `nowhere` is a word, and no directory. */
function acceptsInto(directory: string | undefined): { acceptInto?: string } {
  if (directory === undefined) return {}
  return { acceptInto: directory === 'nowhere' ? directory : resolve(directory) }
}

export async function deviceList(options: DaemonOptions, { out }: Streams): Promise<number> {
  const client = daemonClient(options)
  const [devices, status] = await Promise.all([client.devices.list(), client.status()])
  printList(out, options.json, {
    items: devices.map(device => ({ ...device, status: status.devices.find(({ id }) => id === device.id) })),
    type: 'device',
    words: ({ id, name, folders, status: now }) => [
      shown(name),
      id,
      now === undefined ? '' : wordsOfDevice(now),
      folders.length === 0 ? 'shares nothing' : `shares ${folders.map(shown).join(', ')}`,
    ],
    none: 'No devices. `syncline device add ID` adds one; `syncline id` tells the id of this one.',
  })
  return EXIT.equal
}

/** This device: what others have to know of it. */
export async function deviceSelf(options: DaemonOptions, { out }: Streams): Promise<number> {
  const self = await daemonClient(options).devices.self()
  if (options.json) printObject(out, 'device', self)
  else out.write(`${[`${shown(self.name)}  ${self.id}`, ...wordsOfSelf(self), ...wordsOfUnreached(self)].join('\n')}\n`)
  return EXIT.equal
}

function wordsOfUnreached({ unreached = [] }: Self): readonly string[] {
  return unreached.map(({ sentence }) => shown(sentence))
}

function wordsOfSelf({ listening, portMapping: { state, address, by, fault } }: Self): readonly string[] {
  const listens = listening.length === 0 ? 'Listens nowhere.' : `Listens at ${listening.map(shown).join(', ')}.`
  const way = by === 'upnp' ? 'UPnP' : 'NAT-PMP'
  if (state === 'mapped')
    return [listens, `From outside it is called at ${shown(address ?? '')}: the router lets it through (${way}).`]
  if (state === 'looking') return [listens, 'The router is being asked to let calls from outside through.']
  return fault === undefined ? [listens] : [listens, shown(fault)]
}

export async function deviceNearby(options: DaemonOptions, { out }: Streams): Promise<number> {
  printList(out, options.json, {
    items: await daemonClient(options).devices.nearby(),
    type: 'nearby',
    words: ({ device, addresses }) => [device, addresses.map(shown).join(', ')],
    none: 'No other device was heard on the local network that is not known.',
  })
  return EXIT.equal
}

/** `connected over the local network (tcp://…)`. */
export function wordsOfDevice({ state, way, address, inBytes, outBytes, fault }: DeviceStatus): string {
  if (state === 'paused') return 'paused'
  if (state === 'disconnected') return fault === undefined ? 'not connected' : `not connected: ${shown(fault)}`
  const traffic = `received ${shownBytes(inBytes)}, sent ${shownBytes(outBytes)}`
  return `connected ${WAYS[way ?? 'wan']} (${shown(address ?? '')}), ${traffic}`
}

const WAYS = { lan: 'on the local network', wan: 'directly', relay: 'through a relay' } as const

export type DeviceAct = 'remove' | 'pause' | 'resume'

export async function deviceAct(
  act: DeviceAct,
  text: string,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const { id, name } = await deviceNamed(client, text)
  await client.devices[act](id)
  if (!options.json) out.write(`${DONE[act](shown(name))}\n`)
  return EXIT.equal
}

const DONE: Readonly<Record<DeviceAct, (name: string) => string>> = {
  remove: name => `'${name}' is known no more. No file was deleted.`,
  pause: name => `'${name}' is paused.`,
  resume: name => `'${name}' is called again.`,
}

export async function shareAct(
  act: 'share' | 'unshare',
  folderText: string,
  deviceText: string,
  options: DaemonOptions,
  { out }: Streams,
): Promise<number> {
  const client = daemonClient(options)
  const folder = await folderNamed(client, folderText)
  const device = await deviceNamed(client, deviceText)
  await client.devices[act](folder.id, device.id)
  if (options.json) return EXIT.equal
  const name = shown(device.name)
  if (act === 'unshare') out.write(`'${shown(folder.id)}' is shared with '${name}' no more. No file was deleted.\n`)
  else out.write(`'${shown(folder.id)}' is shared with '${name}'. There it is offered as '${shown(folder.meshId)}'.\n`)
  return EXIT.equal
}

/** The device that `text` names: by id, the beginning of one, or name. Throws `not-found`. */
export async function deviceNamed(
  client: ServiceClient,
  text: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const devices = await client.devices.list()
  const [found, other] = devicesIn(devices, text)
  if (found !== undefined && other === undefined) return found
  if (other !== undefined) throw new ApiError('not-found', `'${text}' may be more than one device: give the whole id.`)
  const known = devices.map(({ name }) => shown(name)).join(', ')
  throw new ApiError('not-found', `No device '${text}' is known. Known are: ${known || 'none'}.`)
}

/** Those that `text` may mean; a whole id, or a name as it is, means just one. */
export function devicesIn<T extends { readonly id: string; readonly name: string }>(
  devices: readonly T[],
  text: string,
): readonly T[] {
  const plain = (id: string) => id.toUpperCase().replace(/[-\s]/g, '')
  const named = devices.filter(({ name }) => name === text)
  if (named.length > 0) return named
  const wanted = plain(text)
  return wanted.length < 4 ? [] : devices.filter(({ id }) => plain(id).startsWith(wanted))
}
