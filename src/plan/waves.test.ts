import { describe, expect, it } from 'vitest'
import type { Agreement } from '../model/agreement.ts'
import type { EntryId, Stamp } from '../model/entry.ts'
import { POSIX_NAMES } from '../model/names.ts'
import type { Path } from '../model/path.ts'
import { BRAKE_LIMITS, type PlanContext } from './context.ts'
import { makePlan } from './plan.ts'
import type { Step } from './step.ts'
import type { Triple } from './triple.ts'

const abilities = {
  moves: 'trees',
  setsMtime: 'always',
  mtimePrecisionNs: 1n,
  modes: false,
  symlinks: false,
  names: POSIX_NAMES,
} as const

function contextWhere(holdsIgnored: PlanContext['holdsIgnored']): PlanContext {
  return {
    can: { local: { ...abilities, removesTrees: false }, remote: { ...abilities, removesTrees: true } },
    moves: 'on',
    agreedKind: () => undefined,
    agreedNames: () => [],
    holdsIgnored,
    rightsIn: () => undefined,
    conflictName: path => path,
    agreed: { entries: 9, files: 9 },
    limits: BRAKE_LIMITS,
  }
}

describe('the removal of a directory with everything in it', () => {
  const gone = [deleted('d', 'directory'), deleted('d/x', 'file'), deleted('d/y', 'file')]

  it('is one act where the other side can do that safely', () => {
    expect(removals(contextWhere(() => false))).toEqual([['d', 'tree', ['d/x', 'd/y']]])
  })

  it('takes nothing along that is ignored and to be left alone, and leaves the directory for it', () => {
    const context = contextWhere(place => place === 'd')
    expect(removals(context)).toEqual([
      ['d/x', undefined, undefined],
      ['d/y', undefined, undefined],
    ])
    expect(makePlan(gone, context).held).toEqual([{ path: 'd', because: 'hold-nonempty' }])
  })

  it('gives way to no file while something is ignored in it', () => {
    const file = { kind: 'file', stamp: 'new' as Stamp, size: 2, mtimeNs: 2n } as const
    const [directory, ...inIt] = gone
    const context = contextWhere(place => place === 'd')
    const { waves } = makePlan([{ ...directory, path: 'd' as Path, local: file } as Triple, ...inIt], context)
    expect(waves.flatMap(({ steps }) => steps).find(({ path }) => path === 'd')?.because).toBe('directory-beats-file')
    expect(removals(context)).not.toContainEqual(['d', undefined, undefined])
  })

  function removals(context: PlanContext) {
    const steps = makePlan(gone, context).waves.flatMap(wave => wave.steps)
    return steps
      .filter((step): step is Extract<Step, { do: 'remove' }> => step.do === 'remove')
      .map(({ path, tree, below }) => [path, tree, below])
  }
})

/** Deleted here, and still on the other side as agreed. */
function deleted(path: string, kind: 'file' | 'directory') {
  const stamp = `stamp of ${path}` as Stamp
  const id = `id of ${path}` as EntryId
  const agreed: Agreement = {
    path: path as Path,
    kind,
    local: stamp,
    remote: stamp,
    remoteId: id,
    ...(kind === 'file' ? { size: 1 } : {}),
  }
  const remote =
    kind === 'directory' ? ({ kind, stamp, id } as const) : ({ kind, stamp, id, size: 1, mtimeNs: 1n } as const)
  return { path: path as Path, remote, agreed }
}
