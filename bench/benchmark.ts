// What a benchmark is given, and what it reports.
import type { Scale } from './scale.ts'

export interface Setting {
  /** Empty, on the disk that is measured; removed afterwards. */
  readonly dir: string
  readonly scale: Scale
  /** How often each contestant runs, in turns. */
  readonly pairs: number
  readonly signal: AbortSignal
}

export interface Report {
  readonly title: string
  /** What each run did, for the rate. */
  readonly amount?: { readonly count: number; readonly unit: string }
  /** Our own first. */
  readonly results: readonly Result[]
  /** What a reader must know to judge the figures. */
  readonly notes: readonly string[]
}

export interface Result {
  readonly name: string
  /** One for each run; none when it could not run, and then `failed` says why. */
  readonly runs: readonly Measured[]
  readonly failed?: string
}

export interface Measured {
  /** Wall-clock. */
  readonly seconds: number
  /** User and system time of the program and all it started; undefined where it was not measured. */
  readonly cpuSeconds?: number
  /** The largest of its processes. */
  readonly peakBytes?: number
  /** The same when it was done, where it runs on. */
  readonly rssBytes?: number
}

export type Benchmark = (setting: Setting) => Promise<Report | readonly Report[]>
