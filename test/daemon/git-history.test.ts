// The history of a folder in Git, with the real program: each change one commit, readable by any tool, and one file goes back without another.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { describePeer } from '../peers.ts'
import { openStage, type RunningDaemon, type Stage, settled, tree, until, write } from './daemon-process.ts'

// On a busy machine a daemon takes its time.
vi.setConfig({ testTimeout: 180_000 })
const PATIENCE_MS = 100_000

describePeer('a history in Git', ['git'], () => {
  let stage: Stage
  let daemon: RunningDaemon
  let root: string
  const folder = 'g'
  const signal = AbortSignal.timeout(900_000)

  beforeAll(async () => {
    stage = openStage()
    root = stage.at('g')
    mkdirSync(root)
    write(join(root, 'there before', 'one'), 'one')
    write(join(root, 'there before', 'two'), 'two')
    daemon = await stage.start()
    await daemon.client.folders.add({ path: root, id: folder })
    await settled(daemon.client)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const git = (...args: string[]) => {
    const at = join(root, '.syncline', 'history.git')
    return execFileSync('git', ['-c', 'core.quotePath=false', `--git-dir=${at}`, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  }
  const subjects = () => git('log', '--format=%s', '--reverse', 'main').trimEnd().split('\n')
  const has = (what: string) => {
    try {
      return subjects().some(subject => subject === what)
    } catch {
      // Not even begun.
      return false
    }
  }
  const written = (what: string, times = 1) =>
    until(
      () => has(what) && subjects().filter(each => each === what).length >= times,
      `the commit '${what}'`,
      PATIENCE_MS,
    )

  test('it is off unless it is switched on, and begins with what is there', async () => {
    const { settings, git: told } = await daemon.client.historySettings.read(folder)
    expect([settings.git, told]).toEqual(['off', undefined])
    expect(await daemon.client.historySettings.change(folder, { git: 'on' })).toMatchObject({ git: 'on' })
    await written('Begin with 2 files')
    expect(git('show', 'main:there before/two')).toBe('two')
    expect(readFileSync(join(daemon.home, 'config.yaml'), 'utf8')).toContain('git-history: true')
  })

  test('each change of each file is one commit that names its file', async () => {
    write(join(root, 'a.txt'), 'first')
    await written('Write a.txt')
    write(join(root, 'a.txt'), 'second')
    await written('Write a.txt', 2)
    write(join(root, 'b.txt'), 'other')
    await written('Write b.txt')
    rmSync(join(root, 'there before', 'one'))
    await written('Delete there before/one')
    for (const commit of git('log', '--format=%H', '--max-count=4', 'main').trimEnd().split('\n'))
      expect(git('show', '--format=', '--name-only', commit).trimEnd().split('\n')).toHaveLength(1)
    expect(git('fsck', '--strict')).toBe('')
  })

  test('modes and links are kept, and a large file', async () => {
    const large = Buffer.alloc(6_000_000, 'large file ')
    writeFileSync(join(root, 'large.bin'), large)
    writeFileSync(join(root, 'run.sh'), '#!/bin/sh\n')
    chmodSync(join(root, 'run.sh'), 0o755)
    symlinkSync('a.txt', join(root, 'link'))
    for (const name of ['large.bin', 'run.sh', 'link']) await written(`Write ${name}`)
    expect(git('ls-tree', 'main', '--', 'run.sh')).toContain('100755')
    expect(git('ls-tree', 'main', '--', 'link')).toContain('120000')
    expect(git('cat-file', '-s', 'main:large.bin').trim()).toBe(String(large.length))
  })

  test('names that Git keeps for itself, and names that look like commands, are only names', async () => {
    const names = [
      'sub/.git/config',
      'sub/.GIT/hooks/post-commit',
      '"quoted"\tand tab',
      'new\nline',
      'done',
      "D 'x'",
      '--all',
    ]
    for (const name of names) write(join(root, name), `in ${name}`)
    await until(
      () =>
        ['sub/%2Egit/config', '--all', 'done'].every(name =>
          git('ls-tree', '-r', '-z', '--name-only', 'main').split('\0').includes(name),
        ),
      'all of them to be in the history',
      PATIENCE_MS,
    )
    const listed = () => git('ls-tree', '-r', '-z', '--name-only', 'main').split('\0')
    await until(() => listed().length >= 13, 'the rest of them', PATIENCE_MS)
    expect(listed()).toEqual(
      expect.arrayContaining(['sub/%2EGIT/hooks/post-commit', '"quoted"\tand tab', 'new\nline', "D 'x'"]),
    )
    const { versions } = await daemon.client.history.file(folder, 'sub/.git/config' as never, PAGE)
    expect(versions).toMatchObject([{ store: 'git', sizeBytes: 'in sub/.git/config'.length }])
    expect(git('fsck', '--strict')).toBe('')
  })

  const PAGE = { after: undefined, limit: 20 }

  test('one file goes back to a commit, and others stay', async () => {
    write(join(root, 'b.txt'), 'other, changed')
    await written('Write b.txt', 2)
    const { versions } = await daemon.client.history.file(folder, 'a.txt' as never, PAGE)
    const first = versions.find(({ store, sizeBytes }) => store === 'git' && sizeBytes === 5)
    expect(versions.map(({ sizeBytes }) => sizeBytes).sort()).toEqual([5, 6])
    const token = readFileSync(join(daemon.home, 'api-token'), 'utf8').trim()
    const query = new URLSearchParams({ path: 'a.txt', revision: first?.revision ?? '' })
    const url = `${new URL(daemon.url).origin}/api/v1/folders/${folder}/history/content?${query}`
    expect(await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).text()).toBe('first')
    await daemon.client.history.restore(folder, 'a.txt' as never, first?.revision ?? '', signal)
    expect(tree(root)).toMatchObject({ 'a.txt': 'first', 'b.txt': 'other, changed' })
    await written('Write a.txt', 3)
    const unknown = `git:${'0'.repeat(40)}`
    await expect(daemon.client.history.restore(folder, 'a.txt' as never, unknown, signal)).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('it goes on after the daemon was killed, and misses nothing that happened meanwhile', async () => {
    await daemon.kill('SIGKILL')
    const before = subjects().length
    write(join(root, 'while away'), 'x')
    daemon = await stage.start()
    await written('Write while away')
    expect(subjects().length).toBe(before + 1)
    const { git: told } = await daemon.client.historySettings.read(folder)
    expect(told).toMatchObject({ commits: before + 1, path: join(root, '.syncline', 'history.git') })
  })
})
