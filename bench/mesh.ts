// Two devices that share a folder: ours with ours, real ones with each other, and one with the other.
import { createCipheriv } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Report, Result, Setting } from './benchmark.ts'
import { type Contestant, inTurns } from './in-turns.ts'
import { type Kind, type MeshEnd, startEnd } from './mesh-ends.ts'
import { costOf } from './running-cost.ts'
import { at } from './scale.ts'
import { makeTree, settleDisk } from './trees.ts'

const PAIRS: readonly (readonly [from: Kind, to: Kind])[] = [
  ['syncline', 'syncline'],
  ['syncthing', 'syncthing'],
  ['syncline', 'syncthing'],
  ['syncthing', 'syncline'],
]
const NOTE =
  'From the moment the two may connect, both have looked at their disks and noted what they have, until the last file has its name and its length on the other. syncthing: fsWatcherDelayS 1, setLowPriority off.'

export async function meshLarge(setting: Setting): Promise<Report> {
  const bytes = at(setting.scale, { small: 10, full: 100 }) * 1024 * 1024
  const fill = (root: string) => {
    makeTree(root, { directories: 1, filesEach: 0, bytesEach: 0 })
    for (let i = 0; i < 20; i += 1) makeNoise(join(root, 'd0', `f${i}`), bytes, i)
  }
  const isThere = (root: string) => () => isComplete(join(root, 'd0'), 20, bytes)
  const results = await firstSync(setting, fill, isThere)
  return { title: `First sync of 20 files of ${bytes / 1024 / 1024} MiB`, results, notes: [NOTE] }
}

export async function meshSmall(setting: Setting): Promise<Report> {
  const directories = at(setting.scale, { small: 20, full: 200 })
  const fill = (root: string) => makeTree(root, { directories, filesEach: 100, bytesEach: 4096 })
  const isThere = (root: string) => {
    // What is complete is not looked at again: looking takes processor time from those who are measured.
    const left = Array.from({ length: directories }, (_, i) => join(root, `d${i}`))
    return () => {
      while (left.length > 0 && isComplete(left.at(-1) ?? '', 100, 4096)) left.pop()
      return left.length === 0
    }
  }
  const results = await firstSync(setting, fill, isThere)
  return {
    title: `First sync of ${directories * 100} files of 4 KiB`,
    results,
    notes: [NOTE, memoryAfterwards(results)],
  }
}

/** One byte in the middle of, or in front of, a large file that both have. */
export async function meshEdit(setting: Setting): Promise<readonly Report[]> {
  const size = at(setting.scale, { small: 64, full: 1024 }) * 1024 * 1024
  const large = (root: string) => join(root, 'd0', 'large')
  const fill = (root: string) => {
    makeTree(root, { directories: 1, filesEach: 0, bytesEach: 0 })
    makeNoise(large(root), size, 7)
  }
  const edits: readonly (readonly [string, (file: string) => void])[] = [
    ['in the middle', file => overwrite(file, size / 2)],
    ['in front', putInFront],
  ]
  const reports: Report[] = []
  for (const [where, edit] of edits) {
    const contestants = PAIRS.map(pair =>
      contestant(pair, setting, fill, async (a, b) => {
        await b.connect(a, 'wait')
        await a.connect(b, 'call')
        await until(() => sizeOf(large(b.root)) === size, setting.signal)
        await sleep(3000)
        edit(large(a.root))
        const began = performance.now()
        const wanted = statSync(large(a.root)).mtimeMs
        return { at: began, isDone: () => Math.abs((timeOf(large(b.root)) ?? 0) - wanted) < 1 }
      }),
    )
    reports.push({
      title: `One byte ${where} of ${size / 1024 / 1024} MiB`,
      results: await inTurns(contestants, setting),
      notes: ['From the edit until the other has the file as it is now.'],
    })
  }
  return reports
}

/** From a small edit until it can be read on the other. */
export async function meshLatency(setting: Setting): Promise<Report> {
  const edits = at(setting.scale, { small: 5, full: 50 })
  const fill = (root: string) => makeTree(root, { directories: 10, filesEach: 100, bytesEach: 4096 })
  const contestants = PAIRS.slice(0, 2).map(([from, to]): Contestant => {
    return {
      name: from,
      run: async signal =>
        withEnds([from, to], setting, fill, async (a, b) => {
          await b.connect(a, 'wait')
          await a.connect(b, 'call')
          await until(() => isComplete(join(b.root, 'd9'), 100, 4096), signal)
          await sleep(3000)
          const taken: number[] = []
          for (let i = 0; i < edits; i += 1) {
            const text = `edit ${i}`
            const began = performance.now()
            writeFileSync(join(a.root, 'd5', 'edited'), text)
            await until(() => textOf(join(b.root, 'd5', 'edited')) === text, signal)
            taken.push((performance.now() - began) / 1000)
            await sleep(300)
          }
          return { seconds: taken.sort((x, y) => x - y)[Math.floor(taken.length / 2)] as number }
        }),
    }
  })
  return {
    title: 'From an edit until it is visible',
    results: await inTurns(contestants, setting),
    notes: [`The median of ${edits} edits of one file among 1,000; two processes on one machine.`],
  }
}

function memoryAfterwards(results: readonly Result[]): string {
  const each = results.map(({ name, runs }) => {
    const most = Math.max(0, ...runs.map(({ rssBytes = 0 }) => rssBytes))
    return `${name} ${Math.round(most / 1024 / 1024)} MiB`
  })
  return `Memory of the larger of the two when all is there: ${each.join(', ')}.`
}

/** `isThere` gives what to ask again and again. */
function firstSync(setting: Setting, fill: (root: string) => void, isThere: (root: string) => () => boolean) {
  const contestants = PAIRS.map(pair =>
    contestant(pair, setting, fill, async (a, b) => {
      await b.connect(a, 'wait')
      const began = performance.now()
      await a.connect(b, 'call')
      return { at: began, isDone: isThere(b.root) }
    }),
  )
  return inTurns(contestants, setting)
}

interface Begun {
  /** On the clock of `performance`. */
  readonly at: number
  readonly isDone: () => boolean
}

/** `begin` gives what is waited for, and from when on. */
function contestant(
  [from, to]: readonly [Kind, Kind],
  setting: Setting,
  fill: (root: string) => void,
  begin: (a: MeshEnd, b: MeshEnd) => Promise<Begun>,
): Contestant {
  return {
    name: from === to ? from : `${from} to ${to}`,
    run: signal =>
      withEnds([from, to], setting, fill, async (a, b) => {
        const before = await costOf(setting.dir)
        const { at: began, isDone } = await begin(a, b)
        await until(isDone, signal)
        const seconds = (performance.now() - began) / 1000
        const { cpuSeconds, peakBytes, rssBytes } = await costOf(setting.dir)
        return { seconds, cpuSeconds: cpuSeconds - before.cpuSeconds, peakBytes, rssBytes }
      }),
  }
}

async function withEnds<T>(
  [from, to]: readonly [Kind, Kind],
  { dir, signal }: Setting,
  fill: (root: string) => void,
  act: (a: MeshEnd, b: MeshEnd) => Promise<T>,
): Promise<T> {
  const places = [join(dir, 'a'), join(dir, 'b')] as const
  const a = await startEnd(from, places[0], fill)
  const b = await startEnd(to, places[1], () => {})
  try {
    await Promise.all([a.share(b), b.share(a)])
    await settleDisk(signal)
    return await act(a, b)
  } finally {
    await Promise.all([a.stop(), b.stop()])
    for (const place of places) await rm(place, { recursive: true, force: true })
  }
}

async function until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
  while (!isSo()) {
    signal.throwIfAborted()
    await sleep(5)
  }
}

function namesIn(place: string): readonly string[] {
  try {
    return readdirSync(place)
  } catch {
    return []
  }
}

function isComplete(place: string, files: number, size: number): boolean {
  const names = namesIn(place).filter(name => name.startsWith('f'))
  return names.length === files && names.every(name => sizeOf(join(place, name)) === size)
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}

function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Nothing in it is anywhere twice: these look for equal blocks. */
function makeNoise(path: string, size: number, seed: number): void {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16))
  const piece = new Uint8Array(1024 * 1024)
  const file = openSync(path, 'w')
  for (let at = 0; at < size; at += piece.length)
    writeSync(file, cipher.update(piece), 0, Math.min(piece.length, size - at))
  closeSync(file)
}

function overwrite(path: string, at: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.from([0x5a]), 0, 1, at)
  closeSync(file)
}

function putInFront(path: string): void {
  const bytes = readFileSync(path)
  const file = openSync(`${path}~`, 'w')
  writeSync(file, Buffer.from('!'))
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
  closeSync(file)
  renameSync(`${path}~`, path)
}
