// Checksums of bytes that come in pieces.
import type { Checksum, ChecksumKind } from '../../model/content.ts'
import { summing } from '../../platform/node/sum-file.ts'

export class Sums {
  readonly #sums: readonly (readonly [ChecksumKind, ReturnType<typeof summing>])[]

  constructor(kinds: readonly ChecksumKind[]) {
    this.#sums = [...new Set(kinds)].map(kind => [kind, summing(kind)])
  }

  update(bytes: Uint8Array): void {
    for (const [, sum] of this.#sums) sum.update(bytes)
  }

  /** Ends it. */
  values(): readonly Checksum[] {
    return this.#sums.map(([kind, sum]) => `${kind}:${sum.value()}` as Checksum)
  }
}
