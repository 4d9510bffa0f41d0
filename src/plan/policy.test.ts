// Every cell of the policy, every refinement of it, rights, brakes, and a sentence for every rule.
import { describe, expect, it } from 'vitest'
import type { Agreement } from '../model/agreement.ts'
import type { ContentId } from '../model/content.ts'
import type { DirectoryEntry, Entry, FileEntry, Rights, Stamp, SymlinkEntry, Syncable } from '../model/entry.ts'
import { AssertionError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { agreementOf } from './agree.ts'
import { brakeOf, explainBrake } from './brakes.ts'
import { BRAKE_LIMITS, type PlanContext } from './context.ts'
import { decide } from './decide.ts'
import { explain, RULES } from './explain.ts'
import { makePlan } from './plan.ts'
import { type Cell, REMOTE_POLICY, type Rule } from './policy.ts'
import { type Change, relate } from './relate.ts'
import { AbstractWorld } from './testing/abstract-world.ts'
import { inWords, path, USUAL } from './testing/stories.ts'
import type { Side, Triple } from './triple.ts'

const context = new AbstractWorld(USUAL).context('on')

function file(stamp: string, content: string, rest: Partial<FileEntry> = {}): FileEntry {
  return { kind: 'file', stamp: stamp as Stamp, size: 3, mtimeNs: 5n, content: content as ContentId, ...rest }
}

function directory(stamp: string, rest: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return { kind: 'directory', stamp: stamp as Stamp, ...rest }
}

const link: SymlinkEntry = { kind: 'symlink', stamp: 'link' as Stamp, target: 'elsewhere' }
const blocked: Entry = { kind: 'blocked', why: 'unreadable' }
const agreed: Agreement = agreementOf(path('f'), file('l', 'old'), file('r', 'old'))

/** What a side shows when that has happened to it. */
const SHOWN: Readonly<Record<Change, (side: Side) => Entry | undefined>> = {
  absent: () => undefined,
  created: side => file('1', `${side} made`),
  unchanged: side => file(side === 'local' ? 'l' : 'r', 'old'),
  touched: () => file('2', 'old', { mtimeNs: 6n }),
  edited: side => file('3', `${side} edit`),
  deleted: () => undefined,
  blocked: () => blocked,
}

const CHANGES = Object.keys(REMOTE_POLICY) as Change[]
const NEVER_AGREED: readonly Change[] = ['absent', 'created']
const CELLS = CHANGES.flatMap(local => CHANGES.map(remote => [local, remote, REMOTE_POLICY[local][remote]] as const))

function tripleOf(local: Change, remote: Change): Triple {
  const isAgreed = ![local, remote].some(change => NEVER_AGREED.includes(change))
  const base = isAgreed ? { agreed } : {}
  return { path: path('f'), local: SHOWN[local]('local'), remote: SHOWN[remote]('remote'), ...base }
}

/** What a cell comes to for the entries above. */
function ruleOf(cell: Cell): Rule | 'impossible' {
  if (cell === 'merge') return 'conflict'
  return cell === 'blocked' ? 'hold-unreadable' : cell
}

describe('the policy', () => {
  it.each(CELLS.filter(([, , cell]) => cell !== 'impossible'))('%s here, %s there: %s', (local, remote, cell) => {
    expect(decide(tripleOf(local, remote), context).rule).toBe(ruleOf(cell))
  })

  it.each(CELLS.filter(([, , cell]) => cell === 'impossible'))(
    '%s here, %s there cannot be, with an agreement or without',
    (local, remote) => {
      for (const base of [{ agreed }, {}]) {
        const triple = { path: path('f'), local: SHOWN[local]('local'), remote: SHOWN[remote]('remote'), ...base }
        const seen = [relate(triple.local, triple.agreed, 'local'), relate(triple.remote, triple.agreed, 'remote')]
        expect(seen).not.toEqual([local, remote])
      }
    },
  )
})

describe('where both sides have something new', () => {
  const merge = (local: Entry, remote: Entry) => decide({ path: path('f'), local, remote }, context).rule

  it('equal content is never a conflict', () => {
    expect(merge(file('1', 'same'), file('2', 'same', { mtimeNs: 9n }))).toBe('same-content')
    expect(merge(link, { ...link, stamp: 'other' as Stamp })).toBe('same-content')
    expect(merge(directory('1'), directory('2'))).toBe('same-content')
  })

  it('unknown content is compared first, unless the sizes tell', () => {
    const { content: _, ...unknown } = file('2', '')
    expect(merge(file('1', 'a'), unknown)).toBe('compare-first')
    expect(merge(file('1', 'a'), { ...unknown, size: 4 })).toBe('conflict')
  })

  it('a symlink against a file is a conflict, against a directory the directory wins', () => {
    expect(merge(link, file('2', 'b'))).toBe('conflict')
    expect(merge(file('1', 'b'), link)).toBe('conflict')
    expect(merge(link, directory('2'))).toBe('directory-beats-file')
    expect(merge(directory('1'), link)).toBe('directory-beats-file')
  })

  it.each([
    ['a file here, a symlink there', file('1', 'b'), link, 'local: make-symlink f aside f~1 (conflict)'],
    ['a symlink here, a file there', link, file('2', 'b'), 'local: transfer f aside f~1 (conflict)'],
  ])('%s: the other side keeps the name', (_, local, remote, step) => {
    expect(inWords(makePlan([{ path: path('f'), local, remote }], context))).toEqual([step])
  })
})

describe('what a side cannot hold', () => {
  it('a symlink is held back where there are none', () => {
    const { can } = context
    const without: PlanContext = { ...context, can: { ...can, remote: { ...can.remote, symlinks: false } } }
    expect(decide({ path: path('f'), local: link }, without).rule).toBe('hold-unsupported')
    expect(decide({ path: path('f'), local: link }, context).rule).toBe('push-created')
  })

  it('what failed before waits, but what needs nothing does not', () => {
    expect(decide({ path: path('f'), local: file('1', 'a'), backingOff: 'backing-off' }, context).rule).toBe(
      'hold-backing-off',
    )
    expect(decide({ path: path('f'), agreed, backingOff: 'backing-off' }, context).rule).toBe('both-deleted')
  })

  it('what took the place of a renamed file on both sides alike stays where it is', () => {
    const id = (text: string) => ({ id: text as FileEntry['id'] & string })
    const wasAt: Triple = {
      path: path('f'),
      local: file('9', 'new', id('here')),
      remote: file('r2', 'new', id('other')),
      agreed: { ...agreed, localId: 'here' as never, remoteId: 'there' as never },
    }
    const isAt: Triple = { path: path('g'), remote: file('r', 'old', id('there')) }
    expect(inWords(makePlan([wasAt, isAt], context))).toEqual(['local: transfer g (pull-created)'])
    const edited = { ...wasAt, local: file('9', 'of ours', id('here')) }
    expect(inWords(makePlan([edited, isAt], context))).toContain('local: move f to g (pull-moved)')
  })

  it('B25: what was moved back into a directory made anew stays, also where that gave it another stamp', () => {
    const id = (text: string) => ({ id: text as FileEntry['id'] & string })
    const wasAgreed = (name: string, entry: Syncable) =>
      agreementOf(path(name), { ...entry, ...id(`${name} here`) }, { ...entry, ...id(`${name} there`) })
    const triples: Triple[] = [
      {
        path: path('d'),
        local: directory('l', id('d here')),
        remote: directory('anew', id('other')),
        agreed: wasAgreed('d', directory('l')),
      },
      { path: path('e'), remote: directory('r', id('d there')) },
      {
        path: path('d/1'),
        local: file('l', 'one', id('d/1 here')),
        remote: file('later', 'one', id('d/1 there')),
        agreed: wasAgreed('d/1', file('l', 'one')),
      },
      {
        path: path('d/2'),
        local: file('l', 'two', id('d/2 here')),
        agreed: wasAgreed('d/2', file('l', 'two')),
      },
      { path: path('e/2'), remote: file('l', 'two', id('d/2 there')) },
    ]
    const names = (place: string) => (place === 'd' ? ['1', '2'] : [])
    expect(inWords(makePlan(triples, { ...context, agreedNames: names }))).toEqual([
      'local: make-directory e (pull-created)',
      'local: move d/2 to e/2 (pull-moved)',
    ])
  })

  it('a move that failed before, or of which one end waits, is not tried as a delete and a create', () => {
    const local = file('9', 'old', { id: 'i' as FileEntry['id'] & string })
    const from: Triple = {
      path: path('f'),
      remote: file('r', 'old'),
      agreed: { ...agreed, localId: local.id as never },
    }
    expect(inWords(makePlan([from, { path: path('g'), local }], context))).toEqual(['remote: move f to g (push-moved)'])
    const rested = makePlan([from, { path: path('g'), local, backingOff: 'backing-off' }], context)
    expect(rested.waves).toEqual([])
    expect(rested.held.map(({ because }) => because)).toEqual(['hold-backing-off', 'hold-backing-off'])
    const waiting = makePlan(
      [
        { ...from, waits: 'waits' },
        { path: path('g'), local },
      ],
      context,
    )
    expect(waiting.waves).toEqual([])
    expect(waiting.held.map(({ because }) => because)).toEqual(['hold-news', 'hold-news'])
  })
})

describe('what the other side permits', () => {
  const ALL: Rights = { write: true, remove: true, rename: true, move: true, addFiles: true, addDirectories: true }
  const without = (right: keyof Rights): Rights => ({ ...ALL, [right]: false })
  const inside = (rights: Rights): PlanContext => ({ ...context, rightsIn: () => rights })
  const old = (rights: Rights) => file('r', 'old', { rights })

  it('H01: a file that may not be deleted is restored', () => {
    expect(inWords(makePlan([{ path: path('f'), remote: old(without('remove')), agreed }], context))).toEqual([
      'local: transfer f (restore-not-permitted)',
    ])
  })

  it('H02: an edit that is not permitted is set aside', () => {
    const triple = { path: path('f'), local: file('9', 'new'), remote: old(without('write')), agreed }
    expect(inWords(makePlan([triple], context))).toEqual(['local: transfer f aside f~1 (set-aside-not-permitted)'])
  })

  it('a new time on what may not be written is agreed on as it is', () => {
    const triple = { path: path('f'), local: file('9', 'old', { mtimeNs: 8n }), remote: old(without('write')), agreed }
    expect(inWords(makePlan([triple], context))).toEqual([])
  })

  it.each([
    ['H03: a new file', file('1', 'a'), 'addFiles'],
    ['H08: a new directory', directory('1'), 'addDirectories'],
  ] as const)('%s stays here where the directory takes none', (_, local, right) => {
    expect(decide({ path: path('d/f'), local }, inside(without(right))).rule).toBe('hold-not-permitted')
    expect(decide({ path: path('d/f'), local }, inside(ALL)).rule).toBe('push-created')
  })

  it('H04: a directory is restored for what may not be deleted in it, the rest goes', () => {
    const d = agreementOf(path('d'), directory('l'), directory('r'))
    const triples: Triple[] = [
      { path: path('d'), remote: directory('r'), agreed: d },
      { path: path('d/keep'), remote: old(without('remove')), agreed: { ...agreed, path: path('d/keep') } },
      { path: path('d/go'), remote: old(ALL), agreed: { ...agreed, path: path('d/go') } },
    ]
    expect(inWords(makePlan(triples, context))).toEqual([
      'local: make-directory d (keep-nonempty)',
      'local: transfer d/keep (restore-not-permitted)',
      'remote: remove d/go (push-deleted)',
    ])
  })

  const id = 'i' as NonNullable<FileEntry['id']>
  const moved = (to: string, rights: Rights): Triple[] => [
    { path: path('f'), remote: old(rights), agreed: { ...agreed, localId: id } },
    { path: path(to), local: file('9', 'old', { id }) },
  ]

  it('H06: a rename that is not permitted is undone, the new name stays here', () => {
    const plan = makePlan(moved('g', { ...without('rename'), remove: false }), inside(without('addFiles')))
    expect(inWords(plan)).toEqual(['local: transfer f (restore-not-permitted)'])
    expect(plan.held).toEqual([{ path: 'g', because: 'hold-not-permitted' }])
  })

  it('H07: a rename needs no right to delete', () => {
    expect(inWords(makePlan(moved('g', without('remove')), context))).toEqual(['remote: move f to g (push-moved)'])
  })

  it('a file may not become a directory where it may not be removed, and waits with what is in it', () => {
    const triples: Triple[] = [
      { path: path('f'), local: directory('9'), remote: old(without('remove')), agreed },
      { path: path('f/x'), local: file('8', 'x') },
    ]
    const plan = makePlan(triples, context)
    expect(plan.waves).toEqual([])
    expect(plan.held.map(({ because }) => because)).toEqual(['hold-not-permitted', 'hold-not-permitted'])
  })

  it('a directory that may not be removed comes back in the place of a file', () => {
    const d = agreementOf(path('d'), directory('l'), directory('r'))
    const triple: Triple = {
      path: path('d'),
      local: file('9', 'new'),
      remote: directory('r', { rights: without('remove') }),
      agreed: d,
    }
    expect(inWords(makePlan([triple], context))).toEqual([
      'local: set-aside d as d~1 (set-aside-not-permitted)',
      'local: make-directory d (set-aside-not-permitted)',
    ])
  })

  it('what is new in a directory deleted there waits where that may not be made again', () => {
    const d = agreementOf(path('d'), directory('l'), directory('r'))
    const triples: Triple[] = [
      { path: path('d'), local: directory('l'), agreed: d },
      { path: path('d/new'), local: file('9', 'new') },
    ]
    const plan = makePlan(triples, {
      ...context,
      rightsIn: place => (place === '' ? without('addDirectories') : undefined),
    })
    expect(plan.waves).toEqual([])
    expect(plan.held.map(({ because }) => because)).toEqual(['hold-not-permitted', 'hold-not-permitted'])
  })
})

describe('brakes', () => {
  const limited = (entries: number): PlanContext => ({
    ...context,
    agreed: { entries, files: entries },
    limits: BRAKE_LIMITS,
  })
  const gone = (count: number): Triple[] =>
    Array.from({ length: count }, (_, index) => path(`f${index}`)).map(at => ({
      path: at,
      local: file('l', 'old'),
      agreed: { ...agreed, path: at },
    }))
  const edited = (count: number): Triple[] => gone(count).map(triple => ({ ...triple, remote: file('9', 'new') }))
  const brake = (triples: Triple[], entries: number) =>
    brakeOf(
      triples.map(triple => decide(triple, context)),
      limited(entries),
      { local: new Set(), remote: new Set() },
    )

  it('everything gone on the other side stops the plan', () => {
    expect(brake(gone(2), 2)).toEqual({ because: 'root-emptied', on: 'local', count: 2, of: 2 })
  })

  it('one deleted file is no accident, nor is everything replaced by something new', () => {
    expect(brake(gone(1), 1)).toBeUndefined()
    expect(brake([...gone(2), { path: path('new'), remote: file('9', 'new') }], 2)).toBeUndefined()
  })

  it('more than half of ten or more deleted stops the plan', () => {
    expect(brake(gone(6), 11)).toEqual({ because: 'too-many-deletions', on: 'local', count: 6, of: 11 })
    expect(brake(gone(5), 11)).toBeUndefined()
    expect(brake(gone(6), 9)).toBeUndefined()
  })

  it('more than half of fifty or more overwritten stops the plan', () => {
    expect(brake(edited(50), 99)).toEqual({ because: 'too-many-overwrites', on: 'local', count: 50, of: 99 })
    expect(brake(edited(49), 50)).toBeUndefined()
    expect(brake(edited(50), 100)).toBeUndefined()
  })

  it('a plan of moves has no brake', () => {
    const id = (index: number) => `i${index}` as NonNullable<FileEntry['id']>
    const triples = Array.from({ length: 20 }, (_, index): Triple[] => [
      {
        path: path(`f${index}`),
        remote: file('r', 'old'),
        agreed: { ...agreed, path: path(`f${index}`), localId: id(index) },
      },
      { path: path(`g${index}`), local: file('9', 'old', { id: id(index) }) },
    ]).flat()
    expect(makePlan(triples, limited(20)).brake).toBeUndefined()
  })

  /** Files in directories of four, which one side has in directories of another name now, but for some that are gone. */
  const renamed = (side: Side, count: number, lost: number): Triple[] => {
    const directories = Array.from({ length: count / 4 }, (_, index): Triple[] => [
      other(side, { path: path(`d${index}`), agreed: agreementOf(path(`d${index}`), directory('l'), directory('r')) }),
      { path: path(`e${index}`), [side]: directory('9') },
    ])
    const files = Array.from({ length: count }, (_, index): Triple[] => {
      const [from, to] = ['d', 'e'].map(name => path(`${name}${Math.floor(index / 4)}/f${index}`)) as [Path, Path]
      const old = agreementOf(from, file('l', `old ${index}`), file('r', `old ${index}`))
      const gone = other(side, { path: from, agreed: old })
      return index < lost ? [gone] : [gone, { path: to, [side]: file('9', `old ${index}`) }]
    })
    return [...directories, ...files].flat()
  }
  /** What the other side than `side` still shows. */
  const other = (side: Side, triple: Triple): Triple => {
    const isLocal = side === 'remote'
    const shown =
      triple.agreed?.kind === 'directory'
        ? directory(isLocal ? 'l' : 'r')
        : file(isLocal ? 'l' : 'r', triple.agreed?.content ?? '')
    return isLocal ? { ...triple, local: shown } : { ...triple, remote: shown }
  }
  const without = (moves: PlanContext['moves'], can: PlanContext['can']['remote']['moves']): PlanContext => ({
    ...limited(25),
    moves,
    can: { ...context.can, remote: { ...context.can.remote, moves: can } },
  })

  it.each([
    ['remote', 'plain', 'files'],
    ['local', 'plain', 'files'],
    ['local', 'on', 'none'],
  ] as const)(
    'everything renamed on the %s side has no brake, with moves %s and %s on the other side; what is lost with it has',
    (side, moves, can) => {
      const planned = (lost: number) => makePlan(renamed(side, 20, lost), without(moves, can))
      expect(planned(0).brake).toBeUndefined()
      // With nine files go the three directories that they were in.
      expect(planned(9).brake).toBeUndefined()
      expect(planned(10).brake).toMatchObject({ because: 'too-many-deletions', count: 13, of: 25 })
    },
  )

  it('a file that is there once has moved from one place only', () => {
    const twins = Array.from({ length: 20 }, (_, index) => path(`f${index}`)).map(at => ({
      path: at,
      local: file('l', 'old'),
      agreed: { ...agreed, path: at },
    }))
    const { brake } = makePlan([...twins, { path: path('g'), remote: file('9', 'old') }], without('plain', 'files'))
    expect(brake).toMatchObject({ because: 'too-many-deletions', on: 'local', count: 19 })
  })

  it.each(['root-emptied', 'too-many-deletions', 'too-many-overwrites'] as const)(
    '%s is explained with its numbers',
    because => {
      expect(explainBrake({ because, on: 'local', count: 7, of: 9 })).toMatch(/7.* in this folder/)
    },
  )
})

describe('every rule', () => {
  it.each(RULES)('%s has a sentence', rule => {
    expect(explain(rule).length).toBeGreaterThan(10)
  })

  it('a bug is told as a bug', () => {
    expect(() => agreementOf(path('f'), file('1', 'a'), directory('2'))).toThrow(AssertionError)
  })
})
