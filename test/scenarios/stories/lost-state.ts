// Group L: lost state, mass changes, and places that are not what they were.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLOUDS, loser, move, remove, type Story, winner, write } from '../story.ts'

const TEN = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`f${i}`, `content ${i}`]))
const SIXTY = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, `content ${i}`]))
const removals = (count: number) => Array.from({ length: count }, (_, i) => remove(`f${i}`))

export const LOST_STATE: readonly Story[] = [
  {
    id: 'L01',
    title: 'the index is lost and both sides are equal: no byte moves, no conflict',
    with: ['directory', 'nextcloud', 'owncloud'],
    base: { f: 'one', 'D/g': 'two', 'D/E/h': 'three' },
    before: stage => stage.loseIndex(),
    expect: { tree: { f: 'one', 'D/g': 'two', 'D/E/h': 'three' }, transfers: 0, deleted: 0 },
  },
  {
    id: 'L02',
    title: 'the index is lost and some files differ: conflicts for those alone, nothing is deleted',
    base: { f: 'one', g: 'two', h: 'three', i: 'four' },
    before: stage => stage.loseIndex(),
    a: [write('f', 'edited on A'), write('new', 'of A')],
    b: [write('f', 'B has edited'), remove('g')],
    expect: {
      tree: { f: winner('edited on A', 'B has edited'), g: 'two', h: 'three', i: 'four', new: 'of A' },
      copies: { f: [loser('edited on A', 'B has edited')] },
      deleted: 0,
    },
  },
  {
    id: 'L05',
    title: 'everything deleted on A and the user says keep: it is there again on both sides',
    base: TEN,
    rounds: [
      { a: removals(12), expect: { brake: 'root-emptied', onB: TEN, deleted: 0 } },
      { a: Object.entries(TEN).map(([path, text]) => write(path, text)), expect: { tree: TEN } },
    ],
  },
  {
    id: 'L06',
    title: 'everything deleted on A and the user says delete: it is done',
    base: TEN,
    rounds: [
      { a: removals(12), expect: { brake: 'root-emptied', onB: TEN, deleted: 0 } },
      { approve: ['deletes'], expect: { tree: {}, deleted: 12 } },
    ],
  },
  {
    id: 'L07',
    title: 'the only file renamed is no alarm',
    with: ['directory', 'nextcloud'],
    base: { only: 'content' },
    a: [move('only', 'renamed')],
    expect: { tree: { renamed: 'content' } },
  },
  {
    id: 'L08',
    with: CLOUDS,
    directions: ['forth'],
    title: 'a server restored from a backup: both sides are merged, edits here stay, nothing is deleted',
    base: { f: 'one', g: 'two', h: 'three' },
    rounds: [
      {
        // The backup is of before g was there, and of an older f.
        b: [remove('g'), write('f', 'older one')],
        a: [write('h', 'edited since')],
        before: ({ side }) => {
          if (side.cloud !== undefined) side.cloud.fingerprint = 'restored'
        },
        runs: 2,
        after: stage => {
          const texts = [...stage.local.list().values()].flatMap(shown => (shown.kind === 'file' ? [shown.text] : []))
          for (const text of ['older one', 'one', 'two', 'edited since'])
            if (!texts.includes(text)) throw new Error(`${text} is lost`)
        },
      },
    ],
  },
  {
    id: 'L10',
    with: CLOUDS,
    directions: ['forth'],
    title: 'a first run with a fingerprint is a first run',
    before: ({ side }) => {
      if (side.cloud !== undefined) side.cloud.fingerprint = 'some'
    },
    a: [write('f', 'new')],
    expect: { tree: { f: 'new' } },
  },
  {
    id: 'L11',
    title: 'more than half deleted stops, half does not',
    base: TEN,
    rounds: [
      { a: removals(7), expect: { brake: 'too-many-deletions', onB: TEN, deleted: 0 } },
      { limits: { deletedShare: 0.6 }, expect: { deleted: 7 } },
    ],
  },
  {
    id: 'L11',
    title: 'six of twelve deleted is no alarm',
    base: TEN,
    a: removals(6),
    expect: { deleted: 6 },
  },
  {
    id: 'L12',
    title: 'most files overwritten at once stops until the user says yes',
    base: SIXTY,
    rounds: [
      {
        a: Object.keys(SIXTY).map(path => write(path, `encrypted ${path}`)),
        expect: { brake: 'too-many-overwrites', onB: SIXTY, transfers: 0 },
      },
      { approve: ['overwrites'], expect: { transfers: 60 } },
    ],
  },
  {
    id: 'L14',
    title: 'a folder with the marker of another is refused, nothing is deleted',
    directions: ['forth'],
    base: TEN,
    rounds: [
      {
        before: stage => {
          renameSync(join(stage.folder, '.syncline/folder-id'), join(stage.top, 'marker'))
          writeFileSync(join(stage.folder, '.syncline/folder-id'), `${'0'.repeat(32)}\n`)
        },
        expect: { error: 'folder-unusable', status: 5, onB: TEN },
        after: stage => {
          renameSync(join(stage.top, 'marker'), join(stage.folder, '.syncline/folder-id'))
        },
      },
      { expect: { tree: TEN, transfers: 0 } },
    ],
  },
  {
    id: 'L14',
    title:
      'a folder that is new and empty under the old name is merged as for the first time: nothing is deleted there',
    directions: ['forth'],
    base: TEN,
    before: stage => {
      renameSync(stage.folder, join(stage.top, 'unmounted'))
      mkdirSync(stage.folder)
    },
    expect: { tree: TEN },
  },
  {
    id: 'L14',
    title: 'a folder whose marker was lost is refused',
    directions: ['forth'],
    base: TEN,
    rounds: [
      {
        before: stage => renameSync(join(stage.folder, '.syncline/folder-id'), join(stage.top, 'marker')),
        expect: { error: 'folder-unusable', status: 5, onB: TEN },
        after: stage => renameSync(join(stage.top, 'marker'), join(stage.folder, '.syncline/folder-id')),
      },
      { expect: { tree: TEN, transfers: 0 } },
    ],
  },
  {
    id: 'L14',
    title:
      'a directory on the other side that is gone, or an empty one in its place, is refused, nothing is deleted here',
    with: ['directory'],
    directions: ['back'],
    base: TEN,
    rounds: [
      {
        before: stage => {
          renameSync(stage.side.directory ?? '', join(stage.top, 'unmounted'))
          mkdirSync(stage.side.directory ?? '')
        },
        expect: { error: 'wrong-place', status: 3, onB: TEN },
        after: stage => {
          rmSync(stage.side.directory ?? '', { recursive: true })
          renameSync(join(stage.top, 'unmounted'), stage.side.directory ?? '')
        },
      },
      { expect: { tree: TEN, transfers: 0 } },
    ],
  },
  {
    id: 'L19',
    title: 'an index that is damaged is told of, or made anew: nothing is deleted, nothing is lost',
    directions: ['forth'],
    base: TEN,
    rounds: [
      {
        before: stage => {
          stage.loseIndex()
          writeFileSync(
            join(stage.folder, '.syncline/index.db'),
            'this is no database, though it is long enough'.repeat(200),
          )
        },
        expect: { tree: TEN, error: 'folder-unusable', status: 5 },
        after: stage => stage.loseIndex(),
      },
      { expect: { tree: TEN, deleted: 0 } },
    ],
  },
  {
    id: 'L20',
    title: 'there is a way through every brake: 48 of 49 deleted',
    base: Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`f${i}`, `content ${i}`])),
    rounds: [
      { a: removals(48), expect: { brake: 'too-many-deletions', deleted: 0 } },
      { approve: ['deletes'], expect: { tree: { f48: 'content 48' }, deleted: 48 } },
    ],
  },
]
