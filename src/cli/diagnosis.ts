// `syncline problems` and `syncline support`: what is wrong, and what to send to somebody who may know why.
import { writeFileSync } from 'node:fs'
import type { Trouble } from '../api/shapes/diagnosis.ts'
import { SyncError } from '../model/errors.ts'
import { codeOf } from '../platform/tree.ts'
import { shown } from '../words/show.ts'
import { type DaemonOptions, daemonClient } from './ask-daemon.ts'
import { EXIT } from './exit-status.ts'
import { printObject } from './listing.ts'
import type { Streams } from './output.ts'

/** Returns 1 when there are any. */
export async function problemsCommand(options: DaemonOptions, { out }: Streams): Promise<number> {
  const problems = await daemonClient(options).diagnosis.problems()
  for (const problem of problems)
    if (options.json) printObject(out, 'problem', problem)
    else for (const line of linesOf(problem)) out.write(`${line}\n`)
  if (!options.json && problems.length === 0) out.write('Everything goes as it should.\n')
  return problems.length === 0 ? EXIT.equal : EXIT.unsynced
}

function linesOf({ folder, remote, sentence, advice, paths, count }: Trouble): readonly string[] {
  const where = [folder, remote].filter(each => each !== undefined).join(', ')
  const more = count > paths.length && paths.length > 0 ? [`    and ${count - paths.length} more`] : []
  return [
    `${where === '' ? '' : `${shown(where)}: `}${shown(sentence)}`,
    `  ${advice}`,
    ...(paths.length > 1 ? paths.map(({ path }) => `    ${shown(path)}`) : []),
    ...more,
  ]
}

export interface SupportOptions extends DaemonOptions {
  readonly output?: string
}

export async function supportCommand(options: SupportOptions, { out }: Streams): Promise<number> {
  const bundle = `${JSON.stringify(await daemonClient(options).diagnosis.support(), undefined, 2)}\n`
  if (options.output === undefined) out.write(bundle)
  else {
    write(options.output, bundle)
    if (!options.json) out.write(`Written: ${shown(options.output)}. Look through it before you give it away.\n`)
  }
  return EXIT.equal
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 })
  } catch (cause) {
    throw new SyncError('usage', `'${file}' cannot be written (${codeOf(cause) ?? String(cause)}).`, { cause })
  }
}
