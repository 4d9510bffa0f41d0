// Bytes from one side to the other: staged invisibly, made durable, then committed under a guard.
import type { FileEntry } from '../model/entry.ts'
import { asSyncError, SyncError } from '../model/errors.ts'
import type { Transfer } from '../plan/step.ts'
import { otherSide } from '../plan/triple.ts'
import type { Commit, Committed, Replica, Resume, Staged, Tried } from '../replica/replica.ts'
import { type Ends, endOf } from './ends.ts'
import { inLanes } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import type { Outcome } from './outcome.ts'
import { agreementAt } from './perform.ts'
import { giveUp, isResumable, resumeOf } from './resume.ts'
import { keepSame, mayBeThere } from './same-content.ts'
import { setAside } from './set-aside.ts'
import { smallSourceOf, sourceOf } from './source.ts'

/** One file, resumable. */
export async function transferOne(step: Transfer, ends: Ends, ledger: Ledger, signal: AbortSignal): Promise<Outcome> {
  const to = endOf(ends, step.to)
  const resume = resumeOf(step, ends)
  const staged = await to.stage(
    sourceOf(endOf(ends, otherSide(step.to)), step.path, step.source, signal),
    resume,
    signal,
  )
  return commitStaged(step, staged, ends, ledger, signal)
}

/** Commits what is staged, in the place of what the step expects there; what a failure makes useless is given up. */
export async function commitStaged(
  step: Transfer,
  staged: Staged,
  ends: Ends,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await commitNow(step, staged, ends, ledger, signal)
  } catch (error) {
    if (!isResumable(step, asSyncError(error, step.path), ends, signal)) {
      resumeOf(step, ends).forget()
      await giveUp(step, staged, ends, signal)
    }
    throw error
  }
}

async function commitNow(
  step: Transfer,
  staged: Staged,
  ends: Ends,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Outcome> {
  const to = endOf(ends, step.to)
  const same = await keepSame(step, staged, ends, ledger, signal)
  if (same !== undefined) return { as: same, step }
  await to.flush(signal, [])
  if (step.aside !== undefined && (await setAside(step.path, step.aside, step.expect, ends, signal)) === 'stale') {
    await to.discard(staged, signal)
    return { as: 'stale', step }
  }
  const committed = await to.commit(putOf(step, staged), signal)
  resumeOf(step, ends).forget()
  if (committed.as === 'stale') await to.discard(staged, signal)
  return conclude(step, committed, ledger)
}

/** Many small files to the same side. One outcome per step; never throws for one of them. */
export async function transferMany(
  steps: readonly Transfer[],
  ends: Ends,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const first = steps[0]
  if (first === undefined) return []
  const from = endOf(ends, otherSide(first.to))
  const to = endOf(ends, first.to)
  const staged = await stageTogether(to, steps, from, signal)
  const { others, settled } = await settleSame(staged, ends, ledger, signal)
  const failed = others.flatMap(({ step, result }) => (result instanceof SyncError ? [failure(step, result)] : []))
  const good = others.flatMap(({ step, result }) => (result instanceof SyncError ? [] : [{ step, staged: result }]))
  const tried = await commitEach(good, to, ends, signal)
  const concluded = good.map(({ step }, i): Outcome => {
    const result = tried[i]
    return result instanceof SyncError || result === undefined
      ? failure(step, asSyncError(result, step.path))
      : conclude(step, result, ledger)
  })
  return [...settled, ...failed, ...concluded]
}

interface Good {
  readonly step: Transfer
  readonly staged: Staged
}

/** One result per element, in order; what was not committed is given up. */
async function commitEach(
  good: readonly Good[],
  to: Replica,
  ends: Ends,
  signal: AbortSignal,
): Promise<readonly Tried<Committed>[]> {
  let tried: readonly Tried<Committed>[] = []
  try {
    await to.flush(signal, [])
    const puts = good.map(({ step, staged }) => putOf(step, staged))
    tried = await commitAll(to, puts, signal)
    return tried
  } finally {
    for (const [i, { step, staged }] of good.entries()) if (!isDone(tried[i])) await giveUp(step, staged, ends, signal)
  }
}

function isDone(result: Tried<Committed> | undefined): boolean {
  return result !== undefined && !(result instanceof SyncError) && result.as === 'done'
}

/** What is here already need not be put here. */
async function settleSame(staged: readonly Staging[], ends: Ends, ledger: Ledger, signal: AbortSignal) {
  const settled: Outcome[] = []
  const others: Staging[] = []
  for (const { step, result } of staged) {
    const same =
      result instanceof SyncError || !mayBeThere(step) ? undefined : await keepSame(step, result, ends, ledger, signal)
    if (same === undefined) others.push({ step, result })
    else settled.push({ as: same, step })
  }
  return { others, settled }
}

function failure(step: Transfer, error: SyncError): Outcome {
  return { as: 'failed', step, error }
}

interface Reading {
  readonly step: Transfer
  readonly bytes: Tried<Uint8Array>
}

interface Staging {
  readonly step: Transfer
  readonly result: Tried<Staged>
}

async function readAll(from: Replica, steps: readonly Transfer[], signal: AbortSignal): Promise<Reading[]> {
  const wanted = steps.map(({ path, source }) => ({ path, expect: source.stamp, size: source.size }))
  const read = from.readMany === undefined ? await readEach(from, steps, signal) : await from.readMany(wanted, signal)
  return steps.map((step, i) => {
    const bytes = read[i] ?? new SyncError('changed', `'${step.path}' could not be read.`, { path: step.path })
    return { step, bytes: isWhole(bytes, step.source) ? bytes : torn(step) }
  })
}

function isWhole(bytes: Tried<Uint8Array>, source: FileEntry): boolean {
  return bytes instanceof SyncError || bytes.length === source.size
}

function torn({ path, source }: Transfer): SyncError {
  return new SyncError(
    'corrupt',
    `'${path}' did not have the ${source.size} bytes that were announced; it is tried again.`,
    { path },
  )
}

function readEach(from: Replica, steps: readonly Transfer[], signal: AbortSignal): Promise<Tried<Uint8Array>[]> {
  return eachInOrder(steps, from.can.parallel, async ({ path, source }) => {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of from.read(path, source.stamp, 0, signal)) {
      chunks.push(chunk)
      size += chunk.length
      // Never more than was announced: what follows is not the file we meant.
      if (size > source.size) break
    }
    return Buffer.concat(chunks)
  })
}

async function stageTogether(
  to: Replica,
  steps: readonly Transfer[],
  from: Replica,
  signal: AbortSignal,
): Promise<Staging[]> {
  if (to.can.isAnnouncedTo === true) return stageEach(to, steps, from, signal)
  return (await copyAll(to, steps, from, signal)) ?? passAll(to, steps, from, signal)
}

/** So many are read while as many are written: neither end waits for the other, and little is held that is in nobody's use. */
const PART_FILES = 256
const PARTS_AT_ONCE = 2

async function passAll(
  to: Replica,
  steps: readonly Transfer[],
  from: Replica,
  signal: AbortSignal,
): Promise<Staging[]> {
  const parts: (readonly Transfer[])[] = []
  for (let at = 0; at < steps.length; at += PART_FILES) parts.push(steps.slice(at, at + PART_FILES))
  const staged: Staging[][] = new Array(parts.length)
  try {
    await inLanes(parts.entries(), PARTS_AT_ONCE, async ([i, part]) => {
      staged[i] = await stageAll(to, await readAll(from, part, signal), from, signal)
    })
  } catch (error) {
    await discardEach(to, staged.flat())
    throw error
  }
  return staged.flat()
}

/** What cannot be discarded now is removed by a later run. */
async function discardEach(to: Replica, staged: readonly Staging[]): Promise<void> {
  const never = new AbortController().signal
  await eachInOrder(staged, 1, async ({ result }) => {
    if (!(result instanceof SyncError)) await to.discard(result, never)
  })
}

/** From disk to disk. */
async function copyAll(
  to: Replica,
  steps: readonly Transfer[],
  from: Replica,
  signal: AbortSignal,
): Promise<Staging[] | undefined> {
  const there = from.located?.(steps.map(({ path, source }) => ({ path, expect: source.stamp })))
  if (there === undefined) return undefined
  const sources = steps.map(({ path, source }) => sourceOf(from, path, source, signal))
  const staged = await to.stageFrom?.(there, sources, signal)
  return staged && steps.map((step, i) => ({ step, result: staged[i] ?? torn(step) }))
}

async function stageAll(
  to: Replica,
  readings: readonly Reading[],
  from: Replica,
  signal: AbortSignal,
): Promise<Staging[]> {
  const good = readings.flatMap(({ step, bytes }) => (bytes instanceof SyncError ? [] : [{ step, bytes }]))
  const sources = good.map(({ step, bytes }) => smallSourceOf(sourceOf(from, step.path, step.source, signal), bytes))
  const staged =
    to.stageMany === undefined
      ? await eachInOrder(sources, to.can.parallel, source => to.stage(source, NO_RESUME, signal))
      : await to.stageMany(sources, signal)
  const results = new Map(good.map(({ step }, i) => [step, staged[i]]))
  return readings.map(({ step, bytes }) => ({
    step,
    result: bytes instanceof SyncError ? bytes : (results.get(step) ?? torn(step)),
  }))
}

/** For those who take no bytes. */
async function stageEach(
  to: Replica,
  steps: readonly Transfer[],
  from: Replica,
  signal: AbortSignal,
): Promise<Staging[]> {
  const staged = await eachInOrder(steps, to.can.parallel, ({ path, source }) =>
    to.stage(sourceOf(from, path, source, signal), NO_RESUME, signal),
  )
  return steps.map((step, i) => ({ step, result: staged[i] ?? torn(step) }))
}

function commitAll(to: Replica, puts: readonly Commit[], signal: AbortSignal): Promise<readonly Tried<Committed>[]> {
  return to.commitMany === undefined
    ? eachInOrder(puts, to.can.parallel, put => to.commit(put, signal))
    : to.commitMany(puts, signal)
}

/** The single call for each, a few at once; an error stands in the place of its element. */
async function eachInOrder<T, R>(
  items: readonly T[],
  width: number,
  act: (item: T) => Promise<R>,
): Promise<Tried<R>[]> {
  const results: Tried<R>[] = new Array(items.length)
  let next = 0
  const lane = async () => {
    for (let i = next++; i < items.length; i = next++) {
      try {
        results[i] = await act(items[i] as T)
      } catch (error) {
        results[i] = asSyncError(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, width) }, lane))
  return results
}

function putOf(step: Transfer, staged: Staged): Commit {
  const { path, source } = step
  return {
    do: 'put',
    path,
    staged,
    mtimeNs: source.mtimeNs,
    expect: step.aside === undefined ? step.expect : 'absent',
    ...(source.mode === undefined ? {} : { mode: source.mode }),
  }
}

function conclude(step: Transfer, committed: Committed, ledger: Ledger): Outcome {
  // Somebody may have changed it in the instant after: then there is nothing to agree on yet.
  if (committed.as === 'stale' || committed.entry?.kind !== 'file') return { as: 'stale', step }
  ledger.add([{ do: 'agree', agreement: agreementAt(step.path, step.to, committed.entry, step.source) }])
  return { as: 'done', step }
}

const NO_RESUME: Resume = { token: undefined, save: () => undefined }
