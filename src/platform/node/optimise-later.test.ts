// That the engine knows the setting is all that can be told without measuring.
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { SETTING } from './optimise-later.ts'

test('the engine takes the setting without a word', () => {
  const script = 'require("node:v8").setFlagsFromString(process.argv[1])'
  const said = (setting: string) => spawnSync(process.execPath, ['-e', script, setting], { encoding: 'utf8' }).stderr
  expect(said('--no-such-setting')).toContain('--no-such-setting')
  expect(said(SETTING)).not.toContain('--interrupt-budget')
})
