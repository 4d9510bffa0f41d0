// What changes after the first sync, on either side or on both: one way to write it, every real device agrees.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describePeer } from '../peers.ts'
import {
  clearAwayAfterEach,
  lookAtDisks,
  ours,
  pairWith,
  shareFrom,
  type Theirs,
  theirs,
  tree,
  until,
  untilSettled,
  write,
} from './sharing.ts'

clearAwayAfterEach()

const TEST_MS = 400_000
const LARGE = 3_000_000

function fill(root: string): void {
  // Enough that what is deleted is not most of it.
  for (let i = 0; i < 40; i += 1) write(root, `unchanged/${i}`, `${i}`)
  write(root, 'edited', 'before')
  write(root, 'edited in the middle', Buffer.alloc(LARGE, 'abcdefghijk'))
  write(root, 'renamed', 'what is renamed')
  write(root, 'renamed, large', Buffer.alloc(LARGE, 'bcdefgh'))
  write(root, 'deleted', 'gone soon')
  write(root, 'mode', 'its mode changes')
  write(root, 'touched', 'its time changes')
  write(root, 'file to directory', 'a file')
  write(root, 'directory to file/in it', 'goes')
  write(root, 'directory to link/in it/deep', 'goes')
  write(root, 'file to link', 'a file')
  symlinkSync('edited', join(root, 'link to file'))
  symlinkSync('edited', join(root, 'link to directory'))
  symlinkSync('edited', join(root, 'link elsewhere'))
  write(root, 'tree/a/1', '1')
  write(root, 'tree/a/2', '2')
  write(root, 'deleted tree/a/b/c', 'c')
}

function change(root: string): void {
  const at = (path: string) => join(root, path)
  writeFileSync(at('edited'), 'afterwards')
  const large = readFileSync(at('edited in the middle'))
  large[LARGE / 2] = 0
  writeFileSync(at('edited in the middle'), large)
  renameSync(at('renamed'), at('has another name'))
  renameSync(at('renamed, large'), at('tree/a/large elsewhere'))
  rmSync(at('deleted'))
  chmodSync(at('mode'), 0o600)
  utimesSync(at('touched'), 1_500_000_000, 1_500_000_000)
  rmSync(at('file to directory'))
  write(root, 'file to directory/now', 'a directory')
  rmSync(at('directory to file'), { recursive: true })
  write(root, 'directory to file', 'a file now')
  rmSync(at('directory to link'), { recursive: true })
  symlinkSync('tree', at('directory to link'))
  rmSync(at('file to link'))
  symlinkSync('tree', at('file to link'))
  rmSync(at('link to file'))
  write(root, 'link to file', 'was a link')
  rmSync(at('link to directory'))
  write(root, 'link to directory/now', 'was a link')
  rmSync(at('link elsewhere'))
  symlinkSync('edited, or not', at('link elsewhere'))
  renameSync(at('tree'), at('tree elsewhere'))
  rmSync(at('deleted tree'), { recursive: true })
  mkdirSync(at('made'))
}

async function apart({ syncthing }: Theirs, { device }: { readonly device: string }): Promise<void> {
  await syncthing.call('POST', `/system/pause?device=${device}`)
  await syncthing.until('apart', async () => !(await syncthing.isConnected(device)))
}

async function together({ syncthing }: Theirs, { device }: { readonly device: string }): Promise<void> {
  await syncthing.call('POST', `/system/resume?device=${device}`)
  await syncthing.until('together', async () => syncthing.isConnected(device))
}

function write2(root: string, path: string, content: string, seconds: number): void {
  write(root, path, content)
  utimesSync(join(root, path), seconds, seconds)
}

const copiesIn = (root: string, stem: string) =>
  readdirSync(root).filter(name => name.startsWith(`${stem}.sync-conflict-`))

describePeer('a real syncthing with a folder that is in sync', ['syncthing'], () => {
  test.each(['ours', 'theirs'] as const)(
    'is followed, or follows, through edits, renames, deletions and changes of type (of %s)',
    async who => {
      const [a, b] = await pairWith((root, at) => at === who && fill(root))
      const [from, to] = who === 'ours' ? [a.root, b.root] : [b.root, a.root]
      await untilSettled([a, b], { isSo: () => existsSync(join(to, 'tree/a/2')) })
      change(from)
      const wanted = tree(from)
      await lookAtDisks([a, b])
      await untilSettled([a, b], { isSo: () => existsSync(join(to, 'made')) })
      expect(tree(to)).toEqual(wanted)
    },
    TEST_MS,
  )

  test(
    'both change other things at the same time',
    async () => {
      const [a, b] = await pairWith((root, at) => at === 'ours' && fill(root))
      await untilSettled([a, b], { isSo: () => existsSync(join(b.root, 'tree/a/2')) })
      writeFileSync(join(a.root, 'edited'), 'by ours')
      renameSync(join(a.root, 'renamed'), join(a.root, 'tree/renamed by ours'))
      rmSync(join(a.root, 'deleted'))
      rmSync(join(b.root, 'deleted'))
      writeFileSync(join(b.root, 'mode'), 'by theirs')
      renameSync(join(b.root, 'tree/a'), join(b.root, 'tree/renamed by theirs'))
      await lookAtDisks([a, b])
      await untilSettled([a, b], { isSo: () => existsSync(join(b.root, 'tree/renamed by ours')) })
      expect(readFileSync(join(a.root, 'mode'), 'utf8')).toBe('by theirs')
      expect(readdirSync(join(a.root, 'tree')).sort()).toEqual(['renamed by ours', 'renamed by theirs'])
    },
    TEST_MS,
  )

  test(
    'settles every conflict as we do',
    async () => {
      const [a, b] = await pairWith((root, at) => {
        if (at !== 'ours') return
        for (const name of ['ours wins', 'theirs wins', 'deleted by ours', 'deleted by theirs', 'same', 'only mode'])
          write2(root, name, 'before', 1_000_000_000)
        write(root, 'replaced', 'by a directory here, edited there')
        write(root, 'replaced the other way', 'by a directory there, edited here')
        write(root, 'emptied here, filled there/one', 'one')
        write(root, 'emptied there, filled here/one', 'one')
        symlinkSync('before', join(root, 'link'))
      })
      await untilSettled([a, b], { isSo: () => existsSync(join(b.root, 'theirs wins')) })
      await apart(b, a)
      const [early, late] = [1_200_000_000, 1_300_000_000]
      write2(a.root, 'ours wins', 'by ours, later', late)
      write2(b.root, 'ours wins', 'by theirs', early)
      write2(a.root, 'theirs wins', 'by ours', early)
      write2(b.root, 'theirs wins', 'by theirs, later', late)
      write2(a.root, 'made by both.txt', 'by ours, later', late)
      write2(b.root, 'made by both.txt', 'by theirs', early)
      write2(a.root, 'made by both alike', 'alike', early)
      write2(b.root, 'made by both alike', 'alike', late)
      write2(a.root, 'same', 'the same new', early)
      write2(b.root, 'same', 'the same new', late)
      rmSync(join(a.root, 'deleted by ours'))
      write2(b.root, 'deleted by ours', 'but edited', early)
      rmSync(join(b.root, 'deleted by theirs'))
      write2(a.root, 'deleted by theirs', 'but edited', early)
      chmodSync(join(a.root, 'only mode'), 0o600)
      chmodSync(join(b.root, 'only mode'), 0o640)
      rmSync(join(a.root, 'emptied here, filled there'), { recursive: true })
      write(b.root, 'emptied here, filled there/two', 'two')
      rmSync(join(b.root, 'emptied there, filled here'), { recursive: true })
      write(a.root, 'emptied there, filled here/two', 'two')
      for (const [root, target] of [
        [a.root, 'ours'],
        [b.root, 'theirs'],
      ] as const) {
        rmSync(join(root, 'link'))
        symlinkSync(target, join(root, 'link'))
      }
      await lookAtDisks([a, b])
      await together(b, a)
      await untilSettled([a, b], {
        isSo: () => [a, b].every(({ root }) => copiesIn(root, 'made by both').length === 1),
      })
      const says = (path: string) => readFileSync(join(a.root, path), 'utf8')
      expect(says('ours wins')).toBe('by ours, later')
      expect(says('theirs wins')).toBe('by theirs, later')
      expect(says('deleted by ours')).toBe('but edited')
      expect(says('deleted by theirs')).toBe('but edited')
      // The copy is named for the device whose version won.
      const names = ['ours wins', 'theirs wins', 'made by both'].flatMap(stem => copiesIn(a.root, stem))
      expect(names.map(name => name.replace(/\d{8}-\d{6}/, 'TIME'))).toEqual([
        `ours wins.sync-conflict-TIME-${a.device.slice(0, 7)}`,
        `theirs wins.sync-conflict-TIME-${b.device.slice(0, 7)}`,
        `made by both.sync-conflict-TIME-${a.device.slice(0, 7)}.txt`,
      ])
      expect(names.map(says)).toEqual(['by theirs', 'by ours', 'by theirs'])
      expect(readdirSync(a.root).filter(name => name.includes('.sync-conflict-'))).toHaveLength(3)
    },
    TEST_MS,
  )

  test(
    'agrees with us on what becomes of a directory and a file of the same name',
    async () => {
      const [a, b] = await pairWith((root, at) => {
        if (at !== 'ours') return
        write(root, 'file or directory 1', 'before')
        write(root, 'file or directory 2', 'before')
        write(root, 'directory or file 3/in it', 'before')
        write(root, 'directory or file 4/in it', 'before')
        write(root, 'link or directory 5', 'before')
      })
      await untilSettled([a, b], { isSo: () => existsSync(join(b.root, 'link or directory 5')) })
      await apart(b, a)
      const become = (root: string, path: string, kind: 'file' | 'directory' | 'link') => {
        rmSync(join(root, path), { recursive: true })
        if (kind === 'directory') write(root, `${path}/new in it of ${root === a.root ? 'ours' : 'theirs'}`, path)
        else if (kind === 'link') symlinkSync('somewhere', join(root, path))
        else write(root, path, `a file of ${root === a.root ? 'ours' : 'theirs'}`)
      }
      become(a.root, 'file or directory 1', 'directory')
      write2(b.root, 'file or directory 1', 'edited by theirs', 1_900_000_000)
      become(b.root, 'file or directory 2', 'directory')
      write2(a.root, 'file or directory 2', 'edited by ours', 1_900_000_000)
      become(a.root, 'directory or file 3', 'file')
      write(b.root, 'directory or file 3/in it', 'edited by theirs')
      become(b.root, 'directory or file 4', 'file')
      write(a.root, 'directory or file 4/in it', 'edited by ours')
      become(a.root, 'link or directory 5', 'link')
      become(b.root, 'link or directory 5', 'directory')
      await lookAtDisks([a, b])
      // Each has told its own story, to itself, before it hears the other's.
      await until(
        'ours is announced',
        () => a.isAtRest && a.folder.mesh.announced('link or directory 5' as never)?.kind === 'symlink',
      )
      await together(b, a)
      await untilSettled([a, b])
      const everything = JSON.stringify(tree(a.root))
      for (const word of ['edited by theirs', 'edited by ours']) expect(everything).toContain(word)
    },
    TEST_MS,
  )

  test(
    'and files that are ignored on one side stay there, and are no deletions for the other',
    async () => {
      const [a, b] = await pairWith((root, at) => {
        write(root, 'kept', 'kept')
        write(root, `ignored by ours, of ${at}`, at)
        write(root, `ignored by theirs, of ${at}`, at)
        if (at === 'ours') write(root, '.syncignore', 'ignored by ours*\n')
        else write(root, '.stignore', 'ignored by theirs*\n')
      })
      await untilSettled([a, b], { treesDiffer: true, isSo: () => a.last?.unsynced !== undefined })
      expect(Object.keys(tree(a.root))).toEqual(['ignored by ours, of ours', 'ignored by theirs, of ours', 'kept'])
      expect(Object.keys(tree(b.root))).toEqual(['ignored by ours, of theirs', 'ignored by theirs, of theirs', 'kept'])
      // What was in sync and is ignored from now on stays on both.
      write(b.root, '.stignore', 'ignored by theirs*\nkept\n')
      await lookAtDisks([b])
      await until('they no longer offer it', async () => {
        const file = (await b.syncthing.call('GET', '/db/file?folder=shared&file=kept')) as Ignorable
        return file.local.ignored
      })
      writeFileSync(join(a.root, 'kept'), 'changed by ours')
      await lookAtDisks([a])
      await until('it is announced', () => a.isAtRest)
      expect(readFileSync(join(b.root, 'kept'), 'utf8')).toBe('kept')
      expect(readFileSync(join(a.root, 'kept'), 'utf8')).toBe('changed by ours')
    },
    TEST_MS,
  )

  test(
    'a name that differs only in case from another is two files here, and told of there',
    async () => {
      const [a, b] = await pairWith(
        (root, at) => {
          if (at === 'ours') {
            write(root, 'name', 'small')
            write(root, 'other', 'other')
          }
        },
        { caseSensitiveFS: true },
      )
      await untilSettled([a, b], { isSo: () => existsSync(join(b.root, 'other')) })
      write(a.root, 'NAME', 'large')
      renameSync(join(b.root, 'other'), join(b.root, 'OTHER'))
      await lookAtDisks([a, b])
      await untilSettled([a, b], { isSo: () => existsSync(join(b.root, 'NAME')) && existsSync(join(a.root, 'OTHER')) })
      expect(Object.keys(tree(b.root))).toEqual(['NAME', 'OTHER', 'name'])
    },
    TEST_MS,
  )
})

interface Ignorable {
  readonly local: { readonly ignored: boolean }
}

describePeer('two real syncthings and ours', ['syncthing'], () => {
  test(
    'keep together whoever of them is away in turn',
    async () => {
      const [a, b, c] = await Promise.all([ours('a'), theirs(), theirs()])
      write(a.root, 'of a', 'a')
      write(b.root, 'of b', 'b')
      write(c.root, 'of c', 'c')
      await shareFrom(b, [a, c])
      await shareFrom(c, [a, b])
      a.share([b, c])
      const all = [a, b, c]
      await untilSettled(all, { isSo: () => all.every(({ root }) => readdirSync(root).length >= 4) })
      // b is away: a and c go on, and change the same file as b does.
      await b.syncthing.stop()
      write2(a.root, 'of a', 'a, changed while b was away', 1_200_000_000)
      await until('it is with c', () => {
        a.hint()
        return readFileSync(join(c.root, 'of a'), 'utf8').includes('changed')
      })
      rmSync(join(c.root, 'of c'))
      write2(b.root, 'of a', 'a, changed by b alone', 1_300_000_000)
      await b.syncthing.restart()
      await lookAtDisks(all)
      await untilSettled(all, { isSo: () => all.every(({ root }) => copiesIn(root, 'of a').length > 0) })
      expect(readFileSync(join(a.root, 'of a'), 'utf8')).toBe('a, changed by b alone')
      // c is away, and then a alone is with b.
      await c.syncthing.stop()
      renameSync(join(b.root, 'of b'), join(b.root, 'renamed by b'))
      await lookAtDisks([b])
      await until('the rename is with a', () => existsSync(join(a.root, 'renamed by b')))
      await c.syncthing.restart()
      await untilSettled(all, { isSo: () => existsSync(join(c.root, 'renamed by b')) })
      // Ours is away.
      const names = readdirSync(a.root)
      a.network.setDevices([])
      write(b.root, 'made by b', 'b')
      write(a.root, 'made by a', 'a')
      await lookAtDisks([a, b])
      await until('c has what b made', () => existsSync(join(c.root, 'made by b')))
      expect(readdirSync(a.root).length).toBe(names.length + 1)
      a.know([b, c])
      await untilSettled(all, { isSo: () => all.every(({ root }) => existsSync(join(root, 'made by a'))) })
      // Two devices had what lost: where they replaced it in different seconds, both their copies are there.
      const copies = readdirSync(a.root).filter(name => name.includes('sync-conflict'))
      expect(copies.length).toBeLessThan(3)
      for (const name of copies) expect(readFileSync(join(a.root, name), 'utf8')).toBe('a, changed while b was away')
    },
    TEST_MS,
  )
})

describe('two of ours', () => {
  test('agree on a directory and a file of the same name', async () => {
    const [a, b] = [await ours('a'), await ours('b')]
    write(a.root, 'thing', 'a file')
    write(b.root, 'thing/in it', 'a directory')
    a.share([b])
    b.share([a])
    await untilSettled([a, b])
    expect(Object.values(tree(a.root)).join()).toContain('a file')
    expect(Object.keys(tree(a.root))).toContain('thing/in it')
  })
})
