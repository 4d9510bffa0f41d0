// Whether blocks are those that their hashes say: found out in this thread for another one.
import { hash as hashOnce } from 'node:crypto'
import { assert } from '../../model/errors.ts'

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
