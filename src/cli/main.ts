// The program: runs the command that the arguments name and ends with its exit status.
import { endCensuses } from '../platform/node/take-census.ts'
import { beginEarly } from './begin-early.ts'
import { EXIT, sentenceOf } from './exit-status.ts'

// Whoever read the output has heard enough; the work goes on, and ends with its own status.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
process.on('uncaughtException', error => {
  process.stderr.write(`syncline: ${sentenceOf(error)}\n`)
  process.exit(EXIT.bug)
})

beginEarly(process.argv.slice(2))
const { runProgram } = await import('./program.ts')
process.exitCode = await runProgram(process.argv.slice(2), { out: process.stdout, err: process.stderr })
endCensuses()
