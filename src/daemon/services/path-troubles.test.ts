import { expect, test } from 'vitest'
import type { Path } from '../../model/path.ts'
import { pathTroubles } from './path-troubles.ts'

const CLOSED = { place: 'closed' as Path, reason: 'permission was denied' }

test('what cannot be read here is told of a folder without remotes, with what to do', () => {
  expect(pathTroubles('docs', { unreadable: [CLOSED], remotes: [] })).toEqual([
    {
      id: 'docs hold-unreadable',
      severity: 'some',
      cause: 'hold-unreadable',
      folder: 'docs',
      sentence: "'closed': it cannot be read here: permission was denied",
      advice: 'Make it readable for the user that this program runs as.',
      count: 1,
      paths: [{ path: 'closed', reason: 'it cannot be read here: permission was denied' }],
    },
  ])
})

test('what cannot be read here is told once, however many remotes there are', () => {
  const unsynced = [
    { path: 'closed' as Path, because: 'hold-unreadable', reason: 'it cannot be read here: permission was denied' },
    { path: 'far' as Path, because: 'hold-unreadable', reason: 'on the other side it cannot be read' },
  ]
  const remotes = ['a', 'b'].map(id => ({ id, unsynced }))
  const told = pathTroubles('docs', { unreadable: [CLOSED], remotes })
  expect(told.map(({ remote, paths }) => [remote, paths.map(({ path }) => path)])).toEqual([
    [undefined, ['closed']],
    ['a', ['far']],
    ['b', ['far']],
  ])
})

test('that too many files are open is not put down to the disk or its rights', () => {
  const reason = 'too many files are open'
  const unreadable = ['a', 'b'].map(name => ({ place: name as Path, reason, because: 'too-many-files' as const }))
  const [trouble, ...others] = pathTroubles('docs', { unreadable: [CLOSED, ...unreadable], remotes: [] }).slice(1)
  expect(others).toEqual([])
  expect(trouble).toMatchObject({ cause: 'too-many-files', count: 2 })
  expect(trouble?.sentence).toBe('2 paths: it cannot be read here: too many files are open')
  expect(trouble?.advice).toContain('ulimit -n')
  expect(trouble?.advice).toContain('LimitNOFILE')
})

test('a folder of which nothing can be read is told of by a name', () => {
  const unreadable = [{ place: '' as const, reason: 'permission was denied' }]
  const [trouble] = pathTroubles('docs', { unreadable, remotes: [] })
  expect(trouble).toMatchObject({
    sentence: "'.': it cannot be read here: permission was denied",
    paths: [{ path: '.' }],
  })
})
