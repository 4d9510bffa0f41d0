// Group F: both sides have something new under one name. The remote keeps the name, the folder's version is set aside.
import { chmod, loser, move, remove, rewriteUnseen, type Story, seconds, touch, winner, write } from '../story.ts'

export const CONFLICTS: readonly Story[] = [
  {
    id: 'F01',
    title: 'both edit differently: both contents are on both sides',
    base: { 'f.txt': 'old', other: 'stays' },
    a: [write('f.txt', 'edited on A')],
    b: [write('f.txt', 'B has edited')],
    expect: {
      tree: { 'f.txt': winner('edited on A', 'B has edited'), other: 'stays' },
      copies: { 'f.txt': [loser('edited on A', 'B has edited')] },
    },
  },
  {
    id: 'F02',
    title: 'both edit to the same: no conflict and no transfer',
    base: { f: 'old', other: 'stays' },
    a: [write('f', 'the same')],
    b: [write('f', 'the same')],
    with: ['directory', 'owncloud'],
    expect: { tree: { f: 'the same', other: 'stays' }, transfers: 0 },
  },
  {
    id: 'F02',
    title: 'both edit to the same on a server without checksums: no conflict',
    base: { f: 'old', other: 'stays' },
    a: [write('f', 'the same')],
    b: [write('f', 'the same')],
    with: ['webdav', 'nextcloud'],
    expect: { tree: { f: 'the same', other: 'stays' } },
  },
  {
    id: 'F03',
    title: 'both make the same name with different content',
    a: [write('D/f', 'made on A')],
    b: [write('D/f', 'B has made')],
    expect: {
      tree: { 'D/f': winner('made on A', 'B has made') },
      copies: { 'D/f': [loser('made on A', 'B has made')] },
    },
  },
  {
    id: 'F04',
    title: 'both make the same name with the same content at different times',
    a: [write('f', 'the same', seconds(1_500_000_000))],
    b: [write('f', 'the same', seconds(1_600_000_000))],
    expect: { tree: { f: 'the same' } },
  },
  {
    id: 'F05',
    title: 'both edit differently, with equal size and time',
    base: { f: 'old', other: 'stays' },
    a: [write('f', 'version A', seconds(1_500_000_000))],
    b: [write('f', 'version B', seconds(1_500_000_000))],
    expect: {
      tree: { f: winner('version A', 'version B'), other: 'stays' },
      copies: { f: [loser('version A', 'version B')] },
    },
  },
  {
    id: 'F05',
    title: 'both make differently, with equal size and time, without an agreement',
    a: [write('f', 'version A', seconds(1_500_000_000))],
    b: [write('f', 'version B', seconds(1_500_000_000))],
    expect: { tree: { f: winner('version A', 'version B') }, copies: { f: [loser('version A', 'version B')] } },
  },
  {
    id: 'F06',
    title: 'a new time with the same content, proven by a checksum, is no transfer',
    with: ['owncloud'],
    base: { f: 'same' },
    a: [touch('f', seconds(1_450_000_000))],
    expect: { tree: { f: 'same' }, transfers: 0 },
  },
  {
    id: 'F07',
    title: 'a conflict copy keeps its mode and time',
    with: ['directory'],
    directions: ['forth'],
    base: { f: 'old' },
    a: [write('f', 'edited on A', seconds(1_500_000_000)), chmod('f', 0o600)],
    b: [write('f', 'B has edited')],
    expect: { tree: { f: 'B has edited' }, copies: { f: ['edited on A'] } },
    after: stage => {
      const copy = [...stage.local.list()].find(([path]) => path !== 'f')?.[1]
      if (copy?.kind !== 'file' || copy.mode !== 0o600 || copy.mtimeNs !== seconds(1_500_000_000))
        throw new Error('the copy has lost its mode or time')
    },
  },
  {
    id: 'F09',
    title: 'a conflict copy that is deleted is gone, one that is renamed is a file like others',
    base: { f: 'old', g: 'old', other: 'stays' },
    rounds: [
      {
        a: [write('f', 'A edits f'), write('g', 'A edits g')],
        b: [write('f', 'B has edited f'), write('g', 'B has edited g')],
        expect: {
          copies: { f: [loser('A edits f', 'B has edited f')], g: [loser('A edits g', 'B has edited g')] },
          tree: { f: winner('A edits f', 'B has edited f'), g: winner('A edits g', 'B has edited g'), other: 'stays' },
        },
      },
      {
        before: stage => {
          for (const path of [...stage.local.list().keys()].filter(name => name.includes('conflicted'))) {
            const who = stage.direction === 'forth' ? 'a' : 'b'
            stage.perform(who, [path.startsWith('f') ? remove(path) : move(path, 'renamed')])
          }
        },
        expect: {
          tree: {
            f: winner('A edits f', 'B has edited f'),
            g: winner('A edits g', 'B has edited g'),
            renamed: loser('A edits g', 'B has edited g'),
            other: 'stays',
          },
        },
      },
    ],
  },
  {
    id: 'F11',
    title: 'a second conflict on the same file makes a second copy',
    base: { f: 'old' },
    rounds: [
      { a: [write('f', 'A 1', seconds(1_500_000_000))], b: [write('f', 'B has 1', seconds(1_500_000_000))] },
      {
        a: [write('f', 'A now 2', seconds(1_500_000_000))],
        b: [write('f', 'B has written 2', seconds(1_500_000_000))],
        expect: {
          tree: { f: winner('A now 2', 'B has written 2') },
          copies: { f: [loser('A 1', 'B has 1'), loser('A now 2', 'B has written 2')] },
        },
      },
    ],
  },
  {
    id: 'F12',
    title: 'a conflict after the index was lost',
    base: { f: 'old', same: 'same' },
    before: stage => stage.loseIndex(),
    a: [write('f', 'edited on A')],
    b: [write('f', 'B has edited')],
    expect: {
      tree: { f: winner('edited on A', 'B has edited'), same: 'same' },
      copies: { f: [loser('edited on A', 'B has edited')] },
    },
  },
  {
    id: 'F18',
    title: 'names of conflict copies are valid on every disk',
    base: { 'a.tar.gz': 'old', '.profile': 'old' },
    a: [write('a.tar.gz', 'A 1'), write('.profile', 'A 2')],
    b: [write('a.tar.gz', 'B has 1'), write('.profile', 'B has 2')],
    after: stage => {
      for (const name of stage.local.list().keys())
        if (/[<>:"|?*\\]|[. ]$/.test(name)) throw new Error(`${name} cannot be on every disk`)
    },
    expect: {
      tree: { 'a.tar.gz': winner('A 1', 'B has 1'), '.profile': winner('A 2', 'B has 2') },
      copies: { 'a.tar.gz': [loser('A 1', 'B has 1')], '.profile': [loser('A 2', 'B has 2')] },
    },
  },
  {
    id: 'F19',
    title: 'a rewrite of the same size and time on one side is an edit on that side only',
    with: ['directory', 'nextcloud', 'owncloud'],
    base: { f: 'version 1' },
    a: [rewriteUnseen('f', 'version 2')],
    expect: { tree: { f: 'version 2' } },
  },
]
