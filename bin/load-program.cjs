// Loads the compiled program, and what the engine compiled of it before, where that is of this version of Node.
'use strict'
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

const PROGRAM = join(__dirname, '../dist/cli/main.cjs')
const COMPILED = `${PROGRAM}.compiled`

/** Returns the script; throws ENOENT when there is none. What it exports goes nowhere: it runs by itself. */
function loadProgram() {
  // Written in ASCII, so that the engine can use the bytes as they are.
  const source = readFileSync(PROGRAM, 'latin1')
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: PROGRAM,
    cachedData: readIfThere(COMPILED),
  })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(PROGRAM), module, PROGRAM, dirname(PROGRAM))
  return script
}

function readIfThere(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

module.exports = { COMPILED, PROGRAM, loadProgram }
