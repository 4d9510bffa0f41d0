import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { contentIdOfBytes } from '../index/content-id.ts'
import { Database } from '../platform/node/sqlite.ts'
import type { FileNode, Space } from './space.ts'
import { openStorage, type Storage, temporaryDirectory } from './testing/hosted.ts'
import { all, benchIn, flat, SIGNAL } from './testing/space-bench.ts'

const STORM = fileURLToPath(new URL('./testing/put-storm.ts', import.meta.url))

test('what was confirmed before the program was killed is there afterwards, and everything fits together', {
  timeout: 120_000,
}, async () => {
  const { directory, remove } = temporaryDirectory(tmpdir())
  try {
    const confirmed = new Map<string, string[]>()
    for (let round = 1; round <= 3; round += 1) {
      const lines = await stormUntilKilled(directory, round, 60 * round)
      expect(lines.length).toBeGreaterThanOrEqual(60 * round)
      for (const line of lines) {
        const [path = '', content = ''] = line.split(' ')
        confirmed.set(path, [...(confirmed.get(path) ?? []), content])
      }
      await expectAllThere(directory, confirmed)
    }
  } finally {
    remove()
  }
})

test.each([0, 1, 2, 3])(
  'small blobs of which a crash of the machine left (%i) not all bytes are whole again',
  async how => {
    const { directory, remove } = temporaryDirectory(tmpdir())
    try {
      const before = await openStorage(directory)
      const at = benchIn(await before.spaces.create({ id: 'home', label: 'Home' }), '')
      const bodies = Array.from({ length: 30 }, (_, i) => `body ${i} of thirty`)
      for (const [i, body] of bodies.entries()) await at.file(`f${i}`, body)
      await inPlaces(before)
      // As after a power cut: names without bytes, halves, others' bytes. The storage was not closed.
      for (const file of packFiles(directory)) damage(file, how)
      const after = await openStorage(directory)
      const again = benchIn(await after.spaces.open('home'), '')
      for (const [i, body] of bodies.entries()) expect(String(await again.read(`f${i}`))).toBe(body)
      await after.close()
      await before.spaces.close()
    } finally {
      remove()
    }
  },
)

test('a journal that was written over many times recovers what its last rounds hold', { timeout: 60_000 }, async () => {
  const { directory, remove } = temporaryDirectory(tmpdir())
  try {
    const before = await openStorage(directory)
    const at = benchIn(await before.spaces.create({ id: 'home', label: 'Home' }), '')
    const bodyOf = (i: number) => Buffer.alloc(200_000, `number ${i} `)
    // More than two files of the journal hold.
    for (let i = 0; i < 200; i += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, k) => at.file(`f${i + k}`, bodyOf(i + k))))
    }
    await inPlaces(before)
    const last = await at.there('f199')
    damage(blobFileOf(directory, (last as FileNode).content), 0)
    const after = await openStorage(directory)
    const again = benchIn(await after.spaces.open('home'), '')
    for (let i = 0; i < 200; i += 1) expect((await again.read(`f${i}`)).equals(bodyOf(i))).toBe(true)
    await after.close()
    await before.spaces.close()
  } finally {
    remove()
  }
})

test('a database that was not closed has other etags of directories, and gives other ids, than anybody may have seen', async () => {
  const { directory, remove } = temporaryDirectory(tmpdir())
  try {
    const killed = await openStorage(directory)
    const at = benchIn(await killed.spaces.create({ id: 'home', label: 'Home' }), '')
    await at.directory('d')
    const file = await at.file('d/f', 'x')
    const etags = [(await at.there('')).etag, (await at.there('d')).etag]
    const reopened = await openStorage(directory)
    const again = benchIn(await reopened.spaces.open('home'), '')
    expect(await again.there('d/f')).toEqual(file)
    const others = [(await again.there('')).etag, (await again.there('d')).etag]
    expect(new Set([...etags, ...others]).size).toBe(4)
    expect((await again.file('new', 'x')).id).toBeGreaterThan(file.id + 1000)
    await reopened.close()
    const closed = await openStorage(directory)
    const last = benchIn(await closed.spaces.open('home'), '')
    expect((await last.there('d')).etag).toBe(others[1])
    await closed.close()
  } finally {
    remove()
  }
})

/** The lines that it wrote whole, when there are at least `enough` of them. */
function stormUntilKilled(directory: string, seed: number, enough: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', STORM, directory, String(seed)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.split('\n').length > enough) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', () => resolve(text.split('\n').slice(0, -1)))
  })
}

/** Each path holds the last content that was confirmed for it, or a later one that was not confirmed any more. */
async function expectAllThere(directory: string, confirmed: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const storage = await openStorage(directory)
  const space = await storage.spaces.open('home')
  try {
    const at = benchIn(space, '')
    for (const [path, contents] of confirmed) {
      const file = (await at.there(path)) as FileNode
      const found = contentIdOfBytes(await at.read(path))
      expect(found).toBe(file.content)
      if (found === contents.at(-1)) continue
      // Then the last one that was confirmed is its newest version.
      const [newest] = await space.versions.list(file.id)
      const older = await all(space.versions.read(file.id, newest?.key ?? '', 0))
      expect(contentIdOfBytes(older)).toBe(contents.at(-1))
    }
    await expectSizesFit(space)
  } finally {
    await storage.close()
  }
  const database = new Database(join(directory, 'spaces.db'), { name: 'The database', mend: '' })
  expect(database.get('PRAGMA integrity_check')?.[0]).toBe('ok')
  database.close()
}

async function expectSizesFit(space: Space): Promise<void> {
  let sum = 0
  for (const node of await flat(space.list(''))) {
    const below = await flat(space.list(node.path))
    expect(node.size).toBe(below.reduce((size, file) => size + file.size, 0))
    sum += node.size
    for (const file of below)
      expect((await all(space.read(file as FileNode, { from: 0 }, SIGNAL))).length).toBe(file.size)
  }
  expect((await space.find(''))?.size).toBe(sum)
}

/** A sweep waits until everything is in its place. */
async function inPlaces({ blobs }: Storage): Promise<void> {
  expect(await blobs.sweep(async () => true, 0, SIGNAL)).toBe(0)
}

function blobFiles(directory: string): readonly string[] {
  const found = readdirSync(join(directory, 'blobs'), { recursive: true, encoding: 'utf8' })
  return found.filter(name => /[0-9a-f]{64}$/.test(name)).map(name => join(directory, 'blobs', name))
}

function packFiles(directory: string): readonly string[] {
  const found = readdirSync(join(directory, 'packs')).map(name => join(directory, 'packs', name))
  expect(found.length).toBeGreaterThan(0)
  return found
}

function blobFileOf(directory: string, content: string): string {
  const hex = Buffer.from(content, 'base64url').toString('hex')
  return blobFiles(directory).find(file => file.endsWith(hex)) ?? ''
}

function damage(file: string, how: number): void {
  if (how === 0) return truncateSync(file, 0)
  if (how === 1) return truncateSync(file, Math.floor(readFileSync(file).length / 2))
  if (how === 3) return rmSync(file)
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, 'other bytes')
  closeSync(descriptor)
}
