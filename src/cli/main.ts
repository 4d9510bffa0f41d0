// The program: runs the command that the arguments name and ends with its exit status.
import { endCensuses } from '../platform/node/take-census.ts'
import { beginEarly } from './begin-early.ts'
import { EXIT, sentenceOf, statusOfError } from './exit-status.ts'
import type { Streams } from './output.ts'
import { type PlainSync, plainSync } from './plain-sync.ts'
import { tellError } from './tell-error.ts'

// Whoever read the output has heard enough; the work goes on, and ends with its own status.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
process.on('uncaughtException', error => {
  process.stderr.write(`syncline: ${sentenceOf(error)}\n`)
  process.exit(EXIT.bug)
})

void run(process.argv.slice(2), { out: process.stdout, err: process.stderr }).then(status => {
  process.exitCode = status
  endCensuses()
})

async function run(args: readonly string[], streams: Streams): Promise<number> {
  const plain = plainSync(args)
  if (plain !== undefined) return runPlain(plain, streams)
  const { runProgram } = await import('./program.ts')
  return runProgram(args, streams)
}

async function runPlain(plain: PlainSync, streams: Streams): Promise<number> {
  try {
    beginEarly(plain)
    const { syncCommand } = await import('./sync.ts')
    return await syncCommand(plain.folder, plain.remote, plain.options, streams)
  } catch (error) {
    tellError(error, plain.options.json === true ? 'json' : 'text', streams)
    return statusOfError(error)
  }
}
