// The memory that a connection reads into: given away with what arrives, used again where somebody takes it out at once, or theirs from the start.
import type { OnReadOpts, Socket } from 'node:net'

/** Large enough that a fast line is not read in crumbs. */
const BYTES = 256 * 1024
/** Less than this is copied: the rest of the memory would be kept along with it. */
const FEW_BYTES = 64 * 1024

/** Takes what arrives on a connection. */
export interface Tap {
  /** Where the next bytes are to go, and nobody else writes until they have come; undefined: to memory of the connection. */
  room(): Uint8Array | undefined
  /** So many bytes have come to the last room. */
  filled(count: number): void
  /** Takes what it needs out of bytes that are only lent. `not-yet`: they go where they always went. */
  take(lent: Uint8Array): 'taken' | 'not-yet'
}

const taps = new WeakMap<Socket, Tap>()

/**
 * What arrives on this connection goes to `tap`, past Node's parser, which copies every piece of a body into new memory. It never sees
 * the end of its message then, so that the connection is good for nothing else afterwards. Connections that are encrypted cannot be tapped.
 */
export function tapInto(socket: Socket, tap: Tap): void {
  taps.set(socket, tap)
}

/** How a connection reads; `socket` is asked for when something has arrived. */
export function reading(socket: () => Socket): OnReadOpts {
  let buffer = Buffer.allocUnsafeSlow(BYTES)
  let isGone = false
  let room: Uint8Array | undefined
  return {
    // Called before each read.
    buffer: () => {
      if (room !== undefined) return room
      if (isGone) buffer = Buffer.allocUnsafeSlow(BYTES)
      isGone = false
      return buffer
    },
    callback: count => {
      const tap = taps.get(socket())
      if (room !== undefined) tap?.filled(count)
      else isGone = !isFreeAfter(socket(), tap, buffer.subarray(0, count))
      room = taps.get(socket())?.room()
      return true
    },
  }
}

/** Hands over what has arrived. Whether its memory is free again. */
function isFreeAfter(socket: Socket, tap: Tap | undefined, arrived: Buffer): boolean {
  if (tap?.take(arrived) === 'taken') return true
  const isCopied = arrived.length <= FEW_BYTES
  socket.emit('data', isCopied ? Buffer.from(arrived) : arrived)
  return isCopied
}
