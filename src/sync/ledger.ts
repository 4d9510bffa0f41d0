// What was done and is not on record yet. An agreement is recorded only when both sides hold it durably (spec, executor invariant E3).
import type { FolderIndex, PairRecords } from '../index/folder-index.ts'
import type { Agreement } from '../model/agreement.ts'
import type { Stamp } from '../model/entry.ts'
import { isWithin, type Path } from '../model/path.ts'
import type { Ends } from './ends.ts'

export type LedgerEntry =
  | { readonly do: 'agree'; readonly agreement: Agreement }
  | { readonly do: 'forget'; readonly paths: readonly Path[] }
  | { readonly do: 'follow'; readonly from: Path; readonly to: Path; readonly restamped?: Restamped }

/** A move that gave the remote entry another stamp: what was agreed on under `was` is the same under `is`. */
export interface Restamped {
  readonly was: Stamp
  readonly is: Stamp
}

/** After so many entries the ledger is worth settling: a crash repeats at most this much. */
const FULL = 16_000

export class Ledger {
  readonly #ends: Ends
  #open: LedgerEntry[] = []
  #settling: Promise<void> = Promise.resolve()

  constructor(ends: Ends) {
    this.#ends = ends
  }

  add(entries: readonly LedgerEntry[]): void {
    for (const entry of entries) this.#open.push(entry)
  }

  get isFull(): boolean {
    return this.#open.length >= FULL
  }

  /** Makes both sides durable, then records what was added before. Entries keep their order. */
  settle(signal: AbortSignal): Promise<void> {
    const settled = this.#settling.then(() => this.#settleNow(signal))
    this.#settling = settled.catch(() => undefined)
    return settled
  }

  async #settleNow(signal: AbortSignal): Promise<void> {
    const entries = this.#open
    if (entries.length === 0) return
    this.#open = []
    const also = agreedIn(entries)
    await Promise.all([this.#ends.local.flush(signal, also), this.#ends.remote.flush(signal, also)])
    record(entries, this.#ends.records, this.#ends.index)
  }
}

/** The paths that are agreed on. Undefined where something else is recorded too: it may stand on what others did, anywhere. */
function agreedIn(entries: readonly LedgerEntry[]): readonly Path[] | undefined {
  return entries.every(entry => entry.do === 'agree') ? entries.map(({ agreement }) => agreement.path) : undefined
}

function record(entries: readonly LedgerEntry[], records: PairRecords, index: FolderIndex): void {
  index.transaction(() => {
    let run: Agreement[] = []
    for (const entry of entries) {
      if (entry.do === 'agree') {
        run.push(entry.agreement)
        continue
      }
      records.agree(run)
      run = []
      if (entry.do === 'forget') records.forget(entry.paths)
      else follow(entry, records)
    }
    records.agree(run)
  })
}

function follow({ from, to, restamped }: Extract<LedgerEntry, { do: 'follow' }>, records: PairRecords): void {
  // What took the place of a directory that it was in, on both sides: they will agree on it anew.
  if (isWithin(from, to) || isWithin(to, from)) return records.forget([from])
  records.moveAgreements(from, to)
  const moved = restamped === undefined ? undefined : records.agreement(to)
  if (restamped !== undefined && moved?.remote === restamped.was) records.agree([{ ...moved, remote: restamped.is }])
}
