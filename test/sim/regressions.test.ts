// Stories that the simulation has told first: each was lost content, an endless run or an unequal end once.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { World } from '../../src/platform/world.ts'
import { connectDirectory } from '../../src/remotes/directory/connect.ts'
import { GOOD_SERVER, MemoryRemote } from '../../src/remotes/memory/memory-remote.ts'
import { MemoryServer } from '../../src/remotes/memory/memory-server.ts'
import type { Summary } from '../../src/sync/summary.ts'
import { NOWHERE, type Within } from '../../src/sync/within.ts'
import { Client, memoryOf, trashOf } from './client.ts'
import { Dice } from './dice.ts'
import type { Surface } from './people.ts'
import { Scheduler } from './scheduler.ts'
import { SimDisk } from './sim-disk.ts'
import { surfaceOfDisk, surfaceOfServer } from './surfaces.ts'

describe.each(['server', 'directory'] as const)('towards a %s', kind => {
  const stage = staged(kind)

  /** Ends a run between two entries of its record: `d/e/f` is agreed on, `d` and `d/e`, which were on both sides, are not yet. */
  async function agreeOnNothingAbove(make: (side: Surface) => void) {
    for (const side of [stage().here, stage().there]) {
      side.makeDirectory('d')
      side.makeDirectory('d/e')
    }
    make(stage().here)
    const fail = () => {
      throw new Error('The process ends.')
    }
    // The first flush puts on record what was made, the second what was there before.
    const { when } = stage()
    when(/^R .*d\/e\/f$/, () => when(/^L flush /, () => when(/^L flush /, fail)))
    await expect(stage().run()).rejects.toThrow('The process ends.')
  }

  it('a move ends of which nothing is left there, although nothing above it was agreed on', async () => {
    await agreeOnNothingAbove(here => here.makeDirectory('d/e/f'))
    for (const side of [stage().here, stage().there]) side.move('d', 'g')
    stage().there.remove('g/e/f')
    await stage().run()
    expect((await stage().run()).unsynced).toEqual([])
    const { here, there } = stage().trees()
    expect(there).toEqual(here)
  })

  it('a removal ends of which nothing is left there, although nothing above it was agreed on', async () => {
    await agreeOnNothingAbove(here => here.makeDirectory('d/e/f'))
    for (const side of [stage().here, stage().there]) side.remove('d')
    await stage().run()
    expect((await stage().run()).unsynced).toEqual([])
    expect(stage().trees()).toEqual({ here: {}, there: {} })
  })

  it('an edit arrives where the file is gone, although nothing above it was agreed on', async () => {
    await agreeOnNothingAbove(here => here.write('d/e/f', 'first'))
    stage().there.remove('d')
    stage().here.write('d/e/f', 'edited')
    await stage().run()
    await stage().run()
    const tree = { d: 'directory', 'd/e': 'directory', 'd/e/f': 'edited' }
    expect(stage().trees()).toEqual({ here: tree, there: tree })
  })
})

describe('towards a directory that others have as a remote, too', () => {
  const stage = staged('directory')

  it('a file that another program is just replacing there is not taken for deleted', async () => {
    stage().here.write('a', 'first')
    await stage().run()
    stage().there.remove('a')
    // It takes the old one away first.
    stage().when(/^R stat a$/, () => stage().there.write('a', 'other'))
    await stage().run()
    await stage().run()
    expect(stage().trees()).toEqual({ here: { a: 'other' }, there: { a: 'other' } })
  })
})

describe('towards a server whose directories have recursive stamps', () => {
  const stage = staged('server')

  it('a file that was moved and edited there arrives as edited', async () => {
    stage().here.write('a', 'first')
    await stage().run()
    stage().there.move('a', 'D')
    stage().there.write('D', 'other')
    await stage().run()
    expect(stage().trees()).toEqual({ here: { D: 'other' }, there: { D: 'other' } })
  })

  it('a directory that was passed by because something else was to be looked at is not taken for seen', async () => {
    stage().here.makeDirectory('d')
    stage().here.write('d/f', 'first')
    await stage().run()
    stage().there.write('d/f', 'edited')
    await stage().run({ here: NOWHERE, there: new Map([['', 'here']]) })
    expect(stage().trees().here).toEqual({ d: 'directory', 'd/f': 'first' })
    await stage().run()
    expect(stage().trees().here).toEqual({ d: 'directory', 'd/f': 'edited' })
  })

  it('what was deleted in a directory before that was moved is deleted here', async () => {
    stage().here.makeDirectory('d')
    stage().here.makeDirectory('d/gone')
    stage().here.write('d/stays', 'x')
    await stage().run()
    stage().there.remove('d/gone')
    stage().there.move('d', 'e')
    await stage().run()
    await stage().run()
    const tree = { e: 'directory', 'e/stays': 'x' }
    expect(stage().trees()).toEqual({ here: tree, there: tree })
  })

  it('two files that change places there change places here, with no bytes moved', async () => {
    stage().here.write('a', 'one')
    stage().here.write('b', 'two')
    await stage().run()
    stage().there.swap('a', 'b')
    const { counts } = await stage().run()
    expect(counts.downloaded + counts.uploaded).toBe(0)
    expect(stage().trees().here).toEqual({ a: 'two', b: 'one' })
  })
})

describe('when a file is deleted here while two are to change places', () => {
  const stage = staged('server')

  it('the other one is not taken for it', async () => {
    stage().here.write('a', 'one')
    stage().here.write('b', 'two')
    await stage().run()
    stage().there.swap('a', 'b')
    stage().when(/^L rename a -> \.syncline-swap/, () => stage().here.remove('b'))
    await stage().run()
    await stage().run()
    expect((await stage().run()).unsynced).toEqual([])
    const tree = { a: 'two', b: 'one' }
    expect(stage().trees()).toEqual({ here: tree, there: tree })
  })
})

describe('towards another directory', () => {
  const stage = staged('directory')

  it('an edit made there in the instant after our put is not taken for ours', async () => {
    stage().here.write('f', 'ours')
    stage().when(/^R stat f$/, () => stage().there.write('f', 'hers'), 'after its rename')
    await stage().run()
    await stage().run()
    expect(Object.values(stage().trees().here)).toContain('hers')
  })

  it('an edit made there right before its time is set is not covered up by that', async () => {
    stage().here.write('f', 'ours')
    await stage().run()
    stage().here.touch('f')
    stage().when(/^R hash f$/, () => stage().there.write('f', 'hers'))
    await stage().run()
    await stage().run()
    expect(stage().trees()).toEqual({ here: { f: 'hers' }, there: { f: 'hers' } })
  })

  it('an edit made here on the way to the trash is put back', async () => {
    stage().here.write('f', 'old!')
    await stage().run()
    stage().there.write('f', 'new!')
    stage().when(/^L rename f -> \.syncline\/trash/, () => stage().here.write('f', 'mine'))
    await stage().run()
    await stage().run()
    expect(Object.values(stage().trees().here).sort()).toEqual(['mine', 'new!'])
  })

  it('another file of the same size and time that is moved there in the instant of the replacement is put back', async () => {
    stage().here.write('a', 'one!')
    stage().here.write('b', 'two!')
    await stage().run()
    stage().there.write('a', 'new!')
    stage().when(/^L rename a -> \.syncline\/trash/, () => stage().here.swap('a', 'b'))
    await stage().run()
    await stage().run()
    // The edit there goes to where the file is by now.
    const tree = { a: 'two!', b: 'new!' }
    expect(stage().trees()).toEqual({ here: tree, there: tree })
  })

  it('an edit that has just been sent is not taken back because of what was seen there before', async () => {
    stage().here.write('f', 'first')
    await stage().run()
    stage().there.remove('f')
    stage().here.write('f', 'edited')
    await stage().run()
    expect(stage().trees()).toEqual({ here: { f: 'edited' }, there: { f: 'edited' } })
  })

  it('what was agreed in a directory that is gone on both sides is not remembered', async () => {
    stage().here.makeDirectory('d')
    stage().here.makeDirectory('d/inner')
    await stage().run()
    stage().there.remove('d')
    stage().when(/^L stat d\/inner$/, () => stage().here.move('d/inner', 'kept'))
    await stage().run()
    await stage().run()
    expect((await stage().run()).unsynced).toEqual([])
    expect(stage().trees().there).toEqual(stage().trees().here)
  })
})

interface Stage {
  readonly here: Surface
  readonly there: Surface
  run(within?: Within): Promise<Summary>
  /** Does the deed once, when the next access that looks like this is about to happen; or only after something was renamed to that name. */
  when(access: RegExp, deed: () => void, only?: 'after its rename'): void
  trees(): { here: Record<string, string>; there: Record<string, string> }
}

function staged(kind: 'server' | 'directory'): () => Stage {
  let directory: string
  let stage: Stage
  beforeEach(() => {
    directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'syncline-story-'))
    stage = makeStage(kind, directory)
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))
  return () => stage
}

function makeStage(kind: 'server' | 'directory', directory: string): Stage {
  const dice = new Dice(1)
  let nowMs = 1_800_000_000_000
  const now = () => nowMs
  const server = new MemoryServer(now)
  const remoteDisk = new SimDisk(now)
  const client = new Client({ name: 'A', directory, now, dice, moves: 'on' })
  const here = surfaceOfDisk(client.disk)
  const there = kind === 'server' ? surfaceOfServer(server) : surfaceOfDisk(remoteDisk)
  let waiting: { access: RegExp; deed: () => void; isArmed: boolean } | undefined

  const hop = (side: string) => async (what: string, path: string) => {
    nowMs += 10
    const access = `${side} ${what} ${path}`
    if (waiting?.isArmed && waiting.access.test(access)) {
      const { deed } = waiting
      waiting = undefined
      deed()
    }
    if (waiting !== undefined && what === 'rename') waiting.isArmed = true
  }
  const world: World = {
    clock: {
      now,
      sleep: async ms => {
        nowMs += ms
      },
    },
    random: {
      bytes: count => Uint8Array.from({ length: count }, () => dice.below(256)),
      below: limit => dice.below(limit),
    },
    log: () => undefined,
  }
  const run = (within?: Within) => {
    // People take their time between runs.
    nowMs += 60_000
    return client.run({
      scheduler: new Scheduler({ dice, before: () => undefined }),
      world,
      hop: hop('L'),
      report: () => undefined,
      ...(within === undefined ? {} : { within }),
      connect: async index => {
        if (kind === 'server') return new MemoryRemote(server, { traits: GOOD_SERVER, hop: hop('R') })
        const tree = remoteDisk.open(hop('R'))
        const memory = memoryOf(index, 'remote')
        return connectDirectory({ tree, world, memory, mode: 'read-write', trash: trashOf(tree, world) })
      },
    })
  }
  return {
    here,
    there,
    run,
    when: (access, deed, only) => {
      waiting = { access, deed, isArmed: only === undefined }
    },
    trees: () => ({ here: Object.fromEntries(here.list()), there: Object.fromEntries(there.list()) }),
  }
}
