// The program: runs the command that the arguments name and ends with its exit status.
import { threads } from '../platform/node/threads.ts'
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

// A run will have work for a thread: it starts while the rest of the program is loaded.
if (process.argv[2] === 'sync') threads.warm()
const { runProgram } = await import('./program.ts')
process.exitCode = await runProgram(process.argv.slice(2), { out: process.stdout, err: process.stderr })
