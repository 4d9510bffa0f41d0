// Proves that blocks are those that their hashes say, in another thread.
import { hash as hashOnce } from 'node:crypto'
import { assert } from '../../model/errors.ts'
import type { Proving } from '../tree.ts'
import type { Seat } from './worker-pool.ts'

const HASH_BYTES = 32

export interface Proof {
  /** Who asks: memory is known by its number to each for itself. */
  readonly prover: number
  readonly memory: number
  /** The memory, the first time: to show it costs as much as to hash some of it. */
  readonly shown?: Uint8Array<SharedArrayBuffer>
  readonly from: number
  readonly count: number
  readonly blockSize: number
  readonly hashes: Uint8Array
}

const memories = new Map<number, Map<number, Uint8Array>>()

/** The numbers of those blocks that are others than their hashes say; the last one may be shorter. */
export function prove({ prover, memory, shown, from, count, blockSize, hashes }: Proof): readonly number[] {
  const known = memories.get(prover) ?? new Map<number, Uint8Array>()
  memories.set(prover, known)
  if (shown !== undefined) known.set(memory, shown)
  const bytes = known.get(memory)?.subarray(from, from + count)
  assert(bytes !== undefined, 'its memory was shown before')
  const wrong: number[] = []
  for (let i = 0; i * HASH_BYTES < hashes.length; i += 1) {
    const hash = hashOnce('sha256', bytes.subarray(i * blockSize, (i + 1) * blockSize), 'buffer')
    if (Buffer.compare(hash, hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)) !== 0) wrong.push(i)
  }
  return wrong
}

/** Nothing more is asked by this one. */
export function proven(prover: number): void {
  memories.delete(prover)
}

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
