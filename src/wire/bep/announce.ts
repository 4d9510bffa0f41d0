// What devices tell each other on the local network (local discovery, version 4).
import { bytesOfKey, DEVICE_KEY_BYTES, type DeviceKey, deviceKeyOf } from './device-key.ts'
import { HELLO_MAGIC } from './frames.ts'
import { BepFault, ProtoReader, ProtoWriter } from './protobuf.ts'

export interface Announce {
  readonly device: DeviceKey
  /** As they came; a host that is not given is that of the sender. */
  readonly addresses: readonly string[]
  /** Another one after every start of the program. */
  readonly instance: bigint
}

export const ANNOUNCE_PORT = 21027
export const ANNOUNCE_GROUP = 'ff12::8384'
const MAX_ADDRESSES = 32

/** Undefined for a packet of another program; throws `BepFault` for a broken one. */
export function parseAnnounce(packet: Uint8Array): Announce | undefined {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.length)
  if (bytes.length < 4 || bytes.readUInt32BE(0) !== HELLO_MAGIC) return undefined
  const reader = new ProtoReader(bytes, 4)
  let id: Uint8Array | undefined
  const addresses: string[] = []
  let instance = 0n
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) id = reader.bytes()
    else if (field === 2 && addresses.length < MAX_ADDRESSES) addresses.push(reader.string())
    else if (field === 3) instance = reader.int64()
    else reader.skip()
  }
  if (id?.length !== DEVICE_KEY_BYTES) throw new BepFault('announced an id of a wrong length')
  return { device: deviceKeyOf(id), addresses, instance }
}

export function writeAnnounce({ device, addresses, instance }: Announce): Uint8Array {
  const writer = new ProtoWriter()
  writer.bytes(1, bytesOfKey(device))
  for (const address of addresses) writer.element(2, Buffer.from(address))
  writer.int64(3, instance)
  const magic = Buffer.alloc(4)
  magic.writeUInt32BE(HELLO_MAGIC)
  return Buffer.concat([magic, writer.finish()])
}
