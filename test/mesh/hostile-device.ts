// A device that is let in and means no good: it says whatever a test wants it to, byte by byte.
import { connect } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Channel, openChannel } from '../../src/bep/channel.ts'
import { type Identity, openIdentity } from '../../src/bep/identity.ts'
import { secureAsClient } from '../../src/bep/secure.ts'
import { nodeWorld } from '../../src/platform/node/node-world.ts'
import { bytesOfKey, type DeviceKey } from '../../src/wire/bep/device-key.ts'
import type { FileInfo } from '../../src/wire/bep/file-info.ts'
import type { Message, Request } from '../../src/wire/bep/messages.ts'

export interface Victim {
  readonly device: DeviceKey
  readonly address: string
}

const { clock } = nodeWorld({ log: () => {} })
const never = new AbortController().signal

export class HostileDevice {
  readonly identity: Identity
  readonly heard: Message[] = []
  /** How it answers requests. */
  answer: (request: Request) => Uint8Array | Promise<Uint8Array> = () => new Uint8Array(0)
  #channel: Channel | undefined
  #stream: TLSSocket | undefined

  private constructor(identity: Identity) {
    this.identity = identity
  }

  static async make(directory: string): Promise<HostileDevice> {
    return new HostileDevice(await openIdentity(directory))
  }

  get device(): DeviceKey {
    return this.identity.device
  }

  get channel(): Channel {
    if (this.#channel === undefined) throw new Error('not connected')
    return this.#channel
  }

  /** Connects, and behaves until it shares the folder. */
  async enter({ device, address }: Victim): Promise<void> {
    const { hostname, port } = new URL(address.replace('tcp:', 'http:'))
    const { stream } = await secureAsClient(connect(Number(port), hostname), this.identity, device, never)
    this.#stream = stream
    const hello = { deviceName: 'hostile', clientName: 'hostile', clientVersion: 'v0' }
    this.#channel = await openChannel({ stream, hello, clock, label: 'victim', compression: 'never' }, never)
    this.#channel.start(async message => {
      this.heard.push(message)
      if (message.type === 'request')
        await this.channel.send({ type: 'response', id: message.id, code: 'ok', data: await this.answer(message) })
    })
    const devices = [this.device, device].map(key => ({ ...NO_DEVICE, id: bytesOfKey(key), indexId: 77n }))
    await this.channel.send({
      type: 'cluster-config',
      secondary: false,
      folders: [{ ...NO_FOLDER, disableTempIndexes: false, id: 'shared', devices }],
    })
  }

  announce(files: readonly Partial<FileInfo>[]): Promise<void> {
    const all = files.map((file, i) => ({ ...NO_FILE, sequence: i + 1, version: [[this.short, 1n]] as never, ...file }))
    return this.channel.send({ type: 'index-update', folder: 'shared', files: all })
  }

  /** Bytes inside the encrypted connection, as they are. */
  raw(bytes: Uint8Array): void {
    this.#stream?.write(bytes)
  }

  async ask(request: Partial<Request>): Promise<Message> {
    const id = 1_000_000 + this.heard.length
    await this.channel.send({ ...NO_REQUEST, id, ...request })
    for (;;) {
      const found = this.heard.find(message => message.type === 'response' && message.id === id)
      if (found !== undefined) return found
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  get short(): bigint {
    return this.identity.shortId
  }

  async leave(): Promise<void> {
    await this.#channel?.close('enough')
    this.#stream?.destroy()
  }
}

const NO_DEVICE = {
  name: '',
  addresses: [],
  compression: 'metadata' as const,
  certName: '',
  maxSequence: 0,
  indexId: 0n,
  introducer: false,
  skipIntroductionRemovals: false,
  encryptionToken: new Uint8Array(0),
  hasRemotes: false,
}

const NO_FOLDER = {
  label: '',
  readOnly: false,
  ignorePermissions: false,
  ignoreDelete: false,
  disableTempIndexes: true,
  paused: false,
}

const NO_REQUEST: Request = {
  type: 'request',
  id: 0,
  folder: 'shared',
  name: '',
  offset: 0,
  size: 0,
  hash: new Uint8Array(0),
  fromTemporary: false,
  weakHash: 0,
  blockNumber: 0,
}

export const NO_FILE: FileInfo = {
  name: 'file',
  kind: 'file',
  size: 0,
  permissions: 0o644,
  noPermissions: false,
  modifiedNs: 1_600_000_000_000_000_000n,
  modifiedBy: 0n as never,
  deleted: false,
  invalid: false,
  version: [],
  sequence: 1,
  blockSize: 131_072,
  blocks: [],
  symlinkTarget: '',
  encrypted: undefined,
  previousBlocksHash: undefined,
}
