// The messages of BEP v1 and their proto3 form. What is unknown in them is skipped; what is nonsense is a `BepFault`.
import type { Version } from '../../model/version.ts'
import { type FileInfo, parseFileInfo, parseVersion, writeFileInfo, writeVersion } from './file-info.ts'
import { BepFault, ProtoReader, ProtoWriter } from './protobuf.ts'

export interface Hello {
  readonly deviceName: string
  readonly clientName: string
  readonly clientVersion: string
}

export type Compression = 'metadata' | 'never' | 'always'

/** A device as another one sees it in a folder. */
export interface ClusterDevice {
  /** 32 bytes. */
  readonly id: Uint8Array
  readonly name: string
  readonly addresses: readonly string[]
  readonly compression: Compression
  readonly certName: string
  /** What the sender has of that device's index: its highest sequence, under this index id. Of the sender itself: what it has to offer. */
  readonly maxSequence: number
  readonly indexId: bigint
  readonly introducer: boolean
  readonly skipIntroductionRemovals: boolean
  readonly encryptionToken: Uint8Array
  /** Of the sender itself: it has the folder on remotes too, which others may have as well. Other programs do not know of this. */
  readonly hasRemotes: boolean
}

export interface ClusterFolder {
  readonly id: string
  readonly label: string
  readonly readOnly: boolean
  readonly ignorePermissions: boolean
  readonly ignoreDelete: boolean
  readonly disableTempIndexes: boolean
  readonly paused: boolean
  readonly devices: readonly ClusterDevice[]
}

export interface ClusterConfig {
  readonly type: 'cluster-config'
  readonly folders: readonly ClusterFolder[]
  /** Of a further connection of the same device: says nothing of folders. */
  readonly secondary: boolean
}

/** `index`: what was told of the folder before is to be forgotten; `index-update`: these are news. */
export interface Index {
  readonly type: 'index' | 'index-update'
  readonly folder: string
  readonly files: readonly FileInfo[]
}

export interface Request {
  readonly type: 'request'
  readonly id: number
  readonly folder: string
  readonly name: string
  readonly offset: number
  readonly size: number
  readonly hash: Uint8Array
  readonly fromTemporary: boolean
  readonly weakHash: number
  readonly blockNumber: number
}

export type ResponseCode = 'ok' | 'error' | 'no-such-file' | 'invalid-file'

export interface Response {
  readonly type: 'response'
  readonly id: number
  readonly data: Uint8Array
  readonly code: ResponseCode
}

export interface FileProgress {
  readonly kind: 'append' | 'forget'
  readonly name: string
  readonly version: Version
  readonly blockIndexes: readonly number[]
  readonly blockSize: number
}

export interface DownloadProgress {
  readonly type: 'download-progress'
  readonly folder: string
  readonly updates: readonly FileProgress[]
}

export interface Ping {
  readonly type: 'ping'
}

export interface Close {
  readonly type: 'close'
  readonly reason: string
}

export type Message = ClusterConfig | Index | Request | Response | DownloadProgress | Ping | Close

/** A message's number in its header. */
export const MESSAGE_NUMBERS: Readonly<Record<Message['type'], number>> = {
  'cluster-config': 0,
  index: 1,
  'index-update': 2,
  request: 3,
  response: 4,
  'download-progress': 5,
  ping: 6,
  close: 7,
}

const RESPONSE_CODES: readonly ResponseCode[] = ['ok', 'error', 'no-such-file', 'invalid-file']
const COMPRESSIONS: readonly Compression[] = ['metadata', 'never', 'always']
const DEVICE_BYTES = 32

/** The message of this number, or undefined for a number of a later protocol: such a message is passed over. */
export function parseMessage(number: number, bytes: Uint8Array): Message | undefined {
  const reader = new ProtoReader(bytes)
  switch (number) {
    case 0:
      return parseClusterConfig(reader)
    case 1:
      return parseIndex('index', reader)
    case 2:
      return parseIndex('index-update', reader)
    case 3:
      return parseRequest(reader)
    case 4:
      return parseResponse(reader)
    case 5:
      return parseProgress(reader)
    case 6:
      return { type: 'ping' }
    case 7:
      return parseClose(reader)
    default:
      return undefined
  }
}

/** `blocksHash` gives what peers compare files by; without it, it is left out. */
export function writeMessage(message: Message, blocksHash?: (info: FileInfo) => Uint8Array | undefined): Uint8Array {
  const writer = new ProtoWriter()
  switch (message.type) {
    case 'cluster-config':
      for (const folder of message.folders) writer.message(1, inner => writeFolder(inner, folder))
      writer.bool(2, message.secondary)
      break
    case 'index':
    case 'index-update':
      writer.string(1, message.folder)
      for (const info of message.files) writer.message(2, inner => writeFileInfo(inner, info, blocksHash?.(info)))
      break
    case 'request':
      writeRequest(writer, message)
      break
    case 'response':
      writer.uint(1, message.id)
      writer.bytes(2, message.data)
      writer.uint(3, RESPONSE_CODES.indexOf(message.code))
      break
    case 'download-progress':
      writer.string(1, message.folder)
      for (const update of message.updates) writer.message(2, inner => writeFileProgress(inner, update))
      break
    case 'ping':
      break
    case 'close':
      writer.string(1, message.reason)
      break
  }
  return writer.finish()
}

/** A response up to its `size` bytes of data, which are to follow: large as they are they need not be copied. */
export function writeResponseHead({ id, code }: Pick<Response, 'id' | 'code'>, size: number): Uint8Array {
  const writer = new ProtoWriter()
  writer.uint(1, id)
  writer.uint(3, RESPONSE_CODES.indexOf(code))
  if (size > 0) writer.bytesAhead(2, size)
  return writer.finish()
}

export function parseHello(bytes: Uint8Array): Hello {
  const reader = new ProtoReader(bytes)
  let [deviceName, clientName, clientVersion] = ['', '', '']
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) deviceName = reader.string()
    else if (field === 2) clientName = reader.string()
    else if (field === 3) clientVersion = reader.string()
    else reader.skip()
  }
  return { deviceName, clientName, clientVersion }
}

/** Says nothing of further connections, and so asks for one only. */
export function writeHello({ deviceName, clientName, clientVersion }: Hello): Uint8Array {
  const writer = new ProtoWriter()
  writer.string(1, deviceName)
  writer.string(2, clientName)
  writer.string(3, clientVersion)
  return writer.finish()
}

function parseClusterConfig(reader: ProtoReader): ClusterConfig {
  const folders: ClusterFolder[] = []
  let secondary = false
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) folders.push(parseFolder(reader.message()))
    else if (field === 2) secondary = reader.bool()
    else reader.skip()
  }
  return { type: 'cluster-config', folders, secondary }
}

function parseFolder(reader: ProtoReader): ClusterFolder {
  const folder = { id: '', label: '', readOnly: false, ignorePermissions: false, ignoreDelete: false }
  const more = { disableTempIndexes: false, paused: false }
  const devices: ClusterDevice[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) folder.id = reader.string()
    else if (field === 2) folder.label = reader.string()
    // Since version 2 a number that says the kind of folder: 1 is the same, higher ones take nothing in plain or give nothing back.
    else if (field === 3) folder.readOnly = reader.int32() === 1
    else if (field === 4) folder.ignorePermissions = reader.bool()
    else if (field === 5) folder.ignoreDelete = reader.bool()
    else if (field === 6) more.disableTempIndexes = reader.bool()
    else if (field === 7) more.paused = reader.bool()
    else if (field === 16) devices.push(parseDevice(reader.message()))
    else reader.skip()
  }
  return { ...folder, ...more, devices }
}

function writeFolder(writer: ProtoWriter, folder: ClusterFolder): void {
  writer.string(1, folder.id)
  writer.string(2, folder.label)
  writer.bool(3, folder.readOnly)
  writer.bool(4, folder.ignorePermissions)
  writer.bool(5, folder.ignoreDelete)
  writer.bool(6, folder.disableTempIndexes)
  writer.bool(7, folder.paused)
  for (const device of folder.devices) writer.message(16, inner => writeDevice(inner, device))
}

function parseDevice(reader: ProtoReader): ClusterDevice {
  const device: { -readonly [K in keyof ClusterDevice]: ClusterDevice[K] } = { ...NO_DEVICE }
  const addresses: string[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) device.id = reader.bytes().slice()
    else if (field === 2) device.name = reader.string()
    else if (field === 3) addresses.push(reader.string())
    else if (field === 4) device.compression = COMPRESSIONS[reader.int32()] ?? 'metadata'
    else if (field === 5) device.certName = reader.string()
    else if (field === 6) device.maxSequence = reader.count('a sequence')
    else if (field === 7) device.introducer = reader.bool()
    else if (field === 8) device.indexId = reader.uint64()
    else if (field === 9) device.skipIntroductionRemovals = reader.bool()
    else if (field === 10) device.encryptionToken = reader.bytes().slice()
    else if (field === HAS_REMOTES) device.hasRemotes = reader.bool()
    else reader.skip()
  }
  if (device.id.length !== DEVICE_BYTES) throw new BepFault('named a device by an id of a wrong length')
  return { ...device, addresses }
}

function writeDevice(writer: ProtoWriter, device: ClusterDevice): void {
  writer.bytes(1, device.id)
  writer.string(2, device.name)
  for (const address of device.addresses) writer.element(3, Buffer.from(address))
  writer.uint(4, COMPRESSIONS.indexOf(device.compression))
  writer.string(5, device.certName)
  writer.uint(6, device.maxSequence)
  writer.bool(7, device.introducer)
  writer.uint64(8, device.indexId)
  writer.bool(9, device.skipIntroductionRemovals)
  writer.bytes(10, device.encryptionToken)
  writer.bool(HAS_REMOTES, device.hasRemotes)
}

function parseIndex(type: Index['type'], reader: ProtoReader): Index {
  let folder = ''
  const files: FileInfo[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) folder = reader.string()
    else if (field === 2) files.push(parseFileInfo(reader.message()))
    else reader.skip()
  }
  return { type, folder, files }
}

function parseRequest(reader: ProtoReader): Request {
  const request: { -readonly [K in keyof Request]: Request[K] } = { ...NO_REQUEST }
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) request.id = reader.int32()
    else if (field === 2) request.folder = reader.string()
    else if (field === 3) request.name = reader.string()
    else if (field === 4) request.offset = reader.count('the place of a block')
    else if (field === 5) request.size = reader.count('the size of a block')
    else if (field === 6) request.hash = reader.bytes().slice()
    else if (field === 7) request.fromTemporary = reader.bool()
    else if (field === 8) request.weakHash = reader.uint32()
    else if (field === 9) request.blockNumber = reader.int32()
    else reader.skip()
  }
  return request
}

function writeRequest(writer: ProtoWriter, request: Request): void {
  writer.uint(1, request.id)
  writer.string(2, request.folder)
  writer.string(3, request.name)
  writer.uint(4, request.offset)
  writer.uint(5, request.size)
  writer.bytes(6, request.hash)
  writer.bool(7, request.fromTemporary)
  writer.uint(8, request.weakHash)
  writer.uint(9, request.blockNumber)
}

/** The data is a view into `bytes`: it is used at once, or copied. */
function parseResponse(reader: ProtoReader): Response {
  let id = 0
  let data: Uint8Array = EMPTY
  let code: ResponseCode = 'ok'
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) id = reader.int32()
    else if (field === 2) data = reader.bytes()
    else if (field === 3) code = RESPONSE_CODES[reader.int32()] ?? 'error'
    else reader.skip()
  }
  return { type: 'response', id, data, code }
}

function parseProgress(reader: ProtoReader): DownloadProgress {
  let folder = ''
  const updates: FileProgress[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) folder = reader.string()
    else if (field === 2) updates.push(parseFileProgress(reader.message()))
    else reader.skip()
  }
  return { type: 'download-progress', folder, updates }
}

function parseFileProgress(reader: ProtoReader): FileProgress {
  let [kind, name, version, blockSize]: [FileProgress['kind'], string, Version, number] = ['append', '', [], 0]
  const blockIndexes: number[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) kind = reader.int32() === 1 ? 'forget' : 'append'
    else if (field === 2) name = reader.string()
    else if (field === 3) version = parseVersion(reader.message())
    else if (field === 4) reader.eachInt32(index => blockIndexes.push(index))
    else if (field === 5) blockSize = reader.count('the size of a block')
    else reader.skip()
  }
  return { kind, name, version, blockIndexes, blockSize }
}

function writeFileProgress(writer: ProtoWriter, update: FileProgress): void {
  writer.uint(1, update.kind === 'forget' ? 1 : 0)
  writer.string(2, update.name)
  if (update.version.length > 0) writer.message(3, inner => writeVersion(inner, update.version))
  for (const index of update.blockIndexes) writer.number(4, index)
  writer.uint(5, update.blockSize)
}

function parseClose(reader: ProtoReader): Close {
  let reason = ''
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) reason = reader.string()
    else reader.skip()
  }
  return { type: 'close', reason }
}

const EMPTY = new Uint8Array(0)
/** Far from the numbers that others give. */
const HAS_REMOTES = 1000

/** What is told of a device of which nothing is known. */
export const NO_DEVICE: ClusterDevice = {
  id: EMPTY,
  name: '',
  addresses: [],
  compression: 'metadata',
  certName: '',
  maxSequence: 0,
  indexId: 0n,
  introducer: false,
  skipIntroductionRemovals: false,
  encryptionToken: EMPTY,
  hasRemotes: false,
}

const NO_REQUEST: Request = {
  type: 'request',
  id: 0,
  folder: '',
  name: '',
  offset: 0,
  size: 0,
  hash: EMPTY,
  fromTemporary: false,
  weakHash: 0,
  blockNumber: 0,
}
