import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Agreement } from '../model/agreement.ts'
import type { ContentId } from '../model/content.ts'
import type { Stamp } from '../model/entry.ts'
import { isWithin, type Path, pathIn, rebasePath } from '../model/path.ts'
import type { DeviceId } from '../model/version.ts'
import type { DiskMark, FolderIndex, PairRecords, RowState } from './folder-index.ts'
import { openIndex } from './sqlite-index.ts'

// Names around the bounds of ranges ('.' < '/' < '0'), wildcards, quotes, and characters of one to four bytes.
const NAMES = ['a', 'a.', 'a0', 'a%', "a'", 'a_', '🦀', '\u{10FFFF}', 'é']

interface ModelRow {
  state: RowState
  sequence: number
}

/** What the index should hold, in plain maps. */
class Model {
  readonly rows = new Map<Path, ModelRow>()
  readonly agreements = new Map<Path, Agreement>()
  sequence = 0

  put(path: Path, state: RowState): void {
    this.sequence += 1
    this.rows.set(path, { state, sequence: this.sequence })
  }

  get live(): number {
    return [...this.rows.keys()].filter(path => this.isLive(path)).length
  }

  isLive(path: Path): boolean {
    const kind = this.rows.get(path)?.state.kind
    return kind !== undefined && kind !== 'deleted' && kind !== 'blocked'
  }

  move(from: Path, to: Path): void {
    const moving = [...this.rows].filter(([path, { state }]) => isWithin(path, from) && state.kind !== 'deleted')
    for (const [path, { state }] of moving.sort(byPath)) this.put(rebasePath(path, from, to), state)
    for (const [path] of moving) this.put(path, { kind: 'deleted' })
  }

  moveAgreements(from: Path, to: Path): void {
    for (const [path, agreement] of [...this.agreements].filter(([each]) => isWithin(each, from))) {
      const at = rebasePath(path, from, to)
      const row = this.rows.get(at)
      const isAsAgreed = row?.state.kind === 'file' && row.state.content === agreement.content
      this.agreements.delete(path)
      this.agreements.set(at, {
        ...agreement,
        path: at,
        local: isAsAgreed ? (String(row.sequence) as Stamp) : agreement.local,
      })
    }
  }

  dirty(): readonly string[] {
    const isDirty = ([path, { sequence }]: [Path, ModelRow]) => {
      const agreed = this.agreements.get(path)
      return this.isLive(path) ? agreed?.local !== String(sequence) : agreed !== undefined
    }
    return [...this.rows]
      .filter(isDirty)
      .map(([path]) => path)
      .sort()
  }
}

const aPath = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map(names => names.reduce<Path | ''>(pathIn, '') as Path)
const aState = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }).map(fileOf) },
  { weight: 1, arbitrary: fc.constant<RowState>({ kind: 'deleted' }) },
  { weight: 1, arbitrary: fc.constant<RowState>({ kind: 'blocked', why: 'ignored' }) },
)
const anAct = fc.oneof(
  fc.record({ do: fc.constant('record' as const), path: aPath, state: aState }),
  fc.record({ do: fc.constant('move' as const), from: aPath, to: aPath }),
  fc.record({ do: fc.constant('agree' as const), path: aPath }),
  fc.record({ do: fc.constant('forget' as const), path: aPath }),
  fc.record({ do: fc.constant('undone' as const), path: aPath, state: aState }),
)
type Act = typeof anAct extends fc.Arbitrary<infer T> ? T : never

it('the index does what plain maps do', () => {
  fc.assert(
    fc.property(fc.array(anAct, { minLength: 1, maxLength: 40 }), fc.array(aPath, { maxLength: 4 }), (acts, places) => {
      const index = openIndex(':memory:', { device: 1n as DeviceId, now: () => 1e12 })
      const model = new Model()
      for (const act of acts) {
        perform(act, index, index.pair('r'), model)
        // Followed from the first question on.
        expect(index.count()).toBe(model.live)
      }
      compare(index, model, ['', ...places])
      index.close()
    }),
    { numRuns: 150 },
  )
})

function perform(act: Act, index: FolderIndex, pair: PairRecords, model: Model): void {
  switch (act.do) {
    case 'record':
      index.record([act])
      model.put(act.path, act.state)
      return
    case 'move':
      if (isWithin(act.to, act.from) || isWithin(act.from, act.to)) return
      if (!model.isLive(act.from) || model.isLive(act.to)) return
      index.moveRows(act.from, act.to)
      model.move(act.from, act.to)
      pair.moveAgreements(act.from, act.to)
      model.moveAgreements(act.from, act.to)
      return
    case 'agree': {
      const row = index.row(act.path)
      if (row?.state.kind !== 'file') return
      const { content, mtimeNs } = row.state
      const agreement: Agreement = {
        ...{ path: act.path, kind: 'file', local: String(row.sequence) as Stamp, remote: 'e' as Stamp },
        ...{ content, localMtimeNs: mtimeNs },
      }
      pair.agree([agreement])
      model.agreements.set(act.path, agreement)
      return
    }
    case 'forget':
      pair.forget([act.path])
      model.agreements.delete(act.path)
      return
    case 'undone':
      expect(() => index.transaction(() => fail(index, act.path, act.state))).toThrow('undo')
  }
}

function fail(index: FolderIndex, path: Path, state: RowState): never {
  index.record([{ path, state }])
  throw new Error('undo')
}

function compare(index: FolderIndex, model: Model, places: readonly (Path | '')[]): void {
  const pair = index.pair('r')
  expect(index.sequence).toBe(model.sequence)
  for (const [path, { state }] of model.rows) expect(index.row(path)?.state).toEqual(state)
  for (const place of places) {
    const below = [...model.rows].filter(
      ([path, { state }]) => path !== place && isWithin(path, place) && state.kind !== 'deleted',
    )
    expect([...index.rowsBelow(place)].map(row => row.path).sort()).toEqual(below.map(([path]) => path).sort())
    const agreed = [...model.agreements.keys()].filter(path => path !== place && isWithin(path, place))
    expect(
      pair
        .agreementsBelow(place)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(agreed.sort())
  }
  expect([...pair.dirtyRows()].map(({ row }) => row.path).sort()).toEqual(model.dirty())
  expect(index.check()).toEqual([])
}

function fileOf(content: number): RowState {
  return {
    ...{ kind: 'file', mark: 'm' as DiskMark, inode: 1n, size: 1, mtimeNs: 5n, mode: 0o644 },
    content: `c${content}` as ContentId,
  }
}

function byPath([a]: readonly [Path, unknown], [b]: readonly [Path, unknown]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
