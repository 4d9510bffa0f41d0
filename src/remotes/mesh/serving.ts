// What one device asked for and has not got yet. Blocks that lie side by side in a file are read in one go, and go out in one piece.
import { frameResponse } from '../../wire/bep/frames.ts'
import { type Message, type Request, writeResponseHead } from '../../wire/bep/messages.ts'
import { BepFault } from '../../wire/bep/protobuf.ts'
import type { MeshFolder } from './mesh-folder.ts'

/** Where answers go. */
export interface AnswerChannel {
  /** `more` follows the body, as a part of the same message. */
  sendEncoded(type: Message['type'], body: Uint8Array, more?: Uint8Array): Promise<void>
  /** Messages that are framed already. Their memory is the caller's again when it resolves. Undefined where all must be compressed. */
  readonly sendFramed?: ((frames: Uint8Array) => Promise<void>) | undefined
}

export type ServedFolder = Pick<MeshFolder, 'serve' | 'announcedFile' | 'readAnnounced'>

export interface ServingParts {
  readonly channel: AnswerChannel
  /** The folder of this id, if it is shared with the device now. */
  readonly folderOf: (id: string) => ServedFolder | undefined
}

/** So many bytes of answers are on their way to one device; more of its requests wait. */
const MAX_SERVING_BYTES = 4 * 1024 * 1024
/** Real peers have a few hundred under way. */
const MAX_WAITING = 50_000
/** Blocks of so many bytes are read together. */
const TOGETHER_BYTES = 1024 * 1024
/** What is smaller is quicker by itself. */
const WORTH_BYTES = 64 * 1024
const MAX_BLOCK = 16 * 1024 * 1024
const NOTHING = new Uint8Array(0)

export class Serving {
  readonly #parts: ServingParts
  #waiting: Request[] = []
  /** How many of them had their turn. */
  #begun = 0
  #bytes = 0
  #isBeginning = false

  constructor(parts: ServingParts) {
    this.#parts = parts
  }

  /** It is answered when its turn comes. Throws `BepFault` where too many wait. */
  add(request: Request): void {
    if (this.#waiting.length - this.#begun >= MAX_WAITING) throw new BepFault('asked for more than anybody could want')
    this.#waiting.push(request)
    if (this.#isBeginning) return
    this.#isBeginning = true
    // Those that came along with it are here then, too.
    queueMicrotask(() => {
      this.#isBeginning = false
      this.#begin()
    })
  }

  /** Nobody waits any more. */
  end(): void {
    this.#waiting = []
    this.#begun = 0
  }

  /** Begins with what waits as far as there is room. */
  #begin(): void {
    while (this.#begun < this.#waiting.length && this.#bytes < MAX_SERVING_BYTES) {
      const together = this.#next()
      const bytes = sizeOf(together)
      this.#bytes += bytes
      void this.#answer(together).finally(() => {
        this.#bytes -= bytes
        this.#begin()
      })
    }
  }

  /** The one that waits longest, and those after it that ask for what follows in the same file. */
  #next(): readonly Request[] {
    const first = this.#waiting[this.#begun] as Request
    let next = this.#begun + 1
    let end = first.offset + first.size
    for (; next < this.#waiting.length; next += 1) {
      const { folder, name, offset, size, fromTemporary } = this.#waiting[next] as Request
      const isNext = folder === first.folder && name === first.name && offset === end && !fromTemporary
      if (!isNext || first.fromTemporary || size <= 0 || end + size - first.offset > TOGETHER_BYTES) break
      end += size
    }
    const together = this.#waiting.slice(this.#begun, next)
    this.#begun = next
    // Not each time: all that follow would have to be moved.
    if (this.#begun > this.#waiting.length / 2) {
      this.#waiting = this.#waiting.slice(this.#begun)
      this.#begun = 0
    }
    return together
  }

  async #answer(requests: readonly Request[]): Promise<void> {
    if (await this.#together(requests)) return
    for (const request of requests) await this.#one(request)
  }

  async #one(request: Request): Promise<void> {
    const { channel, folderOf } = this.#parts
    const folder = folderOf(request.folder)
    const answer = folder === undefined ? ({ data: NOTHING, code: 'error' } as const) : await folder.serve(request)
    const head = writeResponseHead({ id: request.id, code: answer.code }, answer.data.length)
    await channel.sendEncoded('response', head, answer.data)
  }

  /** Whether all of them were answered at one stroke: not where one of them asks for anything unusual. */
  async #together(requests: readonly Request[]): Promise<boolean> {
    const { channel, folderOf } = this.#parts
    const [first] = requests as [Request]
    const size = sizeOf(requests)
    const isUsual =
      first.size > 0 && first.offset >= 0 && !first.fromTemporary && size >= WORTH_BYTES && size <= MAX_BLOCK
    if (channel.sendFramed === undefined || !isUsual) return false
    const folder = folderOf(first.folder)
    const file = folder?.announcedFile(first.name, first.offset + size)
    if (folder === undefined || file === undefined) return false
    const { memory, frames, blocks } = laidOut(requests)
    try {
      const isServed = await folder.readAnnounced(file, first.offset, blocks)
      if (isServed) await channel.sendFramed(frames)
      return isServed
    } finally {
      giveBack(memory)
    }
  }
}

function sizeOf(requests: readonly Request[]): number {
  return requests.reduce((sum, { size }) => sum + size, 0)
}

/** The answers as they are to go out, with room for the blocks. */
function laidOut(requests: readonly Request[]) {
  const heads = requests.map(({ id, size }) => frameResponse(writeResponseHead({ id, code: 'ok' }, size), size))
  const length = heads.reduce((sum, head) => sum + head.length, sizeOf(requests))
  const memory = memoryOf(length)
  const blocks: Uint8Array[] = []
  let at = 0
  for (const [i, head] of heads.entries()) {
    memory.set(head, at)
    const from = at + head.length
    at = from + (requests[i] as Request).size
    blocks.push(memory.subarray(from, at))
  }
  return { memory, frames: memory.subarray(0, length), blocks }
}

/** Memory that is used again, of all devices: to get some from the system costs as much as to fill it. */
const spare: Uint8Array[] = []
const SPARE = 4
const MEMORY_BYTES = TOGETHER_BYTES + 4096

function memoryOf(length: number): Uint8Array {
  if (length > MEMORY_BYTES) return Buffer.allocUnsafeSlow(length)
  return spare.pop() ?? Buffer.allocUnsafeSlow(MEMORY_BYTES)
}

function giveBack(memory: Uint8Array): void {
  if (memory.length === MEMORY_BYTES && spare.length < SPARE) spare.push(memory)
}
