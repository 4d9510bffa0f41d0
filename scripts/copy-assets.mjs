// Copies what the compiler leaves behind (SQL and other files that are not TypeScript) from src/ to dist/.
import { cpSync, statSync } from 'node:fs'

const COMPILED = /\.[cm]?tsx?$/

cpSync('src', 'dist', { recursive: true, filter: path => statSync(path).isDirectory() || !COMPILED.test(path) })
