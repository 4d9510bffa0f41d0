// Runs the compiled program as `bin/syncline` does, and when it has ended keeps what the engine compiled meanwhile.
'use strict'
const { renameSync, writeFileSync } = require('node:fs')
const { COMPILED, loadProgram } = require('../bin/load-program.cjs')

const script = loadProgram()
process.on('exit', () => {
  // Whole or not at all: others may start the program at this moment.
  const file = `${COMPILED}.${process.pid}`
  writeFileSync(file, script.createCachedData())
  renameSync(file, COMPILED)
})
