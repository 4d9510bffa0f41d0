// Disk → index: the only thing that compares the two.
import type { FolderIndex } from '../index/folder-index.ts'
import { ancestorsOf, isWithin, type Path, type Place, parentOf } from '../model/path.ts'
import type { Tree } from '../platform/tree.ts'
import type { World } from '../platform/world.ts'
import { Comparison } from './compare.ts'
import { Fence, type IsBusy } from './fence.ts'
import { HashQueue } from './hash-queue.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { Ledger } from './ledger.ts'
import { Origins } from './origins.ts'
import { Findings, type ScanReport } from './report.ts'
import { callRollsOf, settleRules } from './roll-call.ts'
import { Walk } from './walk.ts'

export interface ScanOptions {
  readonly tree: Tree
  readonly index: FolderIndex
  readonly ignore: IgnoreRules
  readonly world: World
  /** `metadata`: a file whose mark has not changed is not read; `content`: every file is, which finds damage too. */
  readonly trust: 'metadata' | 'content'
  /** Looks only at these places and everything below them; the whole folder without. */
  readonly places?: readonly Place[]
  /** With `places`: looks at the names in these places too, but of the directories in them only into those that are new. */
  readonly namesIn?: readonly Place[]
  /** Tells what somebody is about to change, and will record: it is not judged then. */
  readonly isBusy?: IsBusy
  /** Told now and then: files seen and bytes hashed so far. */
  readonly onProgress?: (files: number, bytes: number) => void
}

/**
 * Brings the index up to date with the disk. Only what a complete listing proves gone becomes a tombstone. Others may change
 * rows through the same index meanwhile: what they changed since its directory was listed is not judged by that listing. Throws
 * `folder-unusable` when the root is gone, or the signal's reason; what was recorded until then is true and stays.
 */
export async function scan(options: ScanOptions, signal: AbortSignal): Promise<ScanReport> {
  const { tree, index, world } = options
  const before = index.sequence
  const places = outermost(options.places ?? [''])
  const namesIn = new Set(options.namesIn?.filter(place => !places.some(outer => isWithin(place, outer))))
  const findings = new Findings()
  const fence = new Fence(index, options.isBusy ?? (() => false))
  const ledger = new Ledger(index, findings, fence)
  const called = await callRollsOf(options, signal)
  if (called.as === 'all') return unchanged(called, findings, options)
  const passed = new Set(called.same.keys())
  const willSee = (path: Path) =>
    !passed.has(parentOf(path)) && (namesIn.has(parentOf(path)) || places.some(place => isWithin(path, place)))
  const origins = new Origins(tree, index, willSee)
  const stack: Place[] = []
  const enter = (place: Place) => void stack.push(place)
  const comparison = new Comparison({ ...options, findings, fence, ledger, origins, enter })
  const queue = new HashQueue(tree, world, (job, outcome) => comparison.hashed(job, outcome), signal)
  const walk = new Walk({ ...options, findings, fence, comparison, queue, stack, namesIn, same: new Map(called.same) })
  const look = async (where: readonly Place[]) => {
    await walk.run(where, signal)
    await queue.drain()
    signal.throwIfAborted()
    comparison.buryDeparted()
  }
  try {
    await look([...places, ...namesIn])
    findings.passedOver.push(...(await lookAgain(fence, look)))
  } finally {
    await queue.settle()
  }
  settleRules(options, findings, before)
  options.onProgress?.(findings.files, findings.hashedBytes)
  return findings
}

/** The report of a folder in which everything is as its rows say. */
function unchanged(all: { files: number; directories: number }, findings: Findings, { onProgress }: ScanOptions) {
  findings.files = all.files
  findings.directories = all.directories
  onProgress?.(findings.files, findings.hashedBytes)
  return findings
}

const MOST_LOOKS = 3

/** Looks at what was passed over, as it is now; returns what others never left alone long enough. */
async function lookAgain(fence: Fence, look: (where: readonly Place[]) => Promise<void>): Promise<readonly Path[]> {
  let passed = fence.takePassed()
  for (let looks = 0; looks < MOST_LOOKS && passed.length > 0; looks += 1) {
    await look(outermost(passed))
    passed = fence.takePassed()
  }
  return passed
}

/** The places without those that lie in another one. */
function outermost(places: readonly Place[]): readonly Place[] {
  const all = new Set(places)
  const isIn = (place: Place) => place !== '' && (all.has('') || [...ancestorsOf(place)].some(above => all.has(above)))
  return [...all].filter(place => !isIn(place))
}
