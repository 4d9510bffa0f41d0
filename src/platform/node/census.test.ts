import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { markOf } from '../roll.ts'
import type { Census, Roll, Tree } from '../tree.ts'
import { openNodeTree } from './node-tree.ts'
import { beginCensus, endCensuses } from './take-census.ts'

const never = new AbortController().signal
const hasFind = process.platform === 'linux' && isGnuFind()

let root: string
let tree: Tree

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'syncline-census-'))
  tree = await openNodeTree(root)
})

afterEach(async () => {
  endCensuses()
  await tree.close()
  rmSync(root, { recursive: true, force: true })
})

describe.runIf(hasFind)('a census', () => {
  it('answers to the rolls of every directory, whatever names are in it, and tells of the empty ones', async () => {
    const names = [
      'plain',
      'line\nbreak',
      ' lead',
      "quote'",
      'back\\slash',
      '日本',
      'a!',
      'a',
      'a.b',
      '-dash',
      '%f',
      '\u0001b',
    ]
    for (const place of ['', 'd', 'd/e é', 'd/e é/f\ng']) {
      mkdirSync(join(root, place), { recursive: true })
      for (const name of names) writeFileSync(join(root, place, name), name)
      symlinkSync('nowhere', join(root, place, 'link'))
    }
    mkdirSync(join(root, 'nothing/here'), { recursive: true })
    mkdirSync(join(root, '.syncline'))
    writeFileSync(join(root, '.syncline/index'), 'own')
    chmodSync(join(root, 'd/plain'), 0o4751)
    chmodSync(join(root, 'd'), 0o2750)
    const rolls = await rollsOf()
    using census = await taken()
    expect(rolls.length).toBe(5)
    expect(await census.answersTo(rolls)).toEqual(rolls.map(() => true))
    expect(await census.answersTo(rolls.map(withoutModes))).toEqual(rolls.map(() => true))
    expect([...census.empty]).toEqual(['nothing/here'])
    expect(census.directories).toBe(6)
  })

  it('does not show what it cannot tell exactly: pipes, names that are no text, times before 1970', async () => {
    for (const place of ['pipe', 'bytes', 'old', 'fine']) mkdirSync(join(root, place))
    execFileSync('mkfifo', [join(root, 'pipe/p')])
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bytes/b`), Buffer.from([0xff])]), '')
    writeFileSync(join(root, 'old/o'), '')
    execFileSync('touch', ['-d', '@-5.5', join(root, 'old/o')])
    writeFileSync(join(root, 'fine/f'), '')
    using census = await taken()
    const rolls = (await rollsOf()).filter(({ place }) => place !== '')
    expect(await census.answersTo(rolls)).toEqual(rolls.map(({ place }) => place === 'fine'))
  })

  it('is none where something cannot be looked at', async () => {
    const away = new AbortController()
    away.abort()
    expect(await tree.census?.take(away.signal)).toBeUndefined()
    const path = process.env['PATH']
    process.env['PATH'] = root
    try {
      expect(await tree.census?.take(never)).toBeUndefined()
      writeFileSync(join(root, 'find'), '#!/bin/sh\necho "find: something is odd" >&2\n', { mode: 0o755 })
      expect(await tree.census?.take(never)).toBeUndefined()
      writeFileSync(join(root, 'find'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      expect(await tree.census?.take(never)).toBeUndefined()
    } finally {
      process.env['PATH'] = path
    }
  })

  it('does not go to other disks, and says nothing of what is in them', async context => {
    mkdirSync(join(root, 'd/other'), { recursive: true })
    writeFileSync(join(root, 'd/file'), '')
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(root, 'd/other')], { stdio: 'ignore' })
    } catch {
      return context.skip()
    }
    try {
      using empty = await taken()
      expect([...empty.empty]).toEqual([])
      expect(empty.directories).toBe(3)
      writeFileSync(join(root, 'd/other/there'), '')
      const rolls = await rollsOf()
      using census = await taken()
      expect(census.sum).toBe(empty.sum)
      expect(rolls.map(({ place }) => place)).toEqual(['', 'd', 'd/other'])
      expect(await census.answersTo(rolls)).toEqual([true, true, false])
    } finally {
      execFileSync('umount', [join(root, 'd/other')])
    }
  })

  it('of another find answers to nothing', async () => {
    writeFileSync(join(root, 'file'), '')
    const rolls = await rollsOf()
    const path = process.env['PATH']
    mkdirSync(join(root, '.syncline'))
    writeFileSync(
      join(root, '.syncline/find'),
      "#!/bin/sh\nprintf 'file\\001f1.0.1700000000.5.1700000000.5.1/644\\000'\n",
      {
        mode: 0o755,
      },
    )
    process.env['PATH'] = join(root, '.syncline')
    try {
      using census = await taken()
      expect(await census.answersTo(rolls)).toEqual([false])
    } finally {
      process.env['PATH'] = path
    }
  })

  it('is settled only where nothing has just changed', async () => {
    writeFileSync(join(root, 'file'), '')
    const changedMs = statSync(join(root, 'file')).ctimeMs
    const settledAfter = async (ms: number) => {
      vi.useFakeTimers({ toFake: ['Date'], now: changedMs + ms })
      using census = await taken()
      expect(await census.answersTo(await rollsOf())).toEqual([true])
      return census.isSettled
    }
    try {
      expect([await settledAfter(0), await settledAfter(2900), await settledAfter(5000)]).toEqual([false, false, true])
      // A time of content that has not come yet was set by somebody; one that has may be all that a disk tells.
      utimesSync(join(root, 'file'), new Date(changedMs + 600_000), new Date(changedMs + 600_000))
      expect([await settledAfter(300_000), await settledAfter(601_000), await settledAfter(605_000)]).toEqual([
        true,
        false,
        true,
      ])
    } finally {
      vi.useRealTimers()
    }
  })

  it('that was begun early is of the moment when it was begun, and taken once, by the tree of the same directory', async () => {
    writeFileSync(join(root, 'file'), '')
    const other = mkdtempSync(join(tmpdir(), 'syncline-census-'))
    try {
      beginCensus(other)
      beginCensus(root)
      using first = await taken()
      writeFileSync(join(root, 'second'), '')
      using second = await taken()
      const rolls = await rollsOf()
      expect([await first.answersTo(rolls), await second.answersTo(rolls)]).toEqual([[false], [true]])
    } finally {
      rmSync(other, { recursive: true })
    }
  })

  it('answers, and has the sum that it had, exactly where a look name by name says that nothing has changed', async () => {
    mkdirSync(join(root, 'tree'))
    for (const place of PLACES) {
      mkdirSync(join(root, 'tree', place), { recursive: true })
      for (const name of NAMES) writeFileSync(join(root, 'tree', place, name), `${place} ${name}`)
    }
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 3 }), async changes => {
        const before = await rollsOf()
        const sum = await sumNow()
        for (const { act, place, name } of changes) ACTS[act](join(root, 'tree', place), name)
        using census = await taken()
        const byName = await tree.answersTo(before)
        expect(await census.answersTo(before)).toEqual(byName)
        const isSame = byName.every(Boolean) && (await rollsOf()).length === before.length
        if (census.sum === sum) expect(isSame).toBe(true)
        if (JSON.stringify(await rollsOf()) === JSON.stringify(before)) expect(census.sum).toBe(sum)
      }),
      { numRuns: 40 },
    )
  })
})

const PLACES = ['a', 'a/b', 'c']
const NAMES = ['x', 'y', 'z']

const ACTS = {
  nothing: () => {},
  write: (place: string, name: string) => quietly(() => writeFileSync(join(place, name), 'other')),
  'write as long, and put the time back': (place: string, name: string) =>
    quietly(() => {
      const path = join(place, name)
      const { atime, mtime, size } = statSync(path)
      writeFileSync(path, '#'.repeat(size))
      utimesSync(path, atime, mtime)
    }),
  'replace by a copy': (place: string, name: string) =>
    quietly(() => {
      cpSync(join(place, name), join(place, 'copy'), { preserveTimestamps: true })
      renameSync(join(place, 'copy'), join(place, name))
    }),
  'change the mode': (place: string, name: string) =>
    quietly(() => chmodSync(join(place, name), statSync(join(place, name)).mode ^ 0o020)),
  'change the mode of the directory': (place: string) => quietly(() => chmodSync(place, statSync(place).mode ^ 0o020)),
  remove: (place: string, name: string) => quietly(() => rmSync(join(place, name))),
  link: (place: string, name: string) => quietly(() => linkSync(join(place, name), join(place, `${name}2`))),
  'point elsewhere': (place: string, name: string) =>
    quietly(() => {
      rmSync(join(place, name), { force: true })
      symlinkSync('elsewhere', join(place, name))
    }),
  'swap two': (place: string, name: string) =>
    quietly(() => {
      renameSync(join(place, 'x'), join(place, 'held'))
      renameSync(join(place, name), join(place, 'x'))
      renameSync(join(place, 'held'), join(place, name))
    }),
  'replace the directory by a copy': (place: string) =>
    quietly(() => {
      cpSync(place, `${place}-copy`, { recursive: true, preserveTimestamps: true })
      rmSync(place, { recursive: true })
      renameSync(`${place}-copy`, place)
    }),
  'add an empty directory': (place: string, name: string) => quietly(() => mkdirSync(join(place, `${name}-empty`))),
  'rename the directory there and back': (place: string) =>
    quietly(() => {
      renameSync(place, `${place}-away`)
      renameSync(`${place}-away`, place)
    }),
} as const

const change = fc.record({
  act: fc.constantFrom(...(Object.keys(ACTS) as (keyof typeof ACTS)[])),
  place: fc.constantFrom(...PLACES),
  name: fc.constantFrom(...NAMES),
})

/** What an earlier change has taken away cannot be changed again. */
function quietly(act: () => void): void {
  try {
    act()
  } catch {}
}

async function taken(): Promise<Census & Disposable> {
  const census = await tree.census?.take(never)
  if (census === undefined) throw new Error('no census was taken')
  return Object.assign(census, { [Symbol.dispose]: () => census.close() })
}

async function sumNow(): Promise<string> {
  using census = await taken()
  return census.sum
}

/** The rolls of every directory in which there is something. */
async function rollsOf(place = ''): Promise<Roll[]> {
  const listed = (await tree.list(place)).filter(({ name }) => name !== '.syncline')
  const words: string[] = []
  const below: Roll[] = []
  for (const { name, stat } of [...listed].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (stat === undefined) words.push(`${name}//?/*/`)
    else words.push(`${name}//${markOf(stat)}/${stat.kind === 'symlink' ? '*' : stat.mode}/`)
    if (stat?.kind === 'directory') below.push(...(await rollsOf(place === '' ? name : `${place}/${name}`)))
  }
  return words.length === 0 ? below : [{ place, text: words.join('') }, ...below]
}

function withoutModes({ place, text }: Roll): Roll {
  return { place, text: text.replace(/\/\d+\/(?=[^/]+\/\/|$)/g, '/*/') }
}

function isGnuFind(): boolean {
  try {
    return execFileSync('find', ['--version'], { encoding: 'utf8' }).includes('GNU')
  } catch {
    return false
  }
}
