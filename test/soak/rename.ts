// Renames that Node does not have: two names exchanged in one instant, and a rename that replaces nothing. Linux, through perl.
import { spawnSync } from 'node:child_process'
import { getSystemErrorName } from 'node:util'

/** Of renameat2, by the architecture of the processor. */
const CALLS: Readonly<Record<string, number>> = { x64: 316, arm64: 276 }
const CALL = CALLS[process.arch]
const FLAGS = { 'no-replace': 1, exchange: 2 }
/** The present directory of the process: both paths are absolute anyway. */
const SCRIPT = 'exit(syscall($ARGV[0]+0, -100, $ARGV[1], -100, $ARGV[2], $ARGV[3]+0) == 0 ? 0 : $!+0)'

/** Why it cannot be had on this machine; undefined when it can. */
export function whyNoRenames(): string | undefined {
  if (process.platform !== 'linux' || CALL === undefined)
    return 'renameat2 is known here for Linux on x64 and arm64 only'
  return spawnSync('perl', ['-e', '1']).status === 0 ? undefined : 'perl is not installed'
}

/** Absolute paths. Throws as `renameSync` does: EEXIST when something has the new name. */
export function renameToFree(from: string, to: string): void {
  rename(from, to, 'no-replace')
}

/** Absolute paths of two that are there, each a file or a directory. */
export function exchange(one: string, other: string): void {
  rename(one, other, 'exchange')
}

function rename(from: string, to: string, how: keyof typeof FLAGS): void {
  const { status, stderr } = spawnSync('perl', ['-e', SCRIPT, `${CALL}`, from, to, `${FLAGS[how]}`], {
    encoding: 'utf8',
  })
  if (status === 0) return
  if (status === null || stderr !== '') throw new Error(`perl ended with ${status}: ${stderr}`)
  const code = getSystemErrorName(-status)
  throw Object.assign(new Error(`${code}: ${how} '${from}' '${to}'`), { code })
}
