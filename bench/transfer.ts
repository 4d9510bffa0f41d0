// Files up to a WebDAV server and down from it.
import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Benchmark, Report, Setting } from './benchmark.ts'
import { type Contestant, inTurns } from './in-turns.ts'
import { type Command, measure } from './measure.ts'
import { rclone } from './rclone.ts'
import { at } from './scale.ts'
import { type SERVERS, withServer } from './server.ts'
import { syncline } from './syncline.ts'
import { copyTree, emptyDirectory, makeTree, settleDisk, type TreeShape } from './trees.ts'

type ServerName = keyof typeof SERVERS

export function transferSmall(server: ServerName, setting: Setting): ReturnType<Benchmark> {
  const directories = at(setting.scale, { small: 2, full: 20 })
  return transfer(
    server,
    `${directories * 100} files of 4 KiB`,
    { directories, filesEach: 100, bytesEach: 4096 },
    setting,
  )
}

export function transferLarge(server: ServerName, setting: Setting): ReturnType<Benchmark> {
  const megabytes = at(setting.scale, { small: 50, full: 500 })
  const shape = { directories: 1, filesEach: 1, bytesEach: megabytes * 1_000_000 }
  return transfer(server, `one file of ${megabytes} MB`, shape, setting)
}

async function transfer(
  name: ServerName,
  what: string,
  shape: TreeShape,
  setting: Setting,
): Promise<readonly Report[]> {
  const { dir } = setting
  const tree = join(dir, 'tree')
  makeTree(tree, shape)
  return withServer(name, dir, async ({ url, root }) => {
    await execute('cp', ['-a', tree, join(root, 'filled')])
    await execute('chown', ['-R', '--reference', root, root])
    const race = async (direction: string, ways: readonly Way[]): Promise<Report> => ({
      title: `${direction} ${name}: ${what}`,
      results: await inTurns(
        ways.map(way => contestant(way, setting.signal)),
        setting,
      ),
      notes: [NOTE],
    })
    return [await race('Up to', ups(tree, { dir, url, root })), await race('Down from', downs({ dir, url }))]
  })
}

const NOTE =
  'Whole processes, start-up included, into an empty place each time. syncline also hashes every file, and makes both sides and its record of them durable before it ends.'

interface Way {
  readonly name: string
  readonly command: Command
  readonly prepare: () => Promise<void>
  /** Where everything must be afterwards. */
  readonly filled: string
}

const FLAGS: readonly (readonly string[])[] = [
  ['sync', '--transfers', '16', '--checkers', '16'],
  ['copy', '--transfers', '16', '--checkers', '16', '--no-traverse'],
  ['copy', '--transfers', '4', '--checkers', '16', '--no-check-dest'],
]

function ups(tree: string, { dir, url, root }: { dir: string; url: URL; root: string }): Way[] {
  const target = join(root, 'up')
  const prepare = async () => {
    await emptyDirectory(target)
    await execute('chown', ['--reference', root, target])
  }
  const folder = join(dir, 'folder')
  const fresh = async () => {
    await prepare()
    await execute('rm', ['-rf', folder])
    await copyTree(tree, folder)
  }
  return [
    { name: 'syncline', command: syncline(folder, new URL('up', url).href), prepare: fresh, filled: target },
    ...FLAGS.map(flags => ({
      name: `rclone ${flags.join(' ')}`,
      command: rclone(dir, [...flags, tree, 'dav:up'], url),
      prepare,
      filled: target,
    })),
  ]
}

function downs({ dir, url }: { dir: string; url: URL }): Way[] {
  const target = join(dir, 'down')
  const prepare = () => emptyDirectory(target)
  return [
    { name: 'syncline', command: syncline(target, new URL('filled', url).href), prepare, filled: target },
    {
      name: 'rclone sync … && sync -f',
      command: andFlushed(rclone(dir, downBest(target), url), target),
      prepare,
      filled: target,
    },
    ...FLAGS.map(flags => ({
      name: `rclone ${flags.join(' ')}`,
      command: rclone(dir, [...flags, 'dav:filled', target], url),
      prepare,
      filled: target,
    })),
  ]
}

/** With as much done for durability as we do. */
function andFlushed({ program, args, env }: Command, directory: string): Command {
  const script = '"$@" && sync -f "$0"'
  return { program: 'sh', args: ['-c', script, directory, program, ...args], ...(env === undefined ? {} : { env }) }
}

const downBest = (target: string): string[] => [...(FLAGS[0] ?? []), 'dav:filled', target]

function contestant({ name, command, prepare, filled }: Way, signal: AbortSignal): Contestant {
  return {
    name,
    prepare: async () => {
      await mkdir(filled, { recursive: true })
      await prepare()
      await settleDisk(signal)
    },
    run: async stop => {
      const measured = await measure(command, stop)
      const names = (await readdir(filled)).filter(entry => !entry.startsWith('.'))
      if (names.length === 0) throw new Error('nothing arrived')
      return measured
    },
  }
}

const execute = promisify(execFile)
