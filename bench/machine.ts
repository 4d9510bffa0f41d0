// What the figures were measured on, and with.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'

const PEERS: readonly (readonly [program: string, flag: string])[] = [
  ['rsync', '--version'],
  ['unison', '-version'],
  ['rclone', 'version'],
  ['syncthing', '--version'],
  ['/usr/sbin/apache2', '-v'],
  ['openssl', 'version'],
]

/** Two sentences for people. `dir` lies on the disk that is measured. */
export async function describeMachine(dir: string): Promise<string> {
  const processors = cpus()
  const gib = (totalmem() / 1024 ** 3).toFixed(0)
  const versions = (await Promise.all(PEERS.map(([program, flag]) => firstLine(program, flag)))).filter(Boolean)
  return [
    `${new Date().toISOString().slice(0, 10)}: ${processors.length} cores (${processors[0]?.model.trim()}), ${gib} GiB`,
    `Linux ${release()}, ${await fileSystem(dir)}, Node ${process.version}. Peers: ${versions.join('; ')}.`,
  ].join(', ')
}

/** The type of the file system, from the longest mount point that `dir` is below. */
async function fileSystem(dir: string): Promise<string> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map(line => line.split(' '))
  const fitting = mounts.filter(([, at]) => at !== undefined && `${dir}/`.startsWith(at === '/' ? '/' : `${at}/`))
  return fitting.sort((a, b) => (b[1] ?? '').length - (a[1] ?? '').length)[0]?.[2] ?? 'unknown file system'
}

async function firstLine(program: string, flag: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [flag])
    return (stdout.split('\n')[0] ?? '')
      .replace('Server version: ', '')
      .replace(/ \(.*$/, '')
      .trim()
  } catch {
    return ''
  }
}
