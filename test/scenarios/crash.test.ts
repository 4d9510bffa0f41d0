// Group O: the real program is killed at any moment. What people see is whole at every instant, and the next run goes on.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PlainDav, startPlainDav } from '../fakes/plain-dav/server.ts'
import { diskSurface } from './disk-surface.ts'
import { plain } from './expectations.ts'
import { serverSurface } from './server-surface.ts'
import type { Surface } from './surface.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/syncline', import.meta.url))
const BUILT = fileURLToPath(new URL('../../dist/cli/main.cjs', import.meta.url))
const KILLS = 12

let top: string
let plainDav: PlainDav

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'syncline-kill-'))
  plainDav = await startPlainDav()
})

afterAll(async () => {
  await plainDav.stop()
  rmSync(top, { recursive: true, force: true })
})

describe.skipIf(!existsSync(BUILT))('O. crashes', () => {
  test('O01 killed again and again, towards a directory: nothing is torn or lost, and it converges', {
    timeout: 300_000,
  }, async () => {
    mkdirSync(join(top, 'one'))
    mkdirSync(join(top, 'there'))
    await killAgainAndAgain(join(top, 'one'), diskSurface(join(top, 'there')), join(top, 'there'))
    // O07: what the killed runs have left is not synced.
    expect(readdirSync(join(top, 'there')).filter(name => name.startsWith('.') && name !== '.syncline')).toEqual([])
  })

  test('O01 killed again and again, towards a WebDAV server', { timeout: 300_000 }, async () => {
    mkdirSync(join(top, 'two'))
    const there = serverSurface(plainDav.tree, () => [])
    await killAgainAndAgain(join(top, 'two'), there, `${plainDav.url}/`)
  })

  test('O06 the marker is whole or not there, so a run that was killed in its first instant is no obstacle', async () => {
    const folder = join(top, 'three')
    mkdirSync(folder)
    mkdirSync(join(folder, '.syncline'))
    expect(await run(folder, join(top, 'three-there'))).toBe(0)
    expect(readFileSync(join(folder, '.syncline/folder-id'), 'utf8')).toMatch(/^[0-9a-f]{32}\n$/)
  })

  test.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
    'P. a directory that may not be read is told of, and nothing in it is deleted',
    async () => {
      const folder = join(top, 'four')
      const there = join(top, 'four-there')
      mkdirSync(folder)
      mkdirSync(there)
      diskSurface(folder).perform({ do: 'write', path: 'closed/f', text: 'precious' })
      diskSurface(folder).perform({ do: 'write', path: 'open', text: 'for all' })
      expect(await run(folder, there)).toBe(0)
      await ended(spawn('chown', ['-R', '65534:65534', folder, there]))
      await ended(spawn('chmod', ['755', top]))
      diskSurface(folder).perform({ do: 'chmod', path: 'closed', mode: 0 })
      expect(
        await ended(
          spawn('setpriv', [
            '--reuid=65534',
            '--regid=65534',
            '--clear-groups',
            process.execPath,
            PROGRAM,
            'sync',
            folder,
            there,
          ]),
        ),
      ).toBe(1)
      expect(plain(diskSurface(there))).toEqual({ closed: null, 'closed/f': 'precious', open: 'for all' })
      expect(statSync(join(there, 'closed/f')).size).toBe(8)
    },
  )
})

async function killAgainAndAgain(folder: string, there: Surface, remote: string): Promise<void> {
  const here = diskSurface(folder)
  const texts = new Set<string>()
  const alive = new Map<string, string>()
  const write = (surface: Surface, path: string, text: string) => {
    for (const old of surface.textsAt(path)) for (const [key, value] of alive) if (value === old) alive.delete(key)
    surface.perform({ do: 'write', path, text })
    texts.add(text)
    alive.set(`${path} ${text.slice(0, 20)}`, text)
  }
  for (let i = 0; i < 60; i += 1) write(here, `D${i % 5}/f${i}`, `first ${i} `.repeat(1 + i * 20))
  write(here, 'big', 'big content '.repeat(250_000))
  const started = performance.now()
  await run(folder, remote)
  const whole = Math.max(performance.now() - started, 200)
  for (let kill = 0; kill < KILLS; kill += 1) {
    for (let i = 0; i < 12; i += 1)
      write(i % 2 === 0 ? here : there, `D${i % 5}/k${kill}-${i}`, `kill ${kill} file ${i} `.repeat(1 + i * 50))
    write(kill % 2 === 0 ? here : there, 'big', `big content of ${kill} `.repeat(200_000))
    const child = start(folder, remote)
    const timer = setTimeout(() => child.kill('SIGKILL'), 60 + Math.random() * whole * 0.9)
    await ended(child)
    clearTimeout(timer)
    for (const surface of [here, there])
      for (const [path, shown] of surface.list())
        if (shown.kind === 'file' && !isOurs(path))
          expect(texts.has(shown.text), `${path} is torn after kill ${kill}`).toBe(true)
  }
  expect(await run(folder, remote)).toBeLessThanOrEqual(1)
  expect(await run(folder, remote)).toBe(0)
  const ours = (surface: Surface) =>
    Object.fromEntries(
      [...surface.list()]
        .filter(([path]) => !isOurs(path))
        .map(([path, shown]) => [path, shown.kind === 'file' ? shown.text : shown.kind]),
    )
  const [left, right] = [ours(here), ours(there)]
  expect(Object.keys(left).sort()).toEqual(Object.keys(right).sort())
  for (const [path, text] of Object.entries(left)) expect(right[path] === text, `${path} is equal`).toBe(true)
  const kept = new Set([...Object.values(left), ...here.kept(), ...there.kept()])
  expect(
    [...alive].filter(([, text]) => !kept.has(text)).map(([path]) => path),
    'lost',
  ).toEqual([])
}

/** Unfinished uploads on a plain server lie under names that nobody takes for theirs. */
const isOurs = (path: string): boolean => path.startsWith('.syncline-')

function start(folder: string, remote: string): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'sync', folder, remote], { stdio: 'ignore' })
}

const run = (folder: string, remote: string): Promise<number | null> => ended(start(folder, remote))

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => child.once('exit', code => resolve(code)).once('error', reject))
}
