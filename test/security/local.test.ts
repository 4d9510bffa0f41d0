// What other users and programs of this machine may do meanwhile: swap directories for links, look over our shoulder, plant bits.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contents, start, syncline, twoDirectories, write } from '../cli/program.ts'

const FILES = 300

test.each(['the remote directory', 'the folder'] as const)(
  'a directory of %s that is swapped for a link during a run leads nobody outside',
  async side => {
    using two = twoDirectories()
    const [from, to] = side === 'the folder' ? [two.b, two.a] : [two.a, two.b]
    const outside = join(two.root, 'outside')
    mkdirSync(join(outside, 'e'), { recursive: true })
    writeFileSync(join(outside, '1'), 'precious')
    write(two.a, 'd/e/old', 'old')
    await syncline(['sync', two.a, two.b])
    for (let i = 0; i < FILES; i += 1) write(from, i % 2 === 0 ? `d/${i}` : `d/e/${i}`, `content ${i}`)
    const run = start(['sync', two.a, two.b, '--json'])
    await run.line(line => line.includes('"type":"plan"'))
    run.kill('SIGSTOP')
    renameSync(join(to, 'd'), join(to, 'was d'))
    symlinkSync(outside, join(to, 'd'))
    run.kill('SIGCONT')
    expect([0, 1]).toContain((await run.ended).status)
    expect(contents(outside)).toEqual({ '.': '/', '1': 'precious', e: '/' })
    await syncline(['sync', two.a, two.b])
    expect(contents(outside)).toEqual({ '.': '/', '1': 'precious', e: '/' })
    const kept = new Set([two.a, two.b].flatMap(root => Object.values(contents(root))))
    for (let i = 0; i < FILES; i += 1) expect(kept).toContain(`content ${i}`)
  },
)

test('bits that give rights to whoever runs a file are not carried, nor is anything but files, directories and links', async () => {
  using two = twoDirectories()
  write(two.a, 'tool', '#!')
  write(two.a, 'shared/file', 'x')
  chmodSync(join(two.a, 'tool'), 0o6755)
  chmodSync(join(two.a, 'shared'), 0o3775)
  await syncline(['sync', two.a, two.b])
  const modeOf = (path: string) => statSync(join(two.b, path)).mode & 0o7777
  expect([modeOf('tool'), modeOf('shared')]).toEqual([0o755, 0o775])
  chmodSync(join(two.a, 'tool'), 0o4700)
  await syncline(['sync', two.a, two.b])
  expect(modeOf('tool')).toBe(0o700)
})

test("nobody else can look into what is the program's own, on either side", async () => {
  using two = twoDirectories()
  write(two.a, 'file', 'old')
  await syncline(['sync', two.a, two.b])
  write(two.a, 'file', 'newer')
  await syncline(['sync', two.a, two.b])
  for (const root of [two.a, two.b]) {
    const own = join(root, '.syncline')
    expect(statSync(own).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(own, 'staging'))).toEqual([])
  }
})

test('a link in place of the own directory is not followed', async () => {
  using two = twoDirectories()
  const outside = join(two.root, 'outside')
  mkdirSync(outside)
  for (const [a, b] of [
    [two.a, two.b],
    [two.b, two.a],
  ] as const) {
    const linked = join(a, '.syncline')
    if (!existsSync(linked)) symlinkSync(outside, linked)
    write(b, 'x', 'x')
    const { status, err } = await syncline(['sync', a, b])
    expect(status).not.toBe(0)
    expect(err).toContain('.syncline')
    expect(readdirSync(outside)).toEqual([])
  }
})
