// Clients that people use, against the WebDAV server: what they write is there, and what is there they read.
import { execFile, spawn } from 'node:child_process'
import { accessSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { describePeer } from '../peers.ts'
import { ask } from './ask.ts'
import { type DavServer, startDav } from './dav-server.ts'

const run = promisify(execFile)
const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31) % 251))
const NAME = 'sp ace ü & +#%25.bin'

let server: DavServer
let directory: string
beforeAll(async () => {
  server = await startDav()
})
afterAll(() => server.stop())
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dav-clients-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
  expect(server.said).toEqual([])
})

const read = async (path: string): Promise<Buffer> => (await ask(server.url, 'GET', { path })).bytes

describePeer('curl', ['curl'], () => {
  test('goes on where it stopped, and writes under a condition', async () => {
    const file = join(directory, 'file')
    await writeFile(file, BYTES)
    const curl = (...args: string[]) => run('curl', ['-sS', '-u', 'alice:secret', ...args])
    const url = new URL('curl.bin', server.url).href
    await curl('-f', '-T', file, url)
    const part = join(directory, 'part')
    await writeFile(part, BYTES.subarray(0, 1000))
    await curl('-f', '-C', '-', '-o', part, url)
    expect(await readFile(part)).toEqual(BYTES)
    const { stdout } = await curl(
      '-T',
      file,
      '-H',
      'If-None-Match: *',
      '-H',
      'Expect: 100-continue',
      '-w',
      '%{http_code}',
      '-o',
      '/dev/null',
      url,
    )
    expect(stdout).toBe('412')
  })
})

describePeer('cadaver', ['cadaver'], () => {
  test('makes, locks, changes, describes, moves and removes', async () => {
    await writeFile(join(directory, '.netrc'), 'machine 127.0.0.1\nlogin alice\npassword secret\n', { mode: 0o600 })
    await writeFile(join(directory, NAME), BYTES)
    const back = join(directory, 'back')
    const said = await talk('cadaver', [server.url.href], { HOME: directory }, [
      'mkcol cadaver',
      'cd cadaver',
      `put "${join(directory, NAME)}" one`,
      'lock one',
      `put "${join(directory, NAME)}" one`,
      'discover one',
      'unlock one',
      'copy one two',
      'move two three',
      'propset three colour blue',
      'propget three colour',
      `get three ${back}`,
      'rm one',
      'ls',
      'quit',
    ])
    expect(said).not.toMatch(/failed|error/i)
    expect(said).toContain('Value of colour is: blue')
    expect(said).toContain('Scope: exclusive  Type: write')
    expect(await readFile(back)).toEqual(BYTES)
    expect(await read('cadaver/three')).toEqual(BYTES)
    expect((await ask(server.url, 'HEAD', { path: 'cadaver/one' })).status).toBe(404)
  })
})

describePeer('rclone', ['rclone'], () => {
  test('copies up, moves, and copies down', async () => {
    const rclone = async (...args: string[]) =>
      run('rclone', [
        ...args,
        '--config',
        join(directory, 'rclone.conf'),
        '--webdav-url',
        server.url.href,
        '--webdav-vendor',
        'other',
        '--webdav-user',
        'alice',
      ])
    const source = join(directory, 'source')
    await mkdir(join(source, 'deep', 'deeper'), { recursive: true })
    await writeFile(join(source, NAME), BYTES)
    await writeFile(join(source, 'deep', 'deeper', 'empty'), '')
    await rclone('copy', source, ':webdav:up')
    await rclone('check', source, ':webdav:up', '--download')
    await rclone('moveto', ':webdav:up', ':webdav:moved')
    const back = join(directory, 'back')
    await rclone('copy', ':webdav:moved', back)
    expect(await readFile(join(back, NAME))).toEqual(BYTES)
    expect(await readFile(join(back, 'deep', 'deeper', 'empty'))).toEqual(Buffer.alloc(0))
    const { stderr } = await rclone('copy', source, ':webdav:moved', '-v', '--size-only')
    expect(stderr).not.toContain('Copied')
    await rclone('purge', ':webdav:moved')
    expect((await ask(server.url, 'HEAD', { path: 'moved' })).status).toBe(404)
  }, 300_000)
})

// The kernel has to let it mount, and it wants to be root for that.
const canMount = process.getuid?.() === 0 && isThere('/dev/fuse')

describePeer('davfs2', ['mount.davfs'], () => {
  test.skipIf(!canMount)(
    'is mounted, written to with locks, and read',
    async () => {
      const [mount, cache, config, secrets] = ['mount', 'cache', 'config', 'secrets'].map(name =>
        join(directory, name),
      ) as [string, string, string, string]
      for (const path of [mount, cache]) await mkdir(path)
      // It gives up root for a user of its own.
      for (const path of [directory, cache]) await chmod(path, 0o777)
      await writeFile(secrets, `${server.url.href} alice secret\n`, { mode: 0o600 })
      await writeFile(config, `secrets ${secrets}\ncache_dir ${cache}\nuse_locks 1\nask_auth 0\n`)
      await run('mount', ['-t', 'davfs', '-o', `conf=${config}`, server.url.href, mount])
      try {
        await mkdir(join(mount, 'davfs'))
        await writeFile(join(mount, 'davfs', 'a'), BYTES)
        expect(await readFile(join(mount, 'davfs', 'a'))).toEqual(BYTES)
        await run('mv', [join(mount, 'davfs', 'a'), join(mount, 'davfs', NAME)])
      } finally {
        // Waits until all is uploaded.
        await run('umount', [mount])
      }
      expect(await read(`davfs/${encodeURIComponent(NAME)}`)).toEqual(BYTES)
      expect(server.locks.isEmpty).toBe(true)
    },
    60_000,
  )
})

function isThere(file: string): boolean {
  try {
    accessSync(file)
    return true
  } catch {
    return false
  }
}

/** Everything that a program says to `lines` on its input. */
function talk(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  lines: readonly string[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env } })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        said += chunk
      })
    child.on('error', reject).on('close', () => resolve(said))
    child.stdin.end(`${lines.join('\n')}\n`)
  })
}
