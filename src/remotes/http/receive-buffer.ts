// The memory that a connection reads into: given away with what arrives, or used again where somebody takes it out at once.
import type { OnReadOpts, Socket } from 'node:net'

/** Large enough that a fast line is not read in crumbs. */
const BYTES = 256 * 1024
/** Less than this is copied: the rest of the memory would be kept along with it. */
const FEW_BYTES = 64 * 1024

/** Takes what it needs out of bytes that are only lent. `not-yet`: they go where they always went. */
export type Tap = (lent: Uint8Array) => 'taken' | 'not-yet'

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
  return {
    // Called before each read.
    buffer: () => {
      if (isGone) buffer = Buffer.allocUnsafeSlow(BYTES)
      isGone = false
      return buffer
    },
    callback: count => {
      isGone = !isFreeAfter(socket(), buffer.subarray(0, count))
      return true
    },
  }
}

/** Hands over what has arrived. Whether its memory is free again. */
function isFreeAfter(socket: Socket, arrived: Buffer): boolean {
  if (taps.get(socket)?.(arrived) === 'taken') return true
  const isCopied = arrived.length <= FEW_BYTES
  socket.emit('data', isCopied ? Buffer.from(arrived) : arrived)
  return isCopied
}
