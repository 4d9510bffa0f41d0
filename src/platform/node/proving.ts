// Has blocks proven by another thread, which stays with whoever asks.
import type { Proving } from '../tree.ts'
import type { Seat } from './worker-pool.ts'

let begun = 0

/** `seat` is the thread that stays with it. */
export function openProving(seat: Seat): Proving {
  begun += 1
  const prover = begun
  const numbers = new Map<SharedArrayBuffer, number>()
  return {
    wrong: (bytes, blockSize, hashes) => {
      const known = numbers.get(bytes.buffer)
      const memory = known ?? numbers.size
      numbers.set(bytes.buffer, memory)
      const proof = { prover, memory, from: bytes.byteOffset, count: bytes.length, blockSize, hashes: hashes.slice() }
      const shown = known === undefined ? { shown: new Uint8Array(bytes.buffer) } : {}
      return seat({ do: 'prove', ...proof, ...shown }, [])
    },
    close: async () => {
      if (numbers.size > 0) await seat({ do: 'proven', prover }, [])
    },
  }
}
