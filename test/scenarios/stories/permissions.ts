// Group H: what the server permits (its flags W D N V C K).

import { READ_ONLY_SHARE } from '../../fakes/owncloud/tree.ts'
import type { Stage } from '../stage.ts'
import { CLOUDS, move, remove, type Story, write } from '../story.ts'

const readOnly = (path: string) => (stage: Stage) => stage.side.cloud?.tree.restrict(path, READ_ONLY_SHARE)
const BASE = { 'S/f': 'shared', 'S/sub/g': 'shared too', own: 'mine' }

/** Someone else's server says what is permitted, so A is always here. */
const HERE = { with: CLOUDS, directions: ['forth'] } as const

export const PERMISSIONS: readonly Story[] = [
  {
    id: 'H01',
    ...HERE,
    title: 'a file deleted without the right to is there again',
    base: BASE,
    rounds: [{ before: readOnly('S') }, { a: [remove('S/f')], expect: { tree: BASE } }],
  },
  {
    id: 'H02',
    ...HERE,
    title: 'a file edited without the right to is as the server has it again, with a copy of the edit here',
    base: BASE,
    rounds: [
      { before: readOnly('S') },
      {
        a: [write('S/f', 'my edit')],
        expect: {
          onA: BASE,
          copies: { 'S/f': ['my edit'] },
          unsynced: { 'S/f': /hold-not-permitted|denied/ },
        },
      },
    ],
  },
  {
    id: 'H03',
    ...HERE,
    title: 'a new file in a read-only directory stays here, with the reason',
    base: BASE,
    rounds: [
      { before: readOnly('S') },
      {
        a: [write('S/new', 'my file'), write('S/newdir/x', 'my other file'), write('free', 'goes up')],
        expect: {
          onA: { ...BASE, 'S/new': 'my file', 'S/newdir/x': 'my other file', free: 'goes up' },
          onB: { ...BASE, free: 'goes up' },
          unsynced: { 'S/new': /not-permitted/, 'S/newdir': /not-permitted/, 'S/newdir/x': /./ },
        },
      },
    ],
  },
  {
    id: 'H04',
    ...HERE,
    title: 'a read-only directory that is deleted is there again',
    base: { 'S/sub/f': 'shared', 'S/sub/deep/g': 'shared too', own: 'mine' },
    rounds: [
      { before: readOnly('S') },
      {
        a: [remove('S/sub')],
        runs: 2,
        expect: { tree: { 'S/sub/f': 'shared', 'S/sub/deep/g': 'shared too', own: 'mine' } },
      },
    ],
  },
  {
    id: 'H06',
    ...HERE,
    title: 'a rename in a read-only directory: the old name is restored, nothing is lost',
    base: BASE,
    rounds: [
      { before: readOnly('S') },
      {
        a: [move('S/f', 'S/renamed')],
        runs: 2,
        expect: { onB: BASE, unsynced: { 'S/renamed': /not-permitted|denied/ } },
      },
    ],
  },
  {
    id: 'H06',
    ...HERE,
    title:
      'a file moved into a read-only directory stays there, here, with the reason; the server keeps it where it was',
    base: BASE,
    rounds: [
      { before: readOnly('S') },
      {
        a: [move('own', 'S/own')],
        runs: 2,
        after: stage => {
          if (
            ![...stage.remote.list().values(), ...stage.local.list().values()].some(
              shown => shown.kind === 'file' && shown.text === 'mine',
            )
          )
            throw new Error('it is lost')
        },
      },
    ],
  },
  {
    id: 'H07',
    ...HERE,
    title: 'a rename is done where it is permitted though deleting is not',
    base: BASE,
    rounds: [
      {
        before: stage =>
          stage.side.cloud?.tree.restrict('own', { own: 'RGNVW', files: 'RGNVW', directories: 'RGNVCK' }),
      },
      {
        a: [move('own', 'renamed')],
        expect: { tree: { 'S/f': 'shared', 'S/sub/g': 'shared too', renamed: 'mine' }, transfers: 0 },
      },
    ],
  },
  {
    id: 'H11',
    ...HERE,
    title: 'a change of rights alone transfers nothing',
    base: BASE,
    before: readOnly('S'),
    expect: { tree: BASE, transfers: 0, deleted: 0 },
  },
  {
    id: 'H12',
    title: 'a read-only file in the own tree is updated all the same',
    with: ['directory', 'nextcloud', 'webdav'],
    directions: ['back'],
    base: { f: 'old', other: 'stays' },
    b: [{ do: 'chmod', path: 'f', mode: 0o444 }],
    a: [write('f', 'new')],
    runs: 2,
    expect: { tree: { f: 'new', other: 'stays' } },
  },
]
