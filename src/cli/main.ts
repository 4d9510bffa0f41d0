// The program: runs the command that the arguments name and ends with its exit status.
import { EXIT, sentenceOf } from './exit-status.ts'
import { runProgram } from './program.ts'

// Whoever read the output has heard enough; the work goes on, and ends with its own status.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
process.on('uncaughtException', error => {
  process.stderr.write(`syncline: ${sentenceOf(error)}\n`)
  process.exit(EXIT.bug)
})

process.exitCode = await runProgram(process.argv.slice(2), { out: process.stdout, err: process.stderr })
