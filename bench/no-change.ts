// A run that finds nothing to do: what everybody waits for most often.
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Report, Setting } from './benchmark.ts'
import { type Contestant, inTurns } from './in-turns.ts'
import { type Command, measure } from './measure.ts'
import { rclone } from './rclone.ts'
import { at } from './scale.ts'
import { withServer } from './server.ts'
import { syncline } from './syncline.ts'
import { copyTree, makeTree, settleDisk } from './trees.ts'
import { unison } from './unison.ts'

const NOTE = 'Whole processes, start-up included; every contestant has its own copy of the tree and ran on it before.'

export async function noChangeDirectory(setting: Setting): Promise<Report> {
  const { dir } = setting
  const { files, tree } = makeSource(setting)
  const own = async (name: string) => {
    const [a, b] = [join(dir, `${name}-a`), join(dir, `${name}-b`)]
    await copyTree(tree, a)
    await mkdir(b)
    return [a, b] as const
  }
  const [ours, theirs, bisync, sync] = [await own('ours'), await own('unison'), await own('bisync'), await own('sync')]
  await copyTree(tree, bisync[1])
  await copyTree(tree, sync[1])
  const results = await inTurns(
    [
      await ready('syncline', syncline(...ours), setting),
      await ready('unison -batch', unison(dir, ...theirs), setting),
      await ready('rclone sync --dry-run', rclone(dir, ['sync', '--dry-run', '--checkers', '16', ...sync]), setting),
      await ready('rclone bisync', rcloneBisync(dir, bisync), setting, ['--resync']),
    ],
    setting,
  )
  return { title: `No-change run over ${files} files, directory to directory`, results, notes: [NOTE] }
}

export async function noChangeServer(setting: Setting): Promise<Report> {
  const { dir } = setting
  const { files, tree } = makeSource(setting)
  return withServer('Apache mod_dav', dir, async ({ url, root }) => {
    const folder = join(dir, 'ours')
    await copyTree(tree, folder)
    for (const name of ['ours', 'sync', 'bisync']) await execute('cp', ['-a', tree, join(root, name)])
    await execute('rm', ['-r', join(root, 'ours')])
    await mkdir(join(root, 'ours'))
    await execute('chown', ['-R', '--reference', root, root])
    const results = await inTurns(
      [
        await ready('syncline', syncline(folder, new URL('ours', url).href), setting),
        await ready(
          'rclone sync --dry-run',
          rclone(dir, ['sync', '--dry-run', '--checkers', '16', tree, 'dav:sync'], url),
          setting,
        ),
        await ready('rclone bisync', rcloneBisync(dir, [tree, 'dav:bisync'], url), setting, ['--resync']),
      ],
      setting,
    )
    return { title: `No-change run over ${files} files against Apache mod_dav`, results, notes: [NOTE] }
  })
}

function makeSource({ dir, scale }: Setting): { files: number; tree: string } {
  const directories = at(scale, { small: 20, full: 200 })
  const tree = join(dir, 'tree')
  makeTree(tree, { directories, filesEach: 100, bytesEach: 4096 })
  return { files: directories * 100, tree }
}

/** Runs `command` once, so that there is nothing left to do, and makes a contestant of it. */
async function ready(
  name: string,
  command: Command,
  { signal }: Setting,
  firstTime: readonly string[] = [],
): Promise<Contestant> {
  const first = { ...command, args: [...command.args, ...firstTime] }
  const fault = await measure(first, signal).then(
    () => undefined,
    (error: unknown) => error,
  )
  await settleDisk(signal)
  return {
    name,
    run: async stop => {
      if (fault !== undefined) throw fault
      return measure(command, stop)
    },
  }
}

function rcloneBisync(dir: string, places: readonly [string, string], url?: URL): Command {
  return rclone(dir, ['bisync', ...places, '--workdir', join(dir, 'bisync'), '--checkers', '16'], url)
}

const execute = promisify(execFile)
